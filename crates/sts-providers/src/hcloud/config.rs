//! The configuration file of KooCLI, as far as it concerns credentials.

use serde::Deserialize;
use serde_json::error::Category;
use sts_proto::Secret;

/// Limit of the file, in bytes. It is written by people and by KooCLI, and has a few kilobytes.
const LARGEST_FILE: usize = 1 << 20;
/// Limit of a name that an error shows, in characters.
const LONGEST_SHOWN: usize = 64;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The file. Every field can be missing or null, and an empty text counts as missing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Config {
    profiles: Option<Vec<Profile>>,
    current: Option<String>,
    auth_encrypt: Option<Flag>,
}

/// KooCLI writes `"true"` and `"false"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Value(bool),
    Text(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    name: Option<String>,
    mode: Option<String>,
    access_key_id: Option<String>,
    #[serde(default, deserialize_with = "sts_proto::secret_json::deserialize_option")]
    secret_access_key: Option<Secret>,
    #[serde(default, deserialize_with = "sts_proto::secret_json::deserialize_option")]
    security_token: Option<Secret>,
    agency_domain_id: Option<String>,
    agency_domain_name: Option<String>,
    agency_name: Option<String>,
    #[serde(rename = "sourceProfile")]
    source: Option<String>,
    sso_auth: Option<SsoAuth>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SsoAuth {
    sts_token: Option<StsToken>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StsToken {
    access_key_id: Option<String>,
    #[serde(default, deserialize_with = "sts_proto::secret_json::deserialize_option")]
    secret_access_key: Option<Secret>,
    #[serde(default, deserialize_with = "sts_proto::secret_json::deserialize_option")]
    security_token: Option<Secret>,
}

/// Access key, secret key and security token of a profile, as far as they are set.
pub(super) struct Parts<'a> {
    pub(super) access_key_id: Option<&'a str>,
    pub(super) secret_access_key: Option<&'a Secret>,
    pub(super) security_token: Option<&'a Secret>,
}

impl Config {
    /// Parses the file. Errors quote nothing of it.
    pub(super) fn parse(content: &[u8]) -> Result<Self, String> {
        if content.len() > LARGEST_FILE {
            return Err("exceeds 1 MiB".to_owned());
        }
        let content = content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content);
        if !content.trim_ascii_start().starts_with(b"{") {
            return Err("is not a JSON object".to_owned());
        }
        // The decoder's own message may quote a secret.
        serde_json::from_slice(content).map_err(|error| {
            let line = error.line();
            match error.classify() {
                Category::Data => {
                    format!("unexpected type of a field, or a duplicate field (line {line})")
                }
                _ => format!("is not JSON (line {line})"),
            }
        })
    }

    /// Whether the secrets are ciphertext. Older versions of KooCLI have no such field.
    pub(super) fn is_encrypted(&self) -> bool {
        match &self.auth_encrypt {
            Some(Flag::Value(value)) => *value,
            Some(Flag::Text(text)) => text.trim().eq_ignore_ascii_case("true"),
            None => false,
        }
    }

    /// Returns the name of the profile in use.
    pub(super) fn current(&self) -> Option<&str> {
        name(self.current.as_ref())
    }

    pub(super) fn has_profiles(&self) -> bool {
        self.profiles.as_ref().is_some_and(|profiles| !profiles.is_empty())
    }

    /// Returns the profile with this name.
    pub(super) fn profile(&self, name: &str) -> Result<&Profile, String> {
        let profiles = self.profiles.as_deref().unwrap_or_default();
        let mut found = profiles.iter().filter(|profile| profile.name.as_deref() == Some(name));
        match (found.next(), found.next()) {
            (Some(profile), None) => Ok(profile),
            (Some(_), Some(_)) => Err(format!("duplicate profile {}", shown(name))),
            (None, _) => Err(format!("missing profile {}", shown(name))),
        }
    }
}

impl Profile {
    /// Returns the mode in lower case; empty for credentials.
    pub(super) fn mode(&self) -> String {
        text(self.mode.as_ref()).unwrap_or_default().to_ascii_lowercase()
    }

    pub(super) fn own_credentials(&self) -> Parts<'_> {
        Parts::new(
            self.access_key_id.as_ref(),
            self.secret_access_key.as_ref(),
            self.security_token.as_ref(),
        )
    }

    /// Returns the credentials of the last sign-in.
    pub(super) fn sso_credentials(&self) -> Option<Parts<'_>> {
        let token = self.sso_auth.as_ref()?.sts_token.as_ref()?;
        Some(Parts::new(
            token.access_key_id.as_ref(),
            token.secret_access_key.as_ref(),
            token.security_token.as_ref(),
        ))
    }

    pub(super) fn agency_name(&self) -> Option<&str> {
        text(self.agency_name.as_ref())
    }

    pub(super) fn agency_domain_id(&self) -> Option<&str> {
        text(self.agency_domain_id.as_ref())
    }

    pub(super) fn agency_domain_name(&self) -> Option<&str> {
        text(self.agency_domain_name.as_ref())
    }

    pub(super) fn source_profile(&self) -> Option<&str> {
        name(self.source.as_ref())
    }
}

impl<'a> Parts<'a> {
    fn new(
        access_key_id: Option<&'a String>,
        secret_access_key: Option<&'a Secret>,
        security_token: Option<&'a Secret>,
    ) -> Self {
        let is_set = |secret: &&Secret| !secret.expose_secret().is_empty();
        Self {
            access_key_id: text(access_key_id),
            secret_access_key: secret_access_key.filter(is_set),
            security_token: security_token.filter(is_set),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.access_key_id.is_none()
            && self.secret_access_key.is_none()
            && self.security_token.is_none()
    }
}

/// Returns the name of a profile, which is compared as it is.
fn name(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}

fn text(value: Option<&String>) -> Option<&str> {
    value.map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// Formats a name of the file for an error: bounded, and without control characters.
pub(super) fn shown(name: &str) -> String {
    let start: String = name.chars().take(LONGEST_SHOWN).collect();
    format!("{start:?}")
}
