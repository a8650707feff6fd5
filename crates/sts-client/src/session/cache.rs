//! Shared parts of both kinds of sessions: the state machine, and a copy of the credentials that is
//! read without a lock.

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sts_proto::Credentials;
use time::OffsetDateTime;

use super::credential_state::CredentialState;
use super::fast::{CredentialsGuard, Fast, Served};
use super::history::{History, Notice};
use super::issued::IssuedCredentials;
use super::machine::SessionMachine;
use super::policy::SessionPolicy;
use super::refresher::{Obtained, Refresher};
use super::status::{SessionCounters, SessionObserver, SessionStatus};
use crate::error::SessionError;
use crate::platform::Clock;
use crate::platform::Now;
use crate::sync::{ArcSwap, AtomicU64, Mutex, MutexGuard};

/// The outcome of a refresh, shared by all callers that waited for it.
pub(crate) type Refreshed = Result<Arc<Credentials>, SessionError>;

/// The credentials of a session that are refreshed by a `P`. Refreshes in flight are of type `R`.
pub(super) struct Cache<R, P: ?Sized> {
    refresher: Arc<P>,
    clock: Arc<dyn Clock>,
    /// What callers receive while no refresh is due.
    fast: ArcSwap<Fast>,
    state: Mutex<State<R>>,
    waits: AtomicU64,
    served_stale: AtomicU64,
}

/// State behind the lock. No user code runs while the lock is held.
pub(super) struct State<R> {
    pub(super) machine: SessionMachine,
    /// The refresh in flight.
    pub(super) refresh: Option<Arc<R>>,
    history: History,
}

/// The end of a refresh.
pub(super) struct Ended {
    /// Its outcome for waiting callers.
    pub(super) outcome: Refreshed,
    /// To be reported after the outcome was published.
    pub(super) notice: Notice,
}

/// The fast path reads only the monotonic clock, which may stand still while a machine sleeps. The
/// state machine uses both clocks, so it is consulted at least this often.
const FAST_PATH: Duration = Duration::from_secs(1);

impl<R, P: Refresher + ?Sized> Cache<R, P> {
    pub(super) fn new(
        refresher: Arc<P>,
        clock: Arc<dyn Clock>,
        policy: Arc<SessionPolicy>,
    ) -> Self {
        let machine = SessionMachine::new(policy, clock.seed());
        Self {
            refresher,
            clock,
            fast: ArcSwap::new(Fast::nothing()),
            state: Mutex::new(State { machine, refresh: None, history: History::default() }),
            waits: AtomicU64::new(0),
            served_stale: AtomicU64::new(0),
        }
    }

    pub(super) const fn refresher(&self) -> &Arc<P> {
        &self.refresher
    }

    pub(super) fn now(&self) -> Now {
        self.clock.now()
    }

    /// Logs an event and passes it to the observer. No lock may be held.
    pub(super) fn report(&self, notice: Notice) {
        notice.report(self.refresher.label());
    }

    /// The longest duration of a refresh. A call ends by its own deadline if transport and provider
    /// keep their contracts; otherwise the refresh ends a quarter later.
    pub(super) fn refresh_limit(&self) -> Duration {
        let deadline = self.refresher.context().policy().deadline;
        deadline.saturating_add(deadline / 4)
    }

    /// The longest time that a caller waits for a refresh that another caller drives. It exceeds
    /// the limit of the refresh, so it matters only when that limit fails.
    pub(super) fn wait_limit(&self) -> Duration {
        let deadline = self.refresher.context().policy().deadline;
        deadline.saturating_add(deadline / 3)
    }

    /// Credentials for which only the monotonic clock has to be read.
    pub(super) fn fast(&self) -> Option<Arc<Credentials>> {
        let fast = self.fast.load();
        self.is_current(&fast).then(|| self.hand_out(fast.served()))
    }

    /// Like [`fast`](Self::fast), without modifying a shared reference count.
    pub(super) fn borrow(&self) -> Option<CredentialsGuard> {
        let fast = self.fast.load();
        if !self.is_current(&fast) {
            return None;
        }
        self.count_if_stale(fast.served());
        Some(CredentialsGuard::new(fast))
    }

    /// Returns the newest credentials after a refresh that was driven a little: the served ones, or
    /// those of the refresh.
    pub(super) fn newest(&self, served: &Served) -> Arc<Credentials> {
        self.fast().unwrap_or_else(|| self.hand_out(served))
    }

    fn is_current(&self, fast: &Fast) -> bool {
        self.clock.monotonic() < fast.until()
    }

    /// Returns the credentials for a caller.
    pub(super) fn hand_out(&self, served: &Served) -> Arc<Credentials> {
        self.count_if_stale(served);
        Arc::clone(served.credentials())
    }

    fn count_if_stale(&self, served: &Served) {
        if served.is_stale() {
            self.served_stale.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a caller that waits for a refresh.
    pub(super) fn count_wait(&self) {
        self.waits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<R>> {
        // Poisoning is ignored: the state is never left half-updated.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> CredentialState {
        let now = self.now();
        self.lock().machine.state(now)
    }

    pub(super) fn status(&self) -> SessionStatus {
        let (label, now) = (self.refresher.label(), self.now());
        SessionStatus { label: label.into(), ..self.status_of(&self.lock(), now) }
    }

    /// Returns the status without the label: the provider is user code, and the lock is held.
    fn status_of(&self, state: &State<R>, now: Now) -> SessionStatus {
        let callers = SessionCounters {
            waits: self.waits.load(Ordering::Relaxed),
            served_stale: self.served_stale.load(Ordering::Relaxed),
            ..SessionCounters::default()
        };
        state.history.status(&state.machine, callers, now)
    }

    pub(super) fn set_observer(&self, observer: Arc<dyn SessionObserver>) {
        let previous = self.lock().history.set_observer(observer);
        // Its destructor is user code.
        drop(previous);
    }

    /// Returns the credentials to serve at `now`. If no refresh is in flight, the next callers take
    /// the fast path.
    pub(super) fn serve(&self, state: &State<R>, now: Now) -> Option<Served> {
        let credentials = state.machine.credentials(now)?.clone();
        let is_stale = state.machine.state(now) == CredentialState::Stale;
        let served = Served::new(credentials, is_stale);
        if state.refresh.is_none() {
            let until =
                state.machine.serves_until(now).min(now.monotonic.saturating_add(FAST_PATH));
            self.fast.store(Arc::new(Fast::new(served.clone(), until)));
        }
        Some(served)
    }

    /// Returns the error for a caller without credentials, while no refresh may begin.
    pub(super) fn unavailable(
        &self,
        mut state: MutexGuard<'_, State<R>>,
        now: Now,
    ) -> SessionError {
        let error = state.failure(now);
        let State { machine, history, .. } = &mut *state;
        let event = history.unavailable(machine, now);
        let notice = event.map(|event| state.history.notice(event, self.status_of(&state, now)));
        drop(state);
        if let Some(notice) = notice {
            self.report(notice);
        }
        error
    }

    /// Returns the time of the issuer, whose clock determines the expiry: from the response, or as
    /// the client has learned it. Credentials last no longer than requested, so it is not earlier
    /// than the expiration minus the requested lifetime.
    fn issuer_time(&self, issued: &IssuedCredentials, now: Now) -> OffsetDateTime {
        let known = issued.issuer_time(now);
        let known = known.unwrap_or_else(|| self.refresher.context().estimated_service_time(now));
        let requested = self.refresher.lifetime().and_then(|lifetime| lifetime.try_into().ok());
        let earliest = issued
            .credentials()
            .expiration
            .zip(requested)
            .and_then(|(expiration, lifetime)| expiration.checked_sub(lifetime));
        earliest.map_or(known, |earliest| known.max(earliest))
    }

    /// Ends `refresh`. Returns `None` if a caller has already ended it; then its outcome is ignored.
    pub(super) fn end(
        &self,
        refresh: &Arc<R>,
        obtained: Obtained,
        is_neglected: bool,
    ) -> Option<Ended> {
        let now = self.now();
        let issuer_time =
            obtained.as_ref().map_or(now.wall, |issued| self.issuer_time(issued, now));
        let mut state = self.lock();
        state.refresh.take_if(|current| Arc::ptr_eq(current, refresh))?;
        let took = now.monotonic.saturating_sub(state.machine.began(now));
        let ended = state.end(obtained, is_neglected, issuer_time, now);
        let State { machine, history, .. } = &mut *state;
        let (outcome, event) = match ended {
            Ok(credentials) => (Ok(credentials), history.succeeded(took, now)),
            Err(error) => {
                let event = history.failed(error, took, machine, now);
                (Err(state.failure(now)), event)
            }
        };
        // After a failure, the previous credentials may still be valid.
        self.serve(&state, now);
        let notice = state.history.notice(event, self.status_of(&state, now));
        Some(Ended { outcome, notice })
    }

    /// Drops rejected credentials. Returns `None` if they are not the current ones.
    pub(super) fn invalidate(&self, rejected: &Credentials) -> Option<Notice> {
        let now = self.now();
        let mut state = self.lock();
        if !state.machine.invalidate(rejected, now) {
            return None;
        }
        self.fast.store(Fast::nothing());
        let event = state.history.invalidated();
        Some(state.history.notice(event, self.status_of(&state, now)))
    }
}

impl<R> State<R> {
    /// Records the end of a refresh in the state machine.
    fn end(
        &mut self,
        obtained: Obtained,
        is_neglected: bool,
        issuer_time: OffsetDateTime,
        now: Now,
    ) -> Refreshed {
        let machine = &mut self.machine;
        match obtained.map(IssuedCredentials::into_credentials) {
            Ok(credentials) => {
                let is_served = machine.refreshed(credentials.clone(), now, issuer_time);
                if is_served { Ok(credentials) } else { Err(SessionError::EXPIRED) }
            }
            Err(failure) => {
                if failure.is_lost() {
                    machine.lost(now);
                } else if is_neglected {
                    machine.neglected(now);
                } else {
                    machine.failed(now);
                }
                if let Some(wait) = failure.required_wait() {
                    machine.hold_back(wait, now);
                }
                Err(failure)
            }
        }
    }

    /// The error for callers without valid credentials, while no refresh may begin before its
    /// backoff.
    fn failure(&self, now: Now) -> SessionError {
        let wait = self.machine.next_refresh(now).saturating_sub(now.monotonic);
        let failure = self.history.failure().cloned();
        failure.unwrap_or(SessionError::BACKING_OFF).with_retry_in(wait)
    }
}

impl<R, P: Refresher + ?Sized> fmt::Debug for Cache<R, P> {
    /// Copies first and formats then: a writer that uses the session must not find it locked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = self.now();
        let state = self.lock();
        let (credential_state, credentials) =
            (state.machine.state(now), state.machine.kept().cloned());
        let (is_refreshing, failure) = (state.refresh.is_some(), state.history.failure().cloned());
        drop(state);
        f.debug_struct("Cache")
            .field("state", &credential_state)
            .field("credentials", &credentials)
            .field("is_refreshing", &is_refreshing)
            .field("failure", &failure)
            .finish()
    }
}
