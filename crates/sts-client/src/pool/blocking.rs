//! Pools of blocking sessions.

use std::fmt;
use std::sync::Arc;

use sts_credentials::{Credentials, CredentialsError};
use sts_proto::AssumeAgency;

use super::builder::{Options, SessionPoolBuilder};
use super::entries::{Entries, PoolStatus};
use crate::blocking::{Client, ProvideCredentials, Session, Transport};

/// Blocking counterpart of [`SessionPool`](super::SessionPool).
#[derive(Clone)]
pub struct SessionPool(Arc<Entries<Session>>);

impl SessionPool {
    /// Returns a builder of a pool whose sessions use `client`.
    #[must_use]
    pub fn builder<T, S>(client: &Client<T, S>) -> SessionPoolBuilder<Self>
    where
        T: Transport + Send + Sync + 'static,
        S: ProvideCredentials + Send + Sync + 'static,
    {
        let (client, seed) = (client.clone(), client.seed());
        SessionPoolBuilder::new(move |Options { capacity, policy, observer }| {
            let policy = Arc::new(policy);
            Self(Arc::new(Entries::new(capacity, seed, move |scope| {
                let session = client.session_with(scope, Arc::clone(&policy))?;
                Ok(match &observer {
                    Some(observer) => session.observed_by(Arc::clone(observer)),
                    None => session,
                })
            })))
        })
    }

    /// Returns the session of a request; see [`SessionPool::session`](super::SessionPool::session).
    ///
    /// # Errors
    ///
    /// Those of [`SessionPool::session`](super::SessionPool::session).
    pub fn session(&self, request: AssumeAgency) -> Result<Session, CredentialsError> {
        self.0.get_or_open(request)
    }

    /// Returns valid credentials for a request: from memory, or from a call.
    ///
    /// # Errors
    ///
    /// Those of [`SessionPool::credentials`](super::SessionPool::credentials).
    pub fn credentials(&self, request: AssumeAgency) -> Result<Arc<Credentials>, CredentialsError> {
        Ok(self.session(request)?.credentials()?)
    }

    /// Removes the session of a request; see [`SessionPool::remove`](super::SessionPool::remove).
    pub fn remove(&self, request: AssumeAgency) {
        self.0.remove(request);
    }

    /// Removes all sessions.
    pub fn clear(&self) {
        self.0.clear();
    }

    /// Returns the size of the pool and its counters.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        self.0.status()
    }
}

impl fmt::Debug for SessionPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionPool").field("status", &self.status()).finish_non_exhaustive()
    }
}
