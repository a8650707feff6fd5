//! Reads a configuration from TOML.

mod account;
mod agency;
mod deny;
mod identity_center;
mod metadata;
#[cfg(feature = "oidc")]
mod oidc_provider;
mod reference;
#[cfg(feature = "saml")]
mod saml_provider;
mod text;
mod user;

use std::collections::HashSet;
use std::str::FromStr;

use serde::Deserialize;
use toml::Spanned;

#[cfg(feature = "oidc")]
use self::oidc_provider::OidcProviderTable;
#[cfg(feature = "saml")]
use self::saml_provider::SamlProviderTable;
use self::text::{Problem, account_id};
use crate::config::{Config, ConfigError};
use crate::faults::InjectionConfig;
use crate::model::deny_rule::DenyRule;
use crate::table::Table;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accounts: Vec<Table<AccountTable>>,
    #[serde(default)]
    deny: Vec<Table<deny::DenyTable>>,
    metadata: Option<Table<metadata::MetadataTable>>,
    identity_center: Option<Table<identity_center::IdentityCenterTable>>,
    #[serde(default)]
    any_service: bool,
    #[serde(default)]
    faults: Vec<Spanned<Table<InjectionConfig>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountTable {
    id: Spanned<String>,
    name: Option<Spanned<String>>,
    projects: Option<Vec<Table<account::ProjectTable>>>,
    #[serde(default)]
    users: Vec<Table<user::UserTable>>,
    #[serde(default)]
    agencies: Vec<Table<agency::AgencyTable>>,
    #[serde(default)]
    oidc_providers: Vec<OidcProviders>,
    #[serde(default)]
    saml_providers: Vec<SamlProviders>,
}

#[cfg(feature = "oidc")]
type OidcProviders = Table<OidcProviderTable>;

/// Table of an OIDC provider, which is rejected without the feature.
#[cfg(not(feature = "oidc"))]
type OidcProviders = Spanned<serde::de::IgnoredAny>;

#[cfg(feature = "saml")]
type SamlProviders = Table<SamlProviderTable>;

/// Table of a SAML provider, which is rejected without the feature.
#[cfg(not(feature = "saml"))]
type SamlProviders = Spanned<serde::de::IgnoredAny>;

impl FromStr for Config {
    type Err = ConfigError;

    /// Parses the TOML of a configuration file.
    fn from_str(toml: &str) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(toml)
            .map_err(|error| ConfigError::new(toml, error.span().as_ref(), error.message()))?;
        check_not_empty(&file)?;
        let mut config = Self::empty();
        add_rules(&mut config, &file)
            .map_err(|(span, problem)| ConfigError::new(toml, Some(&span), problem))?;
        for fault in file.faults {
            let span = fault.span();
            let Table(written) = fault.into_inner();
            let injection = written
                .read()
                .map_err(|(key, problem)| ConfigError::in_table(toml, &span, key, problem))?;
            config.add_fault(injection);
        }
        Ok(config)
    }
}

/// Rejects an empty file, which is a mistake: without accounts all calls fail.
fn check_not_empty(file: &File) -> Result<(), ConfigError> {
    let File { accounts, deny, metadata, identity_center, faults, any_service: _ } = file;
    let has_tables = metadata.is_some() || identity_center.is_some();
    if accounts.is_empty() && deny.is_empty() && !has_tables && faults.is_empty() {
        let problem = "missing: without accounts all calls fail; for the built-in configuration, \
                       start without a configuration file";
        return Err(ConfigError::without_place("accounts", problem));
    }
    Ok(())
}

fn add_rules(config: &mut Config, file: &File) -> Result<(), Problem> {
    let mut ids = HashSet::new();
    for Table(account) in &file.accounts {
        if !ids.insert(account.id.as_ref()) {
            return Err((account.id.span(), "duplicate account id"));
        }
        add_account(config, account)?;
    }
    // After all accounts: a trust policy may name what is defined further down in the file.
    for Table(agency) in file.accounts.iter().flat_map(|Table(account)| &account.agencies) {
        agency::check_trust(config, agency)?;
    }
    config.set_any_service(file.any_service);
    if let Some(Table(table)) = &file.identity_center {
        let rules = identity_center::read(config, table)?;
        config.set_identity_center(rules);
    }
    if let Some(Table(metadata)) = &file.metadata {
        let rules = metadata::read(config, metadata)?;
        config.set_metadata(rules);
    }
    for Table(rule) in &file.deny {
        config.add_deny_rule(deny::read(config, rule)?);
    }
    Ok(())
}

fn add_account(config: &mut Config, account: &AccountTable) -> Result<(), Problem> {
    let id = account_id(&account.id)?;
    let projects = account.projects.as_deref();
    account::add(config, id, account.name.as_ref(), projects)?;
    let mut users = HashSet::new();
    for Table(user) in &account.users {
        if !users.insert(user.name.as_ref()) {
            return Err((user.name.span(), "duplicate user name in this account"));
        }
        user::add(config, id, user)?;
    }
    for Table(table) in &account.agencies {
        let agency = agency::read(id, table)?;
        if table.denied {
            config.add_deny_rule(DenyRule::for_resource(agency.urn()));
        }
        if !config.add_agency(agency) {
            return Err((table.name.span(), "duplicate agency name in this account"));
        }
    }
    #[cfg(not(feature = "oidc"))]
    if let Some(provider) = account.oidc_providers.first() {
        return Err((provider.span(), "oidc_providers require the feature `oidc` of sts-emulator"));
    }
    #[cfg(feature = "oidc")]
    for Table(provider) in &account.oidc_providers {
        if !config.add_oidc_provider(oidc_provider::read(id, provider)?) {
            let problem = "duplicate OIDC provider name in this account";
            return Err((provider.name.span(), problem));
        }
    }
    #[cfg(not(feature = "saml"))]
    if let Some(provider) = account.saml_providers.first() {
        return Err((provider.span(), "saml_providers require the feature `saml` of sts-emulator"));
    }
    #[cfg(feature = "saml")]
    for Table(provider) in &account.saml_providers {
        if !config.add_saml_provider(saml_provider::read(id, provider)?) {
            let problem = "duplicate SAML provider name in this account";
            return Err((provider.name.span(), problem));
        }
    }
    Ok(())
}
