//! Actions that have to be allowed.

use crate::denial::Denial;
use crate::principal::Requester;
use crate::refusal::Refusal;
use crate::world::{Agency, World};

pub(crate) const ASSUME: &str = "sts:agencies:assume";
pub(crate) const ASSUME_WITH_OIDC: &str = "sts:agencies:assumeWithOIDC";
pub(crate) const ASSUME_WITH_SAML: &str = "sts:agencies:assumeWithSAML";
pub(crate) const TAG_SESSION: &str = "sts::tagSession";
pub(crate) const SET_SOURCE_IDENTITY: &str = "sts::setSourceIdentity";
pub(crate) const DECODE: &str = "sts::decodeAuthorizationMessage";

/// All of them, for rules that name one.
pub(crate) const ALL: [&str; 6] =
    [ASSUME, ASSUME_WITH_OIDC, ASSUME_WITH_SAML, TAG_SESSION, SET_SOURCE_IDENTITY, DECODE];

/// Refuses what a deny rule of the world denies.
pub(super) fn check_rules(
    world: &World,
    requester: &Requester,
    action: &'static str,
    resource: &str,
) -> Result<(), Refusal> {
    if world.denies(requester, action, resource) {
        return Err(denied(requester, action, resource, "a deny rule denies the action"));
    }
    Ok(())
}

/// Refuses what a deny rule denies, and whom the agency does not let in.
pub(super) fn check_assume(
    world: &World,
    requester: &Requester,
    action: &'static str,
    agency: &Agency,
    external_id: Option<&String>,
) -> Result<(), Refusal> {
    let urn = agency.urn();
    check_rules(world, requester, action, &urn)?;
    match agency.objection(requester, external_id) {
        Some(failure) => Err(denied(requester, action, &urn, failure)),
        None => Ok(()),
    }
}

pub(super) fn denied(
    requester: &Requester,
    action: &'static str,
    resource: &str,
    failure: &'static str,
) -> Refusal {
    Refusal::Denied(Denial::new(requester, action, resource, failure))
}
