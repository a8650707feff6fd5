//! Security tokens. A token holds its whole session, so nothing has to be remembered: restarts
//! with the same seed do not end sessions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sts_proto::Secret;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::model::principal::Session;
use crate::seal::{Purpose, Seal};

/// What a token says, while it is written.
#[derive(Serialize)]
struct Written<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    account: &'a str,
    agency: &'a str,
    agency_id: &'a str,
    name: &'a str,
    expires: i64,
    source_identity: Option<&'a str>,
    transitive_tags: &'a BTreeMap<String, String>,
}

/// The same, when it is read.
#[derive(Deserialize)]
struct Read {
    access_key_id: String,
    secret_access_key: Secret,
    account: String,
    agency: String,
    agency_id: String,
    name: String,
    expires: i64,
    source_identity: Option<String>,
    transitive_tags: BTreeMap<String, String>,
}

/// The token of `session`.
pub(crate) fn seal(session: &Session, seal: &Seal) -> Secret {
    let written = Written {
        access_key_id: &session.access_key_id,
        secret_access_key: session.secret_access_key.expose_secret(),
        account: &session.account,
        agency: &session.agency,
        agency_id: &session.agency_id,
        name: &session.name,
        expires: milliseconds(session.expiration),
        source_identity: session.source_identity.as_deref(),
        transitive_tags: &session.transitive_tags,
    };
    // Texts, numbers and maps of texts always serialise.
    let plain = Zeroizing::new(serde_json::to_vec(&written).unwrap_or_default());
    seal.seal(Purpose::SecurityToken, &plain).into()
}

/// The session of `token`, if this seed has sealed it. Whether it has ended is not judged here.
pub(crate) fn open(token: &str, seal: &Seal) -> Option<Session> {
    let plain = seal.open(Purpose::SecurityToken, token)?;
    let read: Read = serde_json::from_slice(&plain).ok()?;
    Some(Session {
        account: read.account,
        agency: read.agency,
        agency_id: read.agency_id,
        name: read.name,
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
