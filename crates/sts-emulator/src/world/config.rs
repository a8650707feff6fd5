//! The configuration file.

mod agency;
mod deny;
mod metadata;
mod oidc_provider;
mod reference;
mod saml_provider;
mod secret_text;
mod user;

use std::collections::HashSet;
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
    check_not_empty(&config)?;
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

/// A file that says nothing is a mistake: nobody could call an emulator without accounts.
fn check_not_empty(config: &Config) -> Result<(), InvalidConfig> {
    let Config { accounts, deny, metadata, faults } = config;
    if accounts.is_empty() && deny.is_empty() && metadata.is_none() && faults.is_empty() {
        let problem = "must be given: nobody can call without an account; for the built-in world, \
                       start without a configuration file";
        return Err(InvalidConfig::without_place("accounts", problem));
    }
    Ok(())
}

fn add_rules(world: &mut World, config: &Config) -> Result<(), Problem> {
    let mut ids = HashSet::new();
    for account in &config.accounts {
        if !ids.insert(account.id.as_ref()) {
            return Err((account.id.span(), "is the id of an earlier account as well"));
        }
        add_account(world, account)?;
    }
    // Only now: what an agency trusts may stand further down in the file.
    for agency in config.accounts.iter().flat_map(|account| &account.agencies) {
        agency::check_trust(world, agency)?;
    }
    if let Some(config) = &config.metadata {
        let rules = metadata::read(world, config)?;
        world.set_metadata(rules);
    }
    for rule in &config.deny {
        world.add_deny_rule(deny::read(world, rule)?);
    }
    Ok(())
}

fn add_account(world: &mut World, account: &AccountConfig) -> Result<(), Problem> {
    let id = part(&account.id)?;
    let mut users = HashSet::new();
    for user in &account.users {
        if !users.insert(user.name.as_ref()) {
            return Err((
                user.name.span(),
                "is the name of an earlier user of the account as well",
            ));
        }
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

/// Text that is not empty.
fn not_empty(text: &Spanned<String>) -> Result<String, Problem> {
    if text.as_ref().is_empty() {
        return Err((text.span(), "must not be empty"));
    }
    Ok(text.as_ref().clone())
}

fn is_part(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control())
}
