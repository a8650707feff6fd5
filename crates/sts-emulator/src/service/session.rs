//! Sessions, which the operations that assume an agency issue.

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;
use sts_proto::Credentials;
use time::OffsetDateTime;

use super::session_log::IssuedSession;
use super::session_token;
use super::state::{RequestTime, Service};
use crate::model::agency::Agency;
use crate::model::identity::Identity;
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
        let identity = Identity::Agency {
            agency: agency.name.clone(),
            agency_id: agency.id.clone(),
            session_name: session_request.name.to_owned(),
        };
        let session = Session {
            source_identity: session_request.source_identity,
            transitive_tags: session_request.transitive_tags,
            ..new_session(&agency.account, identity, seconds, time)
        };
        Ok(self.credentials_of(session))
    }

    /// Issues credentials for an identity of classic IAM. They continue the chain of sessions of
    /// `previous`.
    pub(crate) fn issue_for(
        &self,
        (account, identity): (&str, Identity),
        previous: Option<&Session>,
        seconds: u32,
        time: RequestTime,
    ) -> Credentials {
        let mut session = new_session(account, identity, seconds, time);
        if let Some(previous) = previous {
            session.source_identity.clone_from(&previous.source_identity);
            session.transitive_tags.clone_from(&previous.transitive_tags);
        }
        self.credentials_of(session).1
    }

    fn credentials_of(&self, session: Session) -> (Session, Credentials) {
        let credentials = Credentials::temporary(
            &session.access_key_id,
            session.secret_access_key.clone(),
            session_token::seal(&session, &self.seal),
            session.expiration,
        );
        self.sessions.add(|| IssuedSession {
            urn: session.urn(),
            access_key_id: session.access_key_id.clone(),
            expiration: session.expiration,
        });
        (session, credentials)
    }
}

/// Creates a session with a new access key.
fn new_session(account: &str, identity: Identity, seconds: u32, time: RequestTime) -> Session {
    Session {
        account: account.to_owned(),
        identity,
        access_key_id: random::access_key_id(),
        secret_access_key: random::secret_access_key(),
        expiration: end(time, seconds),
        source_identity: None,
        transitive_tags: BTreeMap::new(),
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
