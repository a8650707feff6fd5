//! References to agencies and identity providers of a file.

use toml::Spanned;

use super::text::{Problem, is_account_id, is_part};
use crate::config::Config;
use crate::model::identifier::agency_urn;

/// Whether the text has the prefix of a URN.
pub(super) fn is_urn(text: &str) -> bool {
    text.starts_with("iam::") || text.starts_with("sts::")
}

/// Rejects the URN of an agency, a session or an identity provider that is not in the file, and
/// URNs of other kinds: most likely they are misspelt. Users and accounts need not be defined:
/// tests of denials name callers that the emulator does not know.
pub(super) fn check(config: &Config, entry: &Spanned<String>) -> Result<(), Problem> {
    let urn = entry.as_ref();
    if !is_urn(urn) || is_user(urn) || exists(config, urn) {
        return Ok(());
    }
    Err((
        entry.span(),
        "must be the URN of a user, or of an agency, a session of one or an identity provider in \
         this file",
    ))
}

fn is_user(urn: &str) -> bool {
    let parts = urn.strip_prefix("iam::").and_then(|rest| rest.split_once(":user:"));
    parts.is_some_and(|(account, name)| is_account_id(account) && is_part(name))
}

fn exists(config: &Config, urn: &str) -> bool {
    if let Some(session) = urn.strip_prefix("sts::") {
        // Sessions are not defined in the file; their agency must be.
        let Some((account, session)) = session.split_once(":assumed-agency:") else { return false };
        let agency = session.split_once('/').map(|(agency, _)| agency_urn(account, agency));
        return agency.is_some_and(|urn| config.agency(&urn).is_some());
    }
    // The URN of a provider may be followed by a subject.
    #[cfg(any(feature = "oidc", feature = "saml"))]
    let provider = urn.split_once('/').map_or(urn, |(provider, _)| provider);
    #[cfg(feature = "oidc")]
    if config.oidc_provider(provider).is_some() {
        return true;
    }
    #[cfg(feature = "saml")]
    if config.saml_provider(provider).is_some() {
        return true;
    }
    config.agency(urn).is_some()
}
