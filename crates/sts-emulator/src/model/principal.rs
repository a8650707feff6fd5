//! Principals: users and sessions.

use std::collections::BTreeMap;
use std::sync::Arc;

use sts_proto::{AssumedAgency, Caller, Secret};
use time::OffsetDateTime;

use crate::model::identifier::{stable_id, user_urn};
use crate::model::identity::Identity;
use crate::model::requester::Requester;

/// An authenticated caller.
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    User(Arc<User>),
    Session(Box<Session>),
}

/// A user with permanent access keys.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) mfa_devices: Vec<MfaDevice>,
}

/// An MFA device. Its code does not change.
#[derive(Clone, Debug)]
pub(crate) struct MfaDevice {
    pub(crate) serial_number: String,
    pub(crate) code: Secret,
}

impl User {
    /// Creates a user without MFA devices. The default id depends on the account and the name.
    pub(crate) fn new(account: &str, name: &str, id: Option<String>) -> Self {
        Self {
            account: account.to_owned(),
            name: name.to_owned(),
            id: id.unwrap_or_else(|| stable_id("user", account, name)),
            mfa_devices: Vec::new(),
        }
    }

    pub(crate) fn urn(&self) -> String {
        user_urn(&self.account, &self.name)
    }

    pub(crate) fn requester(&self) -> Requester {
        let urn = self.urn();
        Requester { urns: vec![urn.clone()], account: Some(self.account.clone()), urn }
    }
}

/// The holder of temporary credentials. The security token contains all of it.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) account: String,
    pub(crate) identity: Identity,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Secret,
    pub(crate) expiration: OffsetDateTime,
    pub(crate) source_identity: Option<String>,
    pub(crate) transitive_tags: BTreeMap<String, String>,
}

impl Session {
    pub(crate) fn assumed_agency(&self) -> AssumedAgency {
        AssumedAgency::new(self.urn(), self.id())
    }

    pub(crate) fn urn(&self) -> String {
        self.identity.urn(&self.account)
    }

    fn id(&self) -> String {
        self.identity.id(&self.account)
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
            Self::User(user) => user.urn(),
            Self::Session(session) => session.urn(),
        }
    }

    pub(crate) fn id(&self) -> String {
        match self {
            Self::User(user) => user.id.clone(),
            Self::Session(session) => session.id(),
        }
    }

    pub(crate) fn requester(&self) -> Requester {
        match self {
            Self::User(user) => user.requester(),
            Self::Session(session) => session.identity.requester(&session.account),
        }
    }

    /// Returns the code of an MFA device. Sessions have no devices.
    pub(crate) fn mfa_code(&self, serial_number: &str) -> Option<&Secret> {
        let Self::User(user) = self else { return None };
        let mut devices = user.mfa_devices.iter();
        devices.find(|device| device.serial_number == serial_number).map(|device| &device.code)
    }

    /// Returns the kind of credentials, on which some limits depend.
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
