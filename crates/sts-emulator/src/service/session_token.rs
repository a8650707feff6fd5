//! Security tokens. A token contains its session, so the emulator stores no sessions, and sessions
//! outlive a restart with the same seed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sts_proto::Secret;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::model::identity::Identity;
use crate::model::principal::Session;
use crate::seal::{Purpose, Seal};

/// Content of a token, for serialization.
#[derive(Serialize)]
struct SerializedSession<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    account: &'a str,
    identity: &'a Identity,
    expires: i64,
    source_identity: Option<&'a str>,
    transitive_tags: &'a BTreeMap<String, String>,
}

/// Content of a token, for deserialization.
#[derive(Deserialize)]
struct DeserializedSession {
    access_key_id: String,
    secret_access_key: Secret,
    account: String,
    identity: Identity,
    expires: i64,
    source_identity: Option<String>,
    transitive_tags: BTreeMap<String, String>,
}

/// Returns the token of `session`.
pub(crate) fn seal(session: &Session, seal: &Seal) -> Secret {
    let written = SerializedSession {
        access_key_id: &session.access_key_id,
        secret_access_key: session.secret_access_key.expose_secret(),
        account: &session.account,
        identity: &session.identity,
        expires: milliseconds(session.expiration),
        source_identity: session.source_identity.as_deref(),
        transitive_tags: &session.transitive_tags,
    };
    // Cannot fail: the fields are texts, numbers and maps of texts.
    let plain = Zeroizing::new(serde_json::to_vec(&written).unwrap_or_default());
    seal.seal(Purpose::SecurityToken, &plain).into()
}

/// Returns the session of `token`, if it was sealed with this seed. The expiration is not checked.
pub(crate) fn open(token: &str, seal: &Seal) -> Option<Session> {
    let plain = seal.open(Purpose::SecurityToken, token)?;
    let read: DeserializedSession = serde_json::from_slice(&plain).ok()?;
    Some(Session {
        account: read.account,
        identity: read.identity,
        access_key_id: read.access_key_id,
        secret_access_key: read.secret_access_key,
        expiration: OffsetDateTime::UNIX_EPOCH.checked_add(Duration::milliseconds(read.expires))?,
        source_identity: read.source_identity,
        transitive_tags: read.transitive_tags,
    })
}

fn milliseconds(time: OffsetDateTime) -> i64 {
    let milliseconds = (time - OffsetDateTime::UNIX_EPOCH).whole_milliseconds();
    i64::try_from(milliseconds).unwrap_or(i64::MAX)
}
