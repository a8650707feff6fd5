//! Who calls.

use std::collections::BTreeMap;

use sts_proto::{AssumedAgency, Caller, Secret};
use time::OffsetDateTime;

/// Whoever has proven to hold a key.
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    User(User),
    Session(Box<Session>),
}

/// A user with a permanent key.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
}

/// A session of an agency, and its key. All of it travels in the security token.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) account: String,
    pub(crate) agency: String,
    pub(crate) agency_id: String,
    pub(crate) name: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Secret,
    pub(crate) expiration: OffsetDateTime,
    pub(crate) source_identity: Option<String>,
    pub(crate) transitive_tags: BTreeMap<String, String>,
}

impl Session {
    pub(crate) fn assumed_agency(&self) -> AssumedAgency {
        let Self { account, agency, agency_id, name, .. } = self;
        AssumedAgency::new(
            format!("sts::{account}:assumed-agency:{agency}/{name}"),
            format!("{agency_id}:{name}"),
        )
    }

    pub(crate) fn agency_urn(&self) -> String {
        agency_urn(&self.account, &self.agency)
    }
}

impl Principal {
    pub(crate) fn account(&self) -> &str {
        match self {
            Self::User(user) => &user.account,
            Self::Session(session) => &session.account,
        }
    }

    pub(crate) fn urn(&self) -> String {
        match self {
            Self::User(user) => format!("iam::{}:user:{}", user.account, user.name),
            Self::Session(session) => session.assumed_agency().urn,
        }
    }

    pub(crate) fn id(&self) -> String {
        match self {
            Self::User(user) => user.id.clone(),
            Self::Session(session) => session.assumed_agency().id,
        }
    }

    /// What kind of key it is, for the limits that depend on it.
    pub(crate) fn caller(&self) -> Caller {
        match self {
            Self::User(_) => Caller::Permanent,
            Self::Session(_) => Caller::Temporary,
        }
    }

    pub(crate) fn session(&self) -> Option<&Session> {
        match self {
            Self::User(_) => None,
            Self::Session(session) => Some(session),
        }
    }
}

pub(crate) fn agency_urn(account: &str, name: &str) -> String {
    format!("iam::{account}:agency:{name}")
}
