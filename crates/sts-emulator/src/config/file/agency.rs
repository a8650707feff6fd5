//! `[[accounts.agencies]]`

use serde::Deserialize;
use toml::Spanned;

use super::reference;
use super::text::{Problem, is_account_id, part, text, texts};
use crate::config::Config;
use crate::model::agency::{Agency, MAX_SESSION_DURATION};
use crate::model::principal_pattern::PrincipalPattern;

/// Lower bound of the maximum session duration that an administrator can set, in seconds.
const MIN_MAX_DURATION: u32 = 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgencyTable {
    pub(super) name: Spanned<String>,
    id: Option<Spanned<String>>,
    trust: Option<Vec<Spanned<String>>>,
    external_id: Option<Spanned<String>>,
    #[serde(default)]
    mfa: bool,
    allowed_tags: Option<Vec<Spanned<String>>>,
    max_duration: Option<Spanned<u32>>,
    #[serde(default)]
    pub(super) denied: bool,
}

pub(super) fn read(account: &str, table: &AgencyTable) -> Result<Agency, Problem> {
    let trust = match &table.trust {
        Some(trust) => trust.iter().map(read_principal).collect::<Result<_, _>>()?,
        None => vec![PrincipalPattern::Account(account.to_owned())],
    };
    let max_duration = match &table.max_duration {
        Some(seconds) if !(MIN_MAX_DURATION..=MAX_SESSION_DURATION).contains(seconds.as_ref()) => {
            return Err((seconds.span(), "must be 3600 to 43200 seconds"));
        }
        Some(seconds) => *seconds.as_ref(),
        None => MAX_SESSION_DURATION,
    };
    let id = table.id.as_ref().map(text).transpose()?;
    Ok(Agency {
        external_id: table.external_id.as_ref().map(text).transpose()?,
        requires_mfa: table.mfa,
        allowed_tags: table.allowed_tags.as_deref().map(texts).transpose()?,
        max_duration,
        ..Agency::new(account, part(&table.name)?, id, trust)
    })
}

/// Checks that agencies and identity providers in the trust policy are defined in the file.
pub(super) fn check_trust(config: &Config, table: &AgencyTable) -> Result<(), Problem> {
    for entry in table.trust.iter().flatten() {
        reference::check(config, entry)?;
    }
    Ok(())
}

/// Parses `"*"`, an account id or a URN.
pub(super) fn read_principal(entry: &Spanned<String>) -> Result<PrincipalPattern, Problem> {
    match entry.as_ref().as_str() {
        "*" => Ok(PrincipalPattern::Any),
        urn if reference::is_urn(urn) => Ok(PrincipalPattern::Urn(urn.to_owned())),
        account if is_account_id(account) => Ok(PrincipalPattern::Account(account.to_owned())),
        _ => Err((
            entry.span(),
            "must be \"*\", an account id, or a URN that begins with iam:: or sts::",
        )),
    }
}
