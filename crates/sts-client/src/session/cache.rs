//! Shared parts of both kinds of sessions: the state machine, and a copy of the credentials that is
//! read without a lock.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use sts_proto::Credentials;

use super::issued::IssuedCredentials;
use super::machine::{CredentialState, SessionMachine};
use super::policy::SessionPolicy;
use crate::context::CallContext;
use crate::error::SessionError;
use crate::platform::Clock;
use crate::platform::Now;

/// Result of a refresh: the credentials with the time of their issuer, or the error.
pub(crate) type Obtained = Result<IssuedCredentials, SessionError>;

/// The outcome of a refresh, shared by all callers that waited for it.
pub(crate) type Refreshed = Result<Arc<Credentials>, SessionError>;

/// The credentials of a session whose refreshes in flight are of type `R`.
pub(super) struct Cache<R> {
    clock: Arc<dyn Clock>,
    /// Provides the service's time.
    context: Arc<CallContext>,
    /// What callers receive while no refresh is due.
    fast: ArcSwapOption<Fast>,
    state: Mutex<State<R>>,
}

/// Credentials that are served without consulting the state machine until that time.
struct Fast {
    credentials: Arc<Credentials>,
    until: Duration,
}

/// State behind the lock. No foreign code runs while it is held.
pub(super) struct State<R> {
    pub(super) machine: SessionMachine,
    /// The refresh in flight.
    pub(super) refresh: Option<Arc<R>>,
    /// The error of the last refresh, if it failed.
    failure: Option<SessionError>,
}

/// The fast path reads only the monotonic clock, which may stand still while a machine sleeps. The
/// state machine uses both clocks, so it is consulted at least this often.
const FAST_PATH: Duration = Duration::from_secs(1);

impl<R> Cache<R> {
    pub(super) fn new(
        clock: Arc<dyn Clock>,
        context: Arc<CallContext>,
        policy: SessionPolicy,
    ) -> Self {
        let machine = SessionMachine::new(policy, clock.seed());
        Self {
            clock,
            context,
            fast: ArcSwapOption::empty(),
            state: Mutex::new(State { machine, refresh: None, failure: None }),
        }
    }

    pub(super) fn now(&self) -> Now {
        self.clock.now()
    }

    /// The longest duration of a refresh. A call ends by its own deadline if transport and provider
    /// keep their contracts; otherwise the refresh ends a quarter later.
    pub(super) fn refresh_limit(&self) -> Duration {
        let deadline = self.context.policy().deadline;
        deadline.saturating_add(deadline / 4)
    }

    /// The longest time that a caller waits for a refresh that another caller drives. It exceeds
    /// the limit of the refresh, so it matters only when that limit fails.
    pub(super) fn wait_limit(&self) -> Duration {
        let deadline = self.context.policy().deadline;
        deadline.saturating_add(deadline / 3)
    }

    /// Credentials for which only the monotonic clock has to be read.
    pub(super) fn fast(&self) -> Option<Arc<Credentials>> {
        let fast = self.fast.load();
        let fast = fast.as_ref().filter(|fast| self.clock.monotonic() < fast.until)?;
        Some(fast.credentials.clone())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<R>> {
        // Poisoning is ignored: the state is never left half-updated.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> CredentialState {
        let now = self.now();
        self.lock().machine.state(now)
    }

    /// Returns the credentials to serve at `now`. If no refresh is in flight, the next callers take
    /// the fast path.
    pub(super) fn serve(&self, state: &State<R>, now: Now) -> Option<Arc<Credentials>> {
        let credentials = state.machine.credentials(now)?.clone();
        if state.refresh.is_none() {
            let until =
                state.machine.serves_until(now).min(now.monotonic.saturating_add(FAST_PATH));
            self.fast.store(Some(Arc::new(Fast { credentials: credentials.clone(), until })));
        }
        Some(credentials)
    }

    /// Ends `refresh`, and returns its outcome for waiting callers. Returns `None` if a caller has
    /// already ended it; then its outcome is ignored.
    pub(super) fn end(
        &self,
        refresh: &Arc<R>,
        obtained: Obtained,
        is_neglected: bool,
    ) -> Option<Refreshed> {
        let now = self.now();
        // The issuer's clock determines the expiry of what it issued.
        let issuer_time = obtained.as_ref().ok().and_then(|issued| issued.issuer_time(now));
        let service_now = issuer_time.unwrap_or_else(|| self.context.service_time(now.wall));
        let mut state = self.lock();
        state.refresh.take_if(|current| Arc::ptr_eq(current, refresh))?;
        let failure = match obtained.map(IssuedCredentials::into_credentials) {
            Ok(credentials) => {
                let is_served = state.machine.refreshed(credentials.clone(), now, service_now);
                state.failure = None;
                if is_served {
                    self.serve(&state, now);
                    return Some(Ok(credentials));
                }
                SessionError::EXPIRED
            }
            Err(failure) => {
                if failure.is_lost() {
                    state.machine.lost(now);
                } else if is_neglected {
                    state.machine.neglected(now);
                } else {
                    state.machine.failed(now);
                }
                if let Some(wait) = failure.wait_of_proxy() {
                    state.machine.hold_back(wait, now);
                }
                failure
            }
        };
        state.failure = Some(failure);
        // The previous credentials may still be valid.
        self.serve(&state, now);
        Some(Err(state.failure(now)))
    }

    /// Returns whether credentials were dropped.
    pub(super) fn invalidate(&self, rejected: &Credentials) -> bool {
        let now = self.now();
        let mut state = self.lock();
        let is_dropped = state.machine.invalidate(rejected, now);
        if is_dropped {
            self.fast.store(None);
        }
        is_dropped
    }
}

impl<R> State<R> {
    /// The error for callers without valid credentials, while no refresh may begin before its
    /// backoff.
    pub(super) fn failure(&self, now: Now) -> SessionError {
        let wait = self.machine.next_refresh(now).saturating_sub(now.monotonic);
        self.failure.clone().unwrap_or(SessionError::BACKING_OFF).with_retry_in(wait)
    }
}

impl<R> fmt::Debug for Cache<R> {
    /// Copies first and formats then: a writer that uses the session must not find it locked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = self.now();
        let state = self.lock();
        let (credential_state, credentials) =
            (state.machine.state(now), state.machine.kept().cloned());
        let (is_refreshing, failure) = (state.refresh.is_some(), state.failure.clone());
        drop(state);
        f.debug_struct("Cache")
            .field("state", &credential_state)
            .field("credentials", &credentials)
            .field("is_refreshing", &is_refreshing)
            .field("failure", &failure)
            .finish()
    }
}
