//! What the operations that assume an agency have in common.

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;
use sts_proto::Credentials;
use time::OffsetDateTime;

use super::session_token;
use super::state::{RequestTime, Service};
use crate::model::agency::Agency;
use crate::model::principal::Session;
use crate::random;
use crate::rejection::Rejection;

/// How long a session lasts when nothing is asked for, in seconds.
pub(super) const DEFAULT_DURATION: u32 = 3600;

/// A session that is asked for.
pub(crate) struct SessionRequest<'a> {
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
        wanted: SessionRequest<'_>,
        time: RequestTime,
    ) -> Result<(Session, Credentials), Rejection> {
        let seconds = wanted.duration_seconds.unwrap_or(DEFAULT_DURATION);
        if seconds > agency.max_duration {
            return Err(Rejection::Session(
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
            expiration: end(time, seconds),
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
pub(super) fn check_policy(policy: Option<&str>) -> Result<(), Rejection> {
    match policy.map(serde_json::from_str::<HashMap<String, &RawValue>>) {
        Some(Err(_)) => Err(Rejection::MalformedPolicy),
        Some(Ok(_)) | None => Ok(()),
    }
}

/// To the millisecond, as the service writes it.
fn end(time: RequestTime, seconds: u32) -> OffsetDateTime {
    let seconds = if time.credentials_expired { -1 } else { seconds.into() };
    let end = time.now.saturating_add(time::Duration::seconds(seconds));
    end.replace_millisecond(end.millisecond()).unwrap_or(end)
}
