//! What the sessions of both kinds share: the machine, and keys at hand for callers in a hurry.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use sts_proto::Credentials;

use super::error::SessionError;
use super::machine::{KeyState, SessionMachine};
use super::policy::SessionPolicy;
use crate::host::Host;
use crate::source::IssuedCredentials;
use crate::{CallContext, Now};

/// What a fetch gave: the credentials with the time of their issuer, or why there are none.
pub(crate) type Obtained = Result<IssuedCredentials, SessionError>;

/// What a fetch came to. It is told to all who wait for it.
pub(crate) type Fetched = Result<Arc<Credentials>, SessionError>;

/// Keeps the keys of a session whose fetches are of type `F`.
pub(super) struct Keeper<F> {
    host: Arc<dyn Host>,
    /// Knows the service's time.
    context: Arc<CallContext>,
    /// What callers need as long as nothing is to be done.
    warm: ArcSwapOption<Warm>,
    state: Mutex<State<F>>,
}

/// Keys that are served without asking the machine until that tick.
struct Warm {
    credentials: Arc<Credentials>,
    until: Duration,
}

/// What is behind the lock. No code of others runs while it is held.
pub(super) struct State<F> {
    pub(super) machine: SessionMachine,
    /// The fetch that is under way.
    pub(super) flight: Option<F>,
    /// Why the last fetch failed.
    failure: Option<SessionError>,
}

/// The warm path reads the monotonic clock alone, which may stand still while a machine sleeps.
/// So the machine, which knows both clocks, is asked this often all the same.
const LEASE: Duration = Duration::from_secs(1);

impl<F> Keeper<F> {
    pub(super) fn new(
        host: Arc<dyn Host>,
        context: Arc<CallContext>,
        policy: SessionPolicy,
    ) -> Self {
        let machine = SessionMachine::new(policy, host.seed());
        Self {
            host,
            context,
            warm: ArcSwapOption::empty(),
            state: Mutex::new(State { machine, flight: None, failure: None }),
        }
    }

    pub(super) fn now(&self) -> Now {
        self.host.now()
    }

    /// How long those who wait for a fetch wait at most. A call ends by its own deadline if transport
    /// and source keep their contracts; when they do not, the others are let go a third later.
    pub(super) fn limit(&self) -> Duration {
        let deadline = self.context.policy().deadline;
        deadline.saturating_add(deadline / 3)
    }

    /// Keys for which nothing but the time has to be asked.
    pub(super) fn warm(&self) -> Option<Arc<Credentials>> {
        let warm = self.warm.load();
        let warm = warm.as_ref().filter(|warm| self.host.ticks() < warm.until)?;
        Some(warm.credentials.clone())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<F>> {
        // What is inside is whole at every moment, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> KeyState {
        let now = self.now();
        self.lock().machine.state(now)
    }

    /// The keys to serve now. If nothing is under way, callers need not ask for a while.
    pub(super) fn serve(&self, state: &State<F>, now: Now) -> Option<Arc<Credentials>> {
        let credentials = state.machine.credentials(now)?.clone();
        if state.flight.is_none() {
            let until = state.machine.serves_until(now).min(now.ticks.saturating_add(LEASE));
            self.warm.store(Some(Arc::new(Warm { credentials: credentials.clone(), until })));
        }
        Some(credentials)
    }

    /// The fetch that was under way has ended; `fail` tells the machine if it gave no keys. Returns
    /// what to tell those who wait for it.
    pub(super) fn land(
        &self,
        obtained: Obtained,
        fail: impl FnOnce(&mut State<F>, Now),
    ) -> Fetched {
        let now = self.now();
        // The issuer's clock decides about the expiry of what it issued.
        let issuer_time = obtained.as_ref().ok().and_then(|issued| issued.issuer_time(now));
        let service_now = issuer_time.unwrap_or_else(|| self.context.service_time(now.wall));
        let mut state = self.lock();
        let fetched = match obtained.map(IssuedCredentials::into_credentials) {
            Ok(keys) if state.machine.fetched(keys.clone(), now, service_now) => Ok(keys),
            Ok(_) => Err(SessionError::ENDED),
            Err(failure) => {
                fail(&mut state, now);
                Err(failure)
            }
        };
        state.failure = fetched.as_ref().err().cloned();
        let flight = state.flight.take();
        self.serve(&state, now);
        drop(state);
        drop(flight);
        fetched
    }

    /// Returns whether keys were dropped.
    pub(super) fn invalidate(&self, refused: &Credentials) -> bool {
        let now = self.now();
        let mut state = self.lock();
        let is_dropped = state.machine.invalidate(refused, now);
        if is_dropped {
            self.warm.store(None);
        }
        is_dropped
    }
}

impl<F> State<F> {
    /// What to tell callers when there are no keys, and no fetch either.
    pub(super) fn failure(&self) -> SessionError {
        self.failure.clone().unwrap_or(SessionError::TOO_SOON)
    }
}

impl<F> fmt::Debug for Keeper<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lock().machine.fmt(f)
    }
}
