//! The session for callers that block the thread.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use sts_proto::Credentials;

use super::error::SessionError;
use super::machine::{KeyState, SessionMachine};
use super::policy::SessionPolicy;
use crate::CallContext;
use crate::host::Host;
use crate::source::{BlockingCredentialSource, KeyRequest, SourceError};

/// Keys of an assumed agency that stay fresh, for any number of threads.
///
/// It promises what [`Session`](super::Session) promises, with one difference: a thread has
/// nothing to let a fetch go on in, so while keys are good the one caller that finds them due for
/// a refresh makes the fetch, and all others are served at once. A program that wants no caller to
/// do so has a thread of its own call [`credentials`](Self::credentials) now and then.
#[derive(Clone)]
pub struct BlockingSession(Arc<Inner>);

struct Inner {
    warm: ArcSwapOption<Warm>,
    state: Mutex<State>,
    landed: Condvar,
    plan: Plan,
}

struct Warm {
    credentials: Arc<Credentials>,
    until: Duration,
}

struct State {
    machine: SessionMachine,
    failure: Option<SessionError>,
    /// How many fetches have ended, so that those who wait know theirs from an older one.
    landings: u64,
}

/// How a session does what its machine says.
pub(crate) struct Plan {
    pub(crate) host: Arc<dyn Host>,
    /// Knows the service's time.
    pub(crate) context: Arc<CallContext>,
    pub(crate) fetch: Box<dyn Fn() -> Result<Arc<Credentials>, SessionError> + Send + Sync>,
}

impl BlockingSession {
    pub(crate) fn new(plan: Plan, policy: SessionPolicy) -> Self {
        let machine = SessionMachine::new(policy, plan.host.seed());
        Self(Arc::new(Inner {
            warm: ArcSwapOption::empty(),
            state: Mutex::new(State { machine, failure: None, landings: 0 }),
            landed: Condvar::new(),
            plan,
        }))
    }

    /// Keys that are good now.
    pub fn credentials(&self) -> Result<Arc<Credentials>, SessionError> {
        self.0.warm().map_or_else(|| self.0.ask(), Ok)
    }

    /// What the keys are good for now.
    #[must_use]
    pub fn state(&self) -> KeyState {
        self.0.lock().machine.state(self.0.plan.host.now())
    }

    /// The service refuses these keys; see [`Session::invalidate`](super::Session::invalidate).
    pub fn invalidate(&self, refused: &Credentials) {
        let mut state = self.0.lock();
        if state.machine.invalidate(refused) {
            self.0.warm.store(None);
        }
    }
}

impl Inner {
    fn warm(&self) -> Option<Arc<Credentials>> {
        let warm = self.warm.load();
        let warm = warm.as_ref().filter(|warm| self.plan.host.ticks() < warm.until)?;
        Some(warm.credentials.clone())
    }

    fn ask(&self) -> Result<Arc<Credentials>, SessionError> {
        let mut state = self.lock();
        let now = self.plan.host.now();
        if state.machine.begin_fetch(now) {
            drop(state);
            return self.fetch();
        }
        if let Some(credentials) = state.machine.credentials(now) {
            return Ok(credentials.clone());
        }
        if let Some(failure) = state.failure.clone().filter(|_| !state.machine.is_fetching()) {
            return Err(failure);
        }
        let seen = state.landings;
        while state.landings == seen && state.machine.is_fetching() {
            state = self.landed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        match (state.machine.credentials(self.plan.host.now()), &state.failure) {
            (Some(credentials), _) => Ok(credentials.clone()),
            (None, Some(failure)) => Err(failure.clone()),
            (None, None) => Err(SourceError::new("the keys have ended").into()),
        }
    }

    /// Makes the fetch that has begun. When it fails, keys that are still good are given.
    fn fetch(&self) -> Result<Arc<Credentials>, SessionError> {
        // Those who wait are told, whatever happens.
        let landing = Landing(self);
        let fetched = (self.plan.fetch)();
        let now = self.plan.host.now();
        let mut state = self.lock();
        let outcome = match fetched {
            Ok(credentials) => {
                let service_now = self.plan.context.service_time(now.wall);
                state.machine.fetched(credentials.clone(), now, service_now);
                state.failure = None;
                Ok(credentials)
            }
            Err(failure) => {
                state.machine.failed(now);
                state.failure = Some(failure.clone());
                state.machine.credentials(now).cloned().ok_or(failure)
            }
        };
        let warm = state.machine.kept().map(|kept| Warm {
            credentials: kept.credentials.clone(),
            until: state.machine.next_fetch().min(kept.usable_until),
        });
        self.warm.store(warm.map(Arc::new));
        drop(state);
        drop(landing);
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // What is inside is whole at every moment, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a fetch, also one that panicked.
struct Landing<'a>(&'a Inner);

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.machine.abandon_fetch();
        state.landings += 1;
        drop(state);
        self.0.landed.notify_all();
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
        f.debug_struct("BlockingSession")
            .field("machine", &self.0.lock().machine)
            .finish_non_exhaustive()
    }
}
