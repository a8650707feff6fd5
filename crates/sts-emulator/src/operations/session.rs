//! What the operations that assume an agency have in common.

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;
use sts_proto::Credentials;
use time::OffsetDateTime;

use super::{Moment, Service};
use crate::principal::Session;
use crate::refusal::Refusal;
use crate::world::Agency;
use crate::{random, session_token};

/// How long a session lasts when nothing is asked for, in seconds.
pub(super) const DEFAULT_DURATION: u32 = 3600;

/// A session that is asked for.
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    pub(crate) duration_seconds: Option<u32>,
    pub(crate) source_identity: Option<String>,
    pub(crate) transitive_tags: BTreeMap<String, String>,
}

impl Service {
    /// Issues the keys of a session of `agency`.
    pub(crate) fn issue(
        &self,
        agency: &Agency,
        wanted: Wanted<'_>,
        moment: Moment,
    ) -> Result<(Session, Credentials), Refusal> {
        let seconds = wanted.duration_seconds.unwrap_or(DEFAULT_DURATION);
        if seconds > agency.max_duration {
            return Err(Refusal::Session(
                "duration_seconds is longer than the agency's maximum session duration",
            ));
        }
        let session = Session {
            account: agency.account.clone(),
            agency: agency.name.clone(),
            agency_id: agency.id.clone(),
            name: wanted.name.to_owned(),
            access_key_id: random::access_key_id(),
            secret_access_key: random::secret_access_key(),
            expiration: end(moment, seconds),
            source_identity: wanted.source_identity,
            transitive_tags: wanted.transitive_tags,
        };
        let credentials = Credentials::temporary(
            &session.access_key_id,
            session.secret_access_key.clone(),
            session_token::seal(&session, &self.seal),
            session.expiration,
        );
        Ok((session, credentials))
    }
}

/// A policy has to be a JSON object. What it says is not looked at: nothing here is permitted
/// or forbidden by it.
pub(super) fn check_policy(policy: Option<&str>) -> Result<(), Refusal> {
    match policy.map(serde_json::from_str::<HashMap<String, &RawValue>>) {
        Some(Err(_)) => Err(Refusal::MalformedPolicy),
        Some(Ok(_)) | None => Ok(()),
    }
}

/// To the millisecond, as the service writes it.
fn end(moment: Moment, seconds: u32) -> OffsetDateTime {
    let seconds = if moment.keys_have_ended { -1 } else { seconds.into() };
    let end = moment.now.saturating_add(time::Duration::seconds(seconds));
    end.replace_millisecond(end.millisecond()).unwrap_or(end)
}
