//! Pools of blocking sessions.

use std::fmt;
use std::sync::Arc;

use sts_credentials::{Credentials, CredentialsError};
use sts_proto::AssumeAgency;

use super::builder::SessionPoolBuilder;
use super::entries::{Entries, PoolStatus};
use super::scope::Scope;
use crate::blocking::{Client, ProvideCredentials, Session, Transport};
use crate::session::{SessionObserver, SessionPolicy};

/// Blocking counterpart of [`SessionPool`](super::SessionPool).
#[derive(Clone)]
pub struct SessionPool(Arc<Inner>);

struct Inner {
    entries: Entries<Session>,
    open: Box<dyn Open>,
    policy: Arc<SessionPolicy>,
    observer: Option<Arc<dyn SessionObserver>>,
}

/// A closure that makes a session.
trait Open: Fn(Scope, Arc<SessionPolicy>) -> Result<Session, CredentialsError> + Send + Sync {}
impl<F: Fn(Scope, Arc<SessionPolicy>) -> Result<Session, CredentialsError> + Send + Sync> Open
    for F
{
}

impl SessionPool {
    /// Returns a builder of a pool whose sessions use `client`.
    #[must_use]
    pub fn builder<T, S>(client: &Client<T, S>) -> SessionPoolBuilder<Self>
    where
        T: Transport + Send + Sync + 'static,
        S: ProvideCredentials + Send + Sync + 'static,
    {
        let (client, seed) = (client.clone(), client.seed());
        SessionPoolBuilder::new(move |builder| {
            let open = move |scope, policy: Arc<SessionPolicy>| client.session_with(scope, policy);
            Self(Arc::new(Inner {
                entries: Entries::new(builder.capacity, seed),
                open: Box::new(open),
                policy: builder.policy.into(),
                observer: builder.observer,
            }))
        })
    }

    /// Returns the session of a request; see [`SessionPool::session`](super::SessionPool::session).
    ///
    /// # Errors
    ///
    /// Those of [`SessionPool::session`](super::SessionPool::session).
    pub fn session(&self, request: AssumeAgency) -> Result<Session, CredentialsError> {
        let Inner { entries, open, policy, observer } = &*self.0;
        entries.get_or_insert(request, |scope| {
            let session = open(scope, Arc::clone(policy))?;
            Ok(match observer {
                Some(observer) => session.observed_by(Arc::clone(observer)),
                None => session,
            })
        })
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
        self.0.entries.remove(request);
    }

    /// Removes all sessions.
    pub fn clear(&self) {
        self.0.entries.clear();
    }

    /// Returns the size of the pool and its counters.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        self.0.entries.status()
    }
}

impl fmt::Debug for SessionPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionPool").field("status", &self.status()).finish_non_exhaustive()
    }
}
