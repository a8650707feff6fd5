//! `AssumeAgency`

use std::collections::BTreeMap;

use sts_proto::{AssumeAgency, AssumeAgencyOutput};

use super::session::{Wanted, check_policy, why_denied};
use super::{Moment, Service};
use crate::denial::Denial;
use crate::principal::Principal;
use crate::refusal::Refusal;

const ACTION: &str = "sts:agencies:assume";

pub(super) fn answer(
    service: &Service,
    operation: &AssumeAgency,
    caller: &Principal,
    moment: Moment,
) -> Result<AssumeAgencyOutput, Refusal> {
    check_policy(operation.policy.as_deref())?;
    let urn = &operation.agency_urn;
    let agency = service.world.agency(urn).ok_or_else(|| Refusal::NoSuchAgency(urn.clone()))?;
    let external_id = operation.external_id.as_ref();
    if let Some(failure) = why_denied(agency, agency.trusts(caller), external_id) {
        let denial = Denial::new(caller.urn(), ACTION, urn.clone(), failure);
        return Err(Refusal::Denied(denial));
    }
    let wanted = Wanted {
        name: &operation.agency_session_name,
        duration_seconds: operation.duration_seconds,
        source_identity: source_identity(operation, caller)?,
        transitive_tags: transitive_tags(operation, caller)?,
    };
    let (session, credentials) = service.issue(agency, wanted, moment)?;
    let mut output = AssumeAgencyOutput::new(session.assumed_agency(), credentials);
    output.source_identity = session.source_identity;
    Ok(output)
}

/// The source identity in force: once set it stays for the whole chain.
fn source_identity(
    operation: &AssumeAgency,
    caller: &Principal,
) -> Result<Option<String>, Refusal> {
    let inherited = caller.session().and_then(|session| session.source_identity.as_ref());
    match (inherited, &operation.source_identity) {
        (Some(inherited), Some(asked)) if inherited != asked => {
            Err(Refusal::Session("source_identity cannot be changed within a chain of sessions"))
        }
        (inherited, asked) => Ok(inherited.or(asked.as_ref()).cloned()),
    }
}

/// The tags that sessions assumed with the new one inherit. An inherited tag cannot be replaced.
fn transitive_tags(
    operation: &AssumeAgency,
    caller: &Principal,
) -> Result<BTreeMap<String, String>, Refusal> {
    let mut transitive =
        caller.session().map(|session| session.transitive_tags.clone()).unwrap_or_default();
    let tags = operation.tags.as_deref().unwrap_or_default();
    if tags.iter().any(|tag| transitive.contains_key(&tag.key)) {
        return Err(Refusal::Session(
            "a tag has the key of a tag that the caller's session has inherited",
        ));
    }
    let keys = operation.transitive_tag_keys.as_deref().unwrap_or_default();
    let passed_on = tags.iter().filter(|tag| keys.contains(&tag.key));
    transitive.extend(passed_on.map(|tag| (tag.key.clone(), tag.value.clone())));
    Ok(transitive)
}
