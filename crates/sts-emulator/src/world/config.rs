//! The configuration file.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use sts_proto::Secret;
use sts_sign::Signer;
use toml::Spanned;

use super::{Agency, InvalidConfig, LONGEST_SESSION, Trust, World};
use crate::faults::WrittenInjection;
use crate::oidc::{Jwks, OidcProvider};

/// The shortest maximum that an administrator can set: 1 hour.
const SHORTEST_MAXIMUM: u32 = 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    accounts: Vec<AccountConfig>,
    #[serde(default)]
    faults: Vec<Spanned<WrittenInjection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountConfig {
    id: Spanned<String>,
    #[serde(default)]
    users: Vec<UserConfig>,
    #[serde(default)]
    agencies: Vec<AgencyConfig>,
    #[serde(default)]
    oidc_providers: Vec<OidcProviderConfig>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserConfig {
    name: Spanned<String>,
    id: Option<String>,
    #[serde(default)]
    keys: Vec<KeyConfig>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyConfig {
    access_key_id: Spanned<String>,
    secret_access_key: Spanned<SecretText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgencyConfig {
    name: Spanned<String>,
    id: Option<String>,
    trust: Option<Vec<Spanned<String>>>,
    external_id: Option<String>,
    max_duration: Option<Spanned<u32>>,
    #[serde(default)]
    denied: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OidcProviderConfig {
    name: Spanned<String>,
    issuer: String,
    client_ids: Vec<String>,
    jwks: Spanned<String>,
}

/// A secret in TOML. Whatever stands in its place is not shown in an error.
struct SecretText(Secret);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = SecretText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(SecretText(text.into()))
            }
        }

        deserializer
            .deserialize_str(Text)
            .map_err(|_| serde::de::Error::custom("must be a string in quotes"))
    }
}

pub(super) fn read(toml: &str) -> Result<World, InvalidConfig> {
    let config: Config = toml::from_str(toml)
        .map_err(|error| InvalidConfig::new(toml, error.span().as_ref(), error.message()))?;
    let mut world = World::empty();
    for account in &config.accounts {
        add_account(&mut world, account)
            .map_err(|(span, problem)| InvalidConfig::new(toml, Some(&span), problem))?;
    }
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

type Problem = (Range<usize>, &'static str);

fn add_account(world: &mut World, account: &AccountConfig) -> Result<(), Problem> {
    let id = part(&account.id)?;
    for user in &account.users {
        let name = part(&user.name)?;
        for key in &user.keys {
            let access_key_id = key.access_key_id.as_ref();
            if access_key_id.is_empty() || !access_key_id.bytes().all(|b| b.is_ascii_alphanumeric())
            {
                return Err((key.access_key_id.span(), "must consist of ASCII letters and digits"));
            }
            let secret = &key.secret_access_key.as_ref().0;
            if Signer::new(access_key_id, secret.expose_secret()).is_err() {
                return Err((
                    key.secret_access_key.span(),
                    "must not be empty and have no white space before or after it",
                ));
            }
            if !world.add_key(id, name, user.id.clone(), access_key_id, secret.clone()) {
                return Err((key.access_key_id.span(), "is the id of an earlier key as well"));
            }
        }
    }
    for agency in &account.agencies {
        if !world.add_agency(read_agency(id, agency)?) {
            return Err((
                agency.name.span(),
                "is the name of an earlier agency of the account as well",
            ));
        }
    }
    for provider in &account.oidc_providers {
        if !world.add_oidc_provider(read_oidc_provider(id, provider)?) {
            return Err((
                provider.name.span(),
                "is the name of an earlier provider of the account as well",
            ));
        }
    }
    Ok(())
}

fn read_oidc_provider(account: &str, config: &OidcProviderConfig) -> Result<OidcProvider, Problem> {
    let keys = Jwks::read(config.jwks.as_ref())
        .ok_or((config.jwks.span(), "must be a JSON Web Key Set with a key for RS256 or ES256"))?;
    Ok(OidcProvider {
        account: account.to_owned(),
        name: part(&config.name)?.to_owned(),
        issuer: config.issuer.clone(),
        client_ids: config.client_ids.clone(),
        keys,
    })
}

fn read_agency(account: &str, config: &AgencyConfig) -> Result<Agency, Problem> {
    let trust = match &config.trust {
        Some(trust) => trust.iter().map(read_trust).collect::<Result<_, _>>()?,
        None => vec![Trust::Account(account.to_owned())],
    };
    let max_duration = match &config.max_duration {
        Some(seconds) if !(SHORTEST_MAXIMUM..=LONGEST_SESSION).contains(seconds.as_ref()) => {
            return Err((seconds.span(), "must be 3600 to 43200 seconds"));
        }
        Some(seconds) => *seconds.as_ref(),
        None => LONGEST_SESSION,
    };
    Ok(Agency {
        external_id: config.external_id.clone(),
        max_duration,
        denied: config.denied,
        ..Agency::new(account, part(&config.name)?, config.id.clone(), trust)
    })
}

fn read_trust(entry: &Spanned<String>) -> Result<Trust, Problem> {
    match entry.as_ref().as_str() {
        "*" => Ok(Trust::Everybody),
        urn if urn.starts_with("iam::") || urn.starts_with("sts::") => {
            Ok(Trust::Urn(urn.to_owned()))
        }
        account if is_part(account) => Ok(Trust::Account(account.to_owned())),
        _ => Err((
            entry.span(),
            "must be \"*\", an account id, or a URN that begins with iam:: or sts::",
        )),
    }
}

/// Text that can stand between the colons of a URN.
fn part(text: &Spanned<String>) -> Result<&str, Problem> {
    if is_part(text.as_ref()) {
        Ok(text.as_ref())
    } else {
        Err((
            text.span(),
            "must not be empty and not hold colons, white space or control characters",
        ))
    }
}

fn is_part(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control())
}
