//! The configuration file.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use sts_proto::Secret;
use sts_sign::Signer;
use toml::Spanned;

use super::{Agency, LONGEST_SESSION, Trust, World};
use crate::oidc::{Jwks, OidcProvider};

/// The shortest maximum that an administrator can set: 1 hour.
const SHORTEST_MAXIMUM: u32 = 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default)]
    accounts: Vec<AccountConfig>,
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

/// A configuration that cannot be used, with its place. No value is shown: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidConfig {
    line: Option<usize>,
    key: Option<String>,
    problem: String,
}

impl InvalidConfig {
    fn new(toml: &str, span: Option<&Range<usize>>, problem: &str) -> Self {
        let before = span.and_then(|span| toml.get(..span.start));
        Self {
            line: before.map(|before| before.matches('\n').count() + 1),
            key: span.and_then(|span| key_at(toml, span.start)),
            // The first line says what is wrong; others may quote the file.
            problem: problem.lines().next().unwrap_or_default().to_owned(),
        }
    }

    /// The line, from 1, if it has one.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        self.line
    }

    /// The key whose value is wrong, or the wrong key itself.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

/// The bare key that stands at `position` or nearest before it, on the same line.
fn key_at(toml: &str, position: usize) -> Option<String> {
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let (before, after) = toml.split_at_checked(position)?;
    let line = before.rsplit('\n').next()?;
    let here: String = after.chars().take_while(|c| is_key(*c)).collect();
    if !here.is_empty() && after[here.len()..].trim_start().starts_with(['=', '.', ']']) {
        return Some(here);
    }
    let (left, _value) = line.rsplit_once('=')?;
    let key = left.trim_end().rsplit(|c| !is_key(c)).next()?;
    (!key.is_empty()).then(|| key.to_owned())
}

impl fmt::Display for InvalidConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for InvalidConfig {}
