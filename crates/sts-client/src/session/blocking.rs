//! Blocking sessions.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, PoisonError};

use sts_credentials::{CredentialsError, CredentialsRequest, blocking};
use sts_proto::Credentials;

use super::cache::{Cache, Ended, Refreshed};
use super::credential_state::CredentialState;
use super::fast::CredentialsGuard;
use super::issued::IssuedCredentials;
use super::policy::SessionPolicy;
use super::refresher::{BlockingRefresher, Obtained};
use super::status::{SessionObserver, SessionStatus};
use crate::error::SessionError;
use crate::platform::Clock;
use crate::sync::{Condvar, OnceLock};

/// Blocking counterpart of [`Session`](crate::Session), for any number of threads.
///
/// A blocking call cannot advance a refresh in small steps. While the credentials are valid, the
/// caller that first finds a refresh due performs the whole refresh, and all others receive the
/// current credentials at once. To keep other threads from performing refreshes, call
/// [`credentials`](Self::credentials) every few seconds from a separate thread.
///
/// A refresh that panics does so in the thread that performs it; callers that wait for it receive
/// an error. If that thread does not return within 40 seconds (a third more than
/// [`CallPolicy::deadline`](crate::CallPolicy::deadline)), they receive an error, and the next
/// caller performs a refresh of its own.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    cache: Cache<Refresh, dyn BlockingRefresher>,
    /// Notifies waiting callers of the end of a refresh.
    ended: Condvar,
}

/// A refresh in flight, with the slot for its outcome.
type Refresh = OnceLock<Refreshed>;

impl Session {
    pub(crate) fn new(
        refresher: Arc<dyn BlockingRefresher>,
        clock: Arc<dyn Clock>,
        policy: Arc<SessionPolicy>,
    ) -> Self {
        let cache = Cache::new(refresher, clock, policy);
        Self(Arc::new(Inner { cache, ended: Condvar::new() }))
    }

    /// Returns valid credentials: from memory, or from a refresh if there are none.
    ///
    /// # Errors
    ///
    /// Those of [`Session::credentials`](crate::Session::credentials).
    pub fn credentials(&self) -> Result<Arc<Credentials>, SessionError> {
        self.0.cache.fast().map_or_else(|| self.0.ask(), Ok)
    }

    /// Calls `use_them` with valid credentials; see [`Session::with`](super::Session::with).
    ///
    /// # Errors
    ///
    /// Those of [`credentials`](Self::credentials).
    pub fn with<R>(&self, use_them: impl FnOnce(&Credentials) -> R) -> Result<R, SessionError> {
        match self.borrow() {
            Some(credentials) => Ok(use_them(&credentials)),
            None => Ok(use_them(&*self.0.ask()?)),
        }
    }

    /// Borrows the credentials if that is possible at once; see
    /// [`Session::borrow`](super::Session::borrow).
    #[must_use]
    pub fn borrow(&self) -> Option<CredentialsGuard> {
        self.0.cache.borrow()
    }

    /// Returns the status: state, expiry, last refreshes and counters.
    #[must_use]
    pub fn status(&self) -> SessionStatus {
        self.0.cache.status()
    }

    /// Sets the observer of this session and its clones, in place of a previous one.
    #[must_use]
    pub fn observed_by(self, observer: impl SessionObserver + 'static) -> Self {
        self.0.cache.set_observer(Arc::new(observer));
        self
    }

    /// Returns the state of the credentials.
    #[must_use]
    pub fn state(&self) -> CredentialState {
        self.0.cache.state()
    }

    /// Drops credentials that the service rejected; see
    /// [`Session::invalidate`](crate::Session::invalidate).
    pub fn invalidate(&self, rejected: &Credentials) {
        if let Some(notice) = self.0.cache.invalidate(rejected) {
            self.0.cache.report(notice);
        }
    }
}

impl Inner {
    fn ask(&self) -> Refreshed {
        let now = self.cache.now();
        let mut state = self.cache.lock();
        if state.machine.begin_refresh(now) {
            let refresh = Arc::<Refresh>::default();
            state.refresh = Some(Arc::clone(&refresh));
            let is_waiting = state.machine.credentials(now).is_none();
            drop(state);
            if is_waiting {
                self.cache.count_wait();
            }
            return self.refresh(&refresh).or_else(|failure| {
                // A failure is invisible while the previous credentials are valid.
                let now = self.cache.now();
                let served = self.cache.serve(&self.cache.lock(), now).ok_or(failure)?;
                Ok(self.cache.hand_out(&served))
            });
        }
        if let Some(served) = self.cache.serve(&state, now) {
            return Ok(self.cache.hand_out(&served));
        }
        let Some(refresh) = state.refresh.clone() else {
            return Err(self.cache.unavailable(state, now));
        };
        self.cache.count_wait();
        let is_in_flight = |_: &mut _| refresh.get().is_none();
        drop(
            self.ended
                .wait_timeout_while(state, self.cache.wait_limit(), is_in_flight)
                .unwrap_or_else(PoisonError::into_inner),
        );
        // If its thread is stuck, or was lost in a fork, the next caller begins another.
        let stuck = || self.finish(&refresh, Err(SessionError::STUCK), true);
        refresh.get().cloned().unwrap_or_else(stuck)
    }

    /// Performs the refresh that has begun. Waiting callers receive the outcome, also of a panic.
    fn refresh(&self, refresh: &Arc<Refresh>) -> Refreshed {
        match panic::catch_unwind(AssertUnwindSafe(|| self.cache.refresher().refresh())) {
            Ok(obtained) => self.finish(refresh, obtained, false),
            Err(panic) => {
                drop(self.finish(refresh, Err(SessionError::PANICKED), false));
                panic::resume_unwind(panic)
            }
        }
    }

    fn finish(&self, refresh: &Arc<Refresh>, obtained: Obtained, is_stuck: bool) -> Refreshed {
        let ended = self.cache.end(refresh, obtained.clone(), is_stuck);
        let Some(Ended { outcome, notice }) = ended else {
            return obtained.map(IssuedCredentials::into_credentials);
        };
        // Under the lock, so that no thread starts to wait between its check and this notification.
        let state = self.cache.lock();
        refresh.get_or_init(|| outcome.clone());
        drop(state);
        self.ended.notify_all();
        self.cache.report(notice);
        outcome
    }
}

impl blocking::ProvideCredentials for Session {
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        if let Some(rejected) = request.rejected {
            self.invalidate(&rejected);
        }
        Ok(self.credentials()?)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("blocking::Session").field("cache", &self.0.cache).finish_non_exhaustive()
    }
}
