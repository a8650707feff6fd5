//! `AssumeAgency`

use std::collections::BTreeMap;

use sts_proto::{AssumeAgency, AssumeAgencyOutput};

use super::authorization;
use super::session::{SessionRequest, check_policy};
use super::state::{RequestTime, Service};
use crate::model::action;
use crate::model::agency::Agency;
use crate::model::principal::Principal;
use crate::model::requester::Requester;
use crate::rejection::Rejection;

pub(super) fn execute(
    service: &Service,
    operation: &AssumeAgency,
    caller: &Principal,
    time: RequestTime,
) -> Result<AssumeAgencyOutput, Rejection> {
    check_policy(operation.policy.as_deref())?;
    let urn = &operation.agency_urn;
    let agency = service.config.agency(urn).ok_or_else(|| Rejection::NoSuchAgency(urn.clone()))?;
    let requester = caller.requester();
    let external_id = operation.external_id.as_ref();
    authorization::check_assume(&service.config, &requester, action::ASSUME, agency, external_id)?;
    check_mfa(operation, caller, agency)?;
    check_tags(service, operation, &requester, agency)?;
    let identity = operation.source_identity.as_ref();
    authorization::check_source_identity(&service.config, &requester, identity, urn)?;
    let session_request = SessionRequest {
        name: &operation.agency_session_name,
        duration_seconds: operation.duration_seconds,
        source_identity: source_identity(operation, caller)?,
        transitive_tags: transitive_tags(operation, caller)?,
    };
    let (session, credentials) = service.issue(agency, session_request, time)?;
    let mut output = AssumeAgencyOutput::new(session.assumed_agency(), credentials);
    output.source_identity = session.source_identity;
    Ok(output)
}

/// Verifies the MFA code. A code that was not required must be valid as well.
fn check_mfa(
    operation: &AssumeAgency,
    caller: &Principal,
    agency: &Agency,
) -> Result<(), Rejection> {
    let denied = |failure| {
        Err(authorization::denied(&caller.requester(), action::ASSUME, &agency.urn(), failure))
    };
    match (&operation.serial_number, &operation.token_code) {
        (Some(serial_number), Some(code)) => match caller.mfa_code(serial_number) {
            None => Err(Rejection::NoSuchDevice),
            Some(right) if right == code => Ok(()),
            Some(_) => denied("the MFA code is wrong"),
        },
        _ if agency.requires_mfa => denied("the trust policy of the agency requires MFA"),
        _ => Ok(()),
    }
}

fn check_tags(
    service: &Service,
    operation: &AssumeAgency,
    requester: &Requester,
    agency: &Agency,
) -> Result<(), Rejection> {
    let tags = operation.tags.as_deref().unwrap_or_default();
    if tags.is_empty() {
        return Ok(());
    }
    let urn = agency.urn();
    authorization::check_deny_rules(&service.config, requester, action::TAG_SESSION, &urn)?;
    if tags.iter().all(|tag| agency.allows_tag(&tag.key)) {
        return Ok(());
    }
    let failure = "the trust policy of the agency does not allow the tag key";
    Err(authorization::denied(requester, action::TAG_SESSION, &urn, failure))
}

/// Returns the source identity. Once set, it cannot change within a chain of sessions.
fn source_identity(
    operation: &AssumeAgency,
    caller: &Principal,
) -> Result<Option<String>, Rejection> {
    let inherited = caller.session().and_then(|session| session.source_identity.as_ref());
    match (inherited, &operation.source_identity) {
        (Some(inherited), Some(requested)) if inherited != requested => {
            Err(Rejection::Session("source_identity cannot be changed within a chain of sessions"))
        }
        (inherited, requested) => Ok(inherited.or(requested.as_ref()).cloned()),
    }
}

/// Returns the tags that further sessions in the chain inherit. Inherited tags cannot be replaced.
fn transitive_tags(
    operation: &AssumeAgency,
    caller: &Principal,
) -> Result<BTreeMap<String, String>, Rejection> {
    let mut transitive =
        caller.session().map(|session| session.transitive_tags.clone()).unwrap_or_default();
    let tags = operation.tags.as_deref().unwrap_or_default();
    if tags.iter().any(|tag| transitive.contains_key(&tag.key)) {
        return Err(Rejection::Session(
            "a tag would replace an inherited transitive tag of the caller's session",
        ));
    }
    let keys = operation.transitive_tag_keys.as_deref().unwrap_or_default();
    let passed_on = tags.iter().filter(|tag| keys.contains(&tag.key));
    transitive.extend(passed_on.map(|tag| (tag.key.clone(), tag.value.clone())));
    Ok(transitive)
}
