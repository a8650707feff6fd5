//! `[[accounts.agencies]]`

use serde::Deserialize;
use toml::Spanned;

use super::{Problem, is_part, not_empty, part, reference};
use crate::world::{Agency, LONGEST_SESSION, Who, World};

/// The shortest maximum that an administrator can set: 1 hour.
const SHORTEST_MAXIMUM: u32 = 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgencyConfig {
    pub(super) name: Spanned<String>,
    id: Option<Spanned<String>>,
    trust: Option<Vec<Spanned<String>>>,
    external_id: Option<Spanned<String>>,
    #[serde(default)]
    mfa: bool,
    allowed_tags: Option<Vec<String>>,
    max_duration: Option<Spanned<u32>>,
    #[serde(default)]
    denied: bool,
}

pub(super) fn read(account: &str, config: &AgencyConfig) -> Result<Agency, Problem> {
    let trust = match &config.trust {
        Some(trust) => trust.iter().map(read_who).collect::<Result<_, _>>()?,
        None => vec![Who::Account(account.to_owned())],
    };
    let max_duration = match &config.max_duration {
        Some(seconds) if !(SHORTEST_MAXIMUM..=LONGEST_SESSION).contains(seconds.as_ref()) => {
            return Err((seconds.span(), "must be 3600 to 43200 seconds"));
        }
        Some(seconds) => *seconds.as_ref(),
        None => LONGEST_SESSION,
    };
    let id = config.id.as_ref().map(not_empty).transpose()?;
    Ok(Agency {
        external_id: config.external_id.as_ref().map(not_empty).transpose()?,
        needs_mfa: config.mfa,
        allowed_tags: config.allowed_tags.clone(),
        max_duration,
        denied: config.denied,
        ..Agency::new(account, part(&config.name)?, id, trust)
    })
}

/// Agencies and identity providers that the agency trusts have to be in the file.
pub(super) fn check_trust(world: &World, config: &AgencyConfig) -> Result<(), Problem> {
    for entry in config.trust.iter().flatten() {
        reference::check(world, entry)?;
    }
    Ok(())
}

/// `"*"`, an account id or a URN.
pub(super) fn read_who(entry: &Spanned<String>) -> Result<Who, Problem> {
    match entry.as_ref().as_str() {
        "*" => Ok(Who::Everybody),
        urn if reference::is_urn(urn) => Ok(Who::Urn(urn.to_owned())),
        account if is_part(account) => Ok(Who::Account(account.to_owned())),
        _ => Err((
            entry.span(),
            "must be \"*\", an account id, or a URN that begins with iam:: or sts::",
        )),
    }
}
