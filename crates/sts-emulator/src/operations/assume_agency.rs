//! `AssumeAgency`

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;
use sts_proto::{AssumeAgency, AssumeAgencyOutput, Credentials};
use time::OffsetDateTime;

use super::Service;
use crate::denial::Denial;
use crate::principal::{Principal, Session};
use crate::refusal::Refusal;
use crate::world::Agency;
use crate::{random, session_token};

const ACTION: &str = "sts:agencies:assume";

/// How long a session lasts when nothing is asked for, in seconds.
const DEFAULT_DURATION: u32 = 3600;

pub(super) fn answer(
    service: &Service,
    operation: &AssumeAgency,
    caller: &Principal,
    now: OffsetDateTime,
) -> Result<AssumeAgencyOutput, Refusal> {
    if let Some(policy) = &operation.policy {
        serde_json::from_str::<HashMap<String, &RawValue>>(policy)
            .map_err(|_| Refusal::MalformedPolicy)?;
    }
    let urn = &operation.agency_urn;
    let agency = service.world.agency(urn).ok_or_else(|| Refusal::NoSuchAgency(urn.clone()))?;
    if let Some(failure) = why_denied(agency, operation, caller) {
        let denial = Denial::new(caller.urn(), ACTION, urn.clone(), failure);
        return Err(Refusal::Denied(denial));
    }
    let seconds = operation.duration_seconds.unwrap_or(DEFAULT_DURATION);
    if seconds > agency.max_duration {
        return Err(Refusal::Session(
            "duration_seconds is longer than the agency's maximum session duration",
        ));
    }
    let session = Session {
        account: agency.account.clone(),
        agency: agency.name.clone(),
        agency_id: agency.id.clone(),
        name: operation.agency_session_name.clone(),
        access_key_id: random::access_key_id(),
        secret_access_key: random::secret_access_key(),
        expiration: end(now, seconds),
        source_identity: source_identity(operation, caller)?,
        transitive_tags: transitive_tags(operation, caller)?,
    };
    let credentials = Credentials::temporary(
        &session.access_key_id,
        session.secret_access_key.clone(),
        session_token::seal(&session, &service.seal),
        session.expiration,
    );
    let mut output = AssumeAgencyOutput::new(session.assumed_agency(), credentials);
    output.source_identity = session.source_identity;
    Ok(output)
}

/// What stands against it, if anything.
fn why_denied(
    agency: &Agency,
    operation: &AssumeAgency,
    caller: &Principal,
) -> Option<&'static str> {
    if agency.denied {
        Some("the agency denies everybody")
    } else if !agency.trusts(caller) {
        Some("the trust policy of the agency does not allow the caller")
    } else if agency.external_id.is_some() && agency.external_id != operation.external_id {
        Some("the external id is not the one that the trust policy of the agency asks for")
    } else {
        None
    }
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

/// To the millisecond, as the service writes it.
fn end(now: OffsetDateTime, seconds: u32) -> OffsetDateTime {
    let end = now.saturating_add(time::Duration::seconds(seconds.into()));
    end.replace_millisecond(end.millisecond()).unwrap_or(end)
}
