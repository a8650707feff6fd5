//! Pools of sessions, for services that vend credentials of many identities.
//!
//! A catalog, a gateway or a job scheduler gives each tenant its own temporary credentials, restricted
//! to the permissions of the tenant. A [`SessionPool`] keeps the sessions of the most recent requests. `docs/vending.md` explains it with a complete example.

pub mod blocking;
mod builder;
mod entries;
mod obs_policy;
mod scope;

use std::fmt;
use std::sync::Arc;

use sts_credentials::{Credentials, CredentialsError, ProvideCredentials};
use sts_proto::AssumeAgency;

use self::builder::Options;
pub use self::builder::SessionPoolBuilder;
use self::entries::Entries;
pub use self::entries::PoolStatus;
pub use self::obs_policy::{InvalidObsPolicy, ObsPolicy};
use crate::client::Client;
use crate::session::Session;
use crate::transport::{MaybeSend, MaybeSync, Transport};

/// Bounded pool of sessions, one for each distinct [`AssumeAgency`].
///
/// The key is the whole request by value: agency, session name, policy, tags, duration, source
/// identity and all other parameters. Two requests that differ in any of them never share
/// credentials. All callers of the same request share one [`Session`], so one refresh is made for
/// any number of callers, and its backoff after a failure applies to all of them.
///
/// If the pool is full, it removes the session that was used least recently. Callers that hold that
/// session can continue to use it; the next equal request creates a new one. Nothing runs in the
/// background: an idle session causes no requests, and takes about 2 kB of memory, including a
/// security token of 1000 bytes and a short policy.
///
/// ```
/// use std::time::Duration;
/// use sts_client::pool::{ObsPolicy, SessionPool};
/// use sts_client::proto::AssumeAgency;
/// # use sts_client::{Client, Exchange, NoCredentials, Transport, TransportError};
/// # async fn vend<T: Transport + Send + Sync + 'static>(
/// #     client: &Client<T, NoCredentials>,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
///
/// let pool = SessionPool::builder(client).capacity(10_000).build();
/// let policy = ObsPolicy::new().read("lake", "tables/orders/").to_json()?;
/// let request = AssumeAgency::new("iam::0a1b:agency:lake", "tenant-42")
///     .duration(Duration::from_secs(900))
///     .policy(policy);
/// let credentials = pool.credentials(request).await?;
/// # drop(credentials);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SessionPool(Arc<Entries<Session>>);

impl SessionPool {
    /// Returns a builder of a pool whose sessions use `client`.
    #[must_use]
    pub fn builder<T, S>(client: &Client<T, S>) -> SessionPoolBuilder<Self>
    where
        T: Transport + MaybeSend + MaybeSync + 'static,
        S: ProvideCredentials + MaybeSend + MaybeSync + 'static,
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

    /// Returns the session of a request, and makes it if there is none. Nothing is sent.
    ///
    /// # Errors
    ///
    /// The request exceeds a documented limit, or cannot be repeated; see
    /// [`Client::session`]. It does not enter the pool.
    pub fn session(&self, request: AssumeAgency) -> Result<Session, CredentialsError> {
        self.0.get_or_open(request)
    }

    /// Returns valid credentials for a request: from memory, or from a call.
    ///
    /// # Errors
    ///
    /// Those of [`session`](Self::session) and [`Session::credentials`]. If the client itself has
    /// temporary credentials, the service limits [durations](AssumeAgency::duration) to 3600
    /// seconds; a request for more fails with the kind
    /// [`InvalidRequest`](sts_proto::ErrorKind::InvalidRequest) before it is sent.
    pub async fn credentials(
        &self,
        request: AssumeAgency,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        Ok(self.session(request)?.credentials().await?)
    }

    /// Removes the session of a request, for example of a tenant that has left. Its
    /// credentials stay valid until they expire.
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
