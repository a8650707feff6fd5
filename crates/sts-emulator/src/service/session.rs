//! Sessions, which the operations that assume an agency issue.

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

/// Default duration of a session, in seconds.
pub(super) const DEFAULT_DURATION: u32 = 3600;

/// A requested session.
pub(crate) struct SessionRequest<'a> {
    pub(crate) name: &'a str,
    pub(crate) duration_seconds: Option<u32>,
    pub(crate) source_identity: Option<String>,
    pub(crate) transitive_tags: BTreeMap<String, String>,
}

impl Service {
    /// Issues credentials for a session of `agency`.
    pub(crate) fn issue(
        &self,
        agency: &Agency,
        session_request: SessionRequest<'_>,
        time: RequestTime,
    ) -> Result<(Session, Credentials), Rejection> {
        let seconds = session_request.duration_seconds.unwrap_or(DEFAULT_DURATION);
        if seconds > agency.max_duration {
            return Err(Rejection::Session(
                "duration_seconds exceeds the maximum session duration of the agency",
            ));
        }
        let session = Session {
            account: agency.account.clone(),
            agency: agency.name.clone(),
            agency_id: agency.id.clone(),
            name: session_request.name.to_owned(),
            access_key_id: random::access_key_id(),
            secret_access_key: random::secret_access_key(),
            expiration: end(time, seconds),
            source_identity: session_request.source_identity,
            transitive_tags: session_request.transitive_tags,
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

/// Checks that a policy is a JSON object. Its content is ignored: permissions are not emulated.
pub(super) fn check_policy(policy: Option<&str>) -> Result<(), Rejection> {
    match policy.map(serde_json::from_str::<HashMap<String, &RawValue>>) {
        Some(Err(_)) => Err(Rejection::MalformedPolicy),
        Some(Ok(_)) | None => Ok(()),
    }
}

/// Returns the expiration, in whole milliseconds as the service formats it.
fn end(time: RequestTime, seconds: u32) -> OffsetDateTime {
    let seconds = if time.credentials_expired { -1 } else { seconds.into() };
    let end = time.now.saturating_add(time::Duration::seconds(seconds));
    end.replace_millisecond(end.millisecond()).unwrap_or(end)
}
