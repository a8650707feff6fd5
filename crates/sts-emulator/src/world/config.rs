//! The configuration file.

mod agency;
mod deny;
mod metadata;
mod oidc_provider;
mod saml_provider;
mod secret_text;
mod user;

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{InvalidConfig, World};
use crate::faults::WrittenInjection;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    accounts: Vec<AccountConfig>,
    #[serde(default)]
    deny: Vec<deny::DenyConfig>,
    metadata: Option<metadata::MetadataConfig>,
    #[serde(default)]
    faults: Vec<Spanned<WrittenInjection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountConfig {
    id: Spanned<String>,
    #[serde(default)]
    users: Vec<user::UserConfig>,
    #[serde(default)]
    agencies: Vec<agency::AgencyConfig>,
    #[serde(default)]
    oidc_providers: Vec<oidc_provider::OidcProviderConfig>,
    #[serde(default)]
    saml_providers: Vec<saml_provider::SamlProviderConfig>,
}

/// Where a value stands, and what is wrong with it.
type Problem = (Range<usize>, &'static str);

pub(super) fn read(toml: &str) -> Result<World, InvalidConfig> {
    let config: Config = toml::from_str(toml)
        .map_err(|error| InvalidConfig::new(toml, error.span().as_ref(), error.message()))?;
    let mut world = World::empty();
    add_rules(&mut world, &config)
        .map_err(|(span, problem)| InvalidConfig::new(toml, Some(&span), problem))?;
    for fault in config.faults {
        let span = fault.span();
        let injection = fault
            .into_inner()
            .read()
            .map_err(|(key, problem)| InvalidConfig::in_table(toml, &span, key, problem))?;
        world.add_fault(injection);
    }
    Ok(world)
}

fn add_rules(world: &mut World, config: &Config) -> Result<(), Problem> {
    for account in &config.accounts {
        add_account(world, account)?;
    }
    if let Some(config) = &config.metadata {
        let rules = metadata::read(world, config)?;
        world.set_metadata(rules);
    }
    for rule in &config.deny {
        world.add_deny_rule(deny::read(rule)?);
    }
    Ok(())
}

fn add_account(world: &mut World, account: &AccountConfig) -> Result<(), Problem> {
    let id = part(&account.id)?;
    for user in &account.users {
        user::add(world, id, user)?;
    }
    for agency in &account.agencies {
        if !world.add_agency(agency::read(id, agency)?) {
            let problem = "is the name of an earlier agency of the account as well";
            return Err((agency.name.span(), problem));
        }
    }
    for provider in &account.oidc_providers {
        if !world.add_oidc_provider(oidc_provider::read(id, provider)?) {
            let problem = "is the name of an earlier provider of the account as well";
            return Err((provider.name.span(), problem));
        }
    }
    for provider in &account.saml_providers {
        if !world.add_saml_provider(saml_provider::read(id, provider)?) {
            let problem = "is the name of an earlier SAML provider of the account as well";
            return Err((provider.name.span(), problem));
        }
    }
    Ok(())
}

/// Text that can stand between the colons of a URN.
fn part(text: &Spanned<String>) -> Result<&str, Problem> {
    if is_part(text.as_ref()) {
        Ok(text.as_ref())
    } else {
        let problem = "must not be empty and not hold colons, white space or control characters";
        Err((text.span(), problem))
    }
}

fn is_part(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control())
}
