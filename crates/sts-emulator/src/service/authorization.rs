//! Authorization by deny rules and trust policies.

use crate::config::Config;
use crate::model::action;
use crate::model::agency::Agency;
use crate::model::requester::Requester;
use crate::rejection::Rejection;
use crate::rejection::denial::Denial;

/// Rejects an action that a deny rule denies.
pub(super) fn check_deny_rules(
    config: &Config,
    requester: &Requester,
    action: &'static str,
    resource: &str,
) -> Result<(), Rejection> {
    if config.denies(requester, action, resource) {
        return Err(denied(requester, action, resource, "a deny rule denies the action"));
    }
    Ok(())
}

/// Rejects actions that a deny rule denies, and requesters that the agency does not trust.
pub(crate) fn check_assume(
    config: &Config,
    requester: &Requester,
    action: &'static str,
    agency: &Agency,
    external_id: Option<&String>,
) -> Result<(), Rejection> {
    let urn = agency.urn();
    check_deny_rules(config, requester, action, &urn)?;
    match agency.denial_reason(requester, external_id) {
        Some(failure) => Err(denied(requester, action, &urn, failure)),
        None => Ok(()),
    }
}

/// Rejects an agency that requires MFA, for operations whose requests cannot contain a code.
pub(crate) fn check_without_mfa(
    requester: &Requester,
    action: &'static str,
    agency: &Agency,
) -> Result<(), Rejection> {
    if agency.requires_mfa {
        let failure = "the trust policy of the agency requires MFA";
        return Err(denied(requester, action, &agency.urn(), failure));
    }
    Ok(())
}

/// Rejects a source identity that the requester may not set.
pub(super) fn check_source_identity(
    config: &Config,
    requester: &Requester,
    identity: Option<&String>,
    agency_urn: &str,
) -> Result<(), Rejection> {
    match identity {
        Some(_) => check_deny_rules(config, requester, action::SET_SOURCE_IDENTITY, agency_urn),
        None => Ok(()),
    }
}

pub(crate) fn denied(
    requester: &Requester,
    action: &'static str,
    resource: &str,
    failure: &'static str,
) -> Rejection {
    Rejection::Denied(Denial::new(requester, action, resource, failure))
}
