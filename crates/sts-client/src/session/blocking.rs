//! The session for callers that block the thread.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, OnceLock, PoisonError};

use sts_proto::Credentials;

use super::error::SessionError;
use super::keeper::{Fetched, Keeper, Obtained};
use super::machine::KeyState;
use super::policy::SessionPolicy;
use crate::CallContext;
use crate::host::Host;
use crate::source::{BlockingCredentialSource, KeyRequest, SourceError};

/// Keys of an assumed agency that stay fresh, for any number of threads.
///
/// It promises what [`Session`](super::Session) promises, with one difference: a thread has
/// nothing to let a fetch go on in, so while keys are good the one caller that finds them due for
/// a refresh makes the fetch, and all others are served at once. A program that wants no caller to
/// do so has a thread of its own call [`credentials`](Self::credentials) every few seconds.
///
/// A fetch that panics does so in the thread that makes it; those who wait for it get an error.
#[derive(Clone)]
pub struct BlockingSession(Arc<Inner>);

struct Inner {
    keeper: Keeper<Flight>,
    /// Tells those who wait that a fetch has ended.
    landed: Condvar,
    fetch: Box<dyn FetchKeys>,
}

/// A fetch that is under way: where those who wait for it find what it came to.
type Flight = Arc<OnceLock<Fetched>>;

/// How a session does what its machine says.
pub(crate) struct Plan {
    pub(crate) host: Arc<dyn Host>,
    /// Knows the service's time.
    pub(crate) context: Arc<CallContext>,
    pub(crate) fetch: Box<dyn FetchKeys>,
}

/// Makes a fetch. A name for a closure.
pub(crate) trait FetchKeys: Fn() -> Obtained + Send + Sync {}
impl<F: Fn() -> Obtained + Send + Sync> FetchKeys for F {}

impl BlockingSession {
    pub(crate) fn new(plan: Plan, policy: SessionPolicy) -> Self {
        let Plan { host, context, fetch } = plan;
        let keeper = Keeper::new(host, context, policy);
        Self(Arc::new(Inner { keeper, landed: Condvar::new(), fetch }))
    }

    /// Keys that are good now.
    pub fn credentials(&self) -> Result<Arc<Credentials>, SessionError> {
        self.0.keeper.warm().map_or_else(|| self.0.ask(), Ok)
    }

    /// What the keys are good for now.
    #[must_use]
    pub fn state(&self) -> KeyState {
        self.0.keeper.state()
    }

    /// The service refuses these keys; see [`Session::invalidate`](super::Session::invalidate).
    pub fn invalidate(&self, refused: &Credentials) {
        self.0.keeper.invalidate(refused);
    }
}

impl Inner {
    fn ask(&self) -> Fetched {
        let now = self.keeper.now();
        let mut state = self.keeper.lock();
        if state.machine.begin_fetch(now) {
            let flight = Flight::default();
            state.flight = Some(flight.clone());
            drop(state);
            return self.fetch(&flight).or_else(|failure| {
                // It is invisible as long as keys are good.
                let now = self.keeper.now();
                self.keeper.serve(&self.keeper.lock(), now).ok_or(failure)
            });
        }
        if let Some(credentials) = self.keeper.serve(&state, now) {
            return Ok(credentials);
        }
        let Some(flight) = state.flight.clone() else {
            return Err(state.failure());
        };
        let is_out = |_: &mut _| flight.get().is_none();
        drop(
            self.landed
                .wait_timeout_while(state, self.keeper.limit(), is_out)
                .unwrap_or_else(PoisonError::into_inner),
        );
        flight.get().cloned().unwrap_or(Err(SessionError::STUCK))
    }

    /// Makes the fetch that has begun. Those who wait for it are told, also when it panics.
    fn fetch(&self, flight: &Flight) -> Fetched {
        let fetched = panic::catch_unwind(AssertUnwindSafe(|| (self.fetch)()));
        let (fetched, panic) = match fetched {
            Ok(fetched) => (fetched, None),
            Err(panic) => (Err(SessionError::PANICKED), Some(panic)),
        };
        let fetched = self.keeper.land(fetched, |state, now| state.machine.failed(now));
        // Under the lock, so that nobody falls asleep between a look and this.
        let state = self.keeper.lock();
        let told = flight.get_or_init(|| fetched);
        drop(state);
        self.landed.notify_all();
        match panic {
            Some(panic) => panic::resume_unwind(panic),
            None => told.clone(),
        }
    }
}

impl BlockingCredentialSource for BlockingSession {
    fn credentials(&self, request: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        if let Some(refused) = request.refused {
            self.invalidate(&refused);
        }
        Ok(self.credentials()?)
    }
}

impl fmt::Debug for BlockingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingSession").field("machine", &self.0.keeper).finish_non_exhaustive()
    }
}
