//! The session for callers that await.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use event_listener::Event;
use futures_util::FutureExt;
use futures_util::future::Shared;
use sts_proto::Credentials;

use super::error::SessionError;
use super::machine::{KeyState, SessionMachine};
use super::policy::SessionPolicy;
use crate::host::Host;
use crate::source::{CredentialSource, KeyRequest, SourceError};
use crate::transport::{BoxFuture, MaybeSend, MaybeSync};
use crate::{CallContext, Now};

/// Keys of an assumed agency that stay fresh, for any number of callers.
///
/// [`credentials`](Self::credentials) gives keys that are good now. They are fetched when the
/// first caller asks, and again well before they end. While keys are good nobody waits: the fetch
/// of the next ones goes on a little whenever somebody asks, or
/// [in the background](Self::keep_fresh). When there are none, all who ask wait for the same
/// fetch; it goes on when any of them is cancelled. A fetch that fails is told to those who waited
/// for it, and the next one waits, whoever asks.
///
/// It is cheap to clone, and its clones share the keys. A session is a source of keys itself, so
/// a client can use one to assume a further agency.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    /// What callers need as long as nothing is to be done.
    warm: ArcSwapOption<Warm>,
    state: Mutex<State>,
    /// Tells watchers of new keys.
    changed: Event,
    plan: Plan,
}

/// Keys that are served without asking the machine until that tick.
struct Warm {
    credentials: Arc<Credentials>,
    until: Duration,
}

struct State {
    machine: SessionMachine,
    flight: Option<Flight>,
    failure: Option<SessionError>,
}

/// A fetch that is under way. Any holder of a clone can drive it.
#[derive(Clone)]
struct Flight {
    number: u64,
    began: Duration,
    fetch: Shared<BoxFuture<'static, Fetched>>,
}

type Fetched = Result<Arc<Credentials>, SessionError>;

/// How a session does what its machine says.
pub(crate) struct Plan {
    pub(crate) host: Arc<dyn Host>,
    /// Knows the service's time.
    pub(crate) context: Arc<CallContext>,
    pub(crate) fetch: Box<dyn FetchKeys>,
    pub(crate) sleep: Box<dyn Sleep>,
}

/// Begins a fetch. A name for a closure.
pub(crate) trait FetchKeys:
    Fn() -> BoxFuture<'static, Fetched> + MaybeSend + MaybeSync
{
}
impl<F: Fn() -> BoxFuture<'static, Fetched> + MaybeSend + MaybeSync> FetchKeys for F {}

/// Waits. A name for a closure.
pub(crate) trait Sleep:
    Fn(Duration) -> BoxFuture<'static, ()> + MaybeSend + MaybeSync
{
}
impl<F: Fn(Duration) -> BoxFuture<'static, ()> + MaybeSend + MaybeSync> Sleep for F {}

/// A fetch that takes longer has lost its drivers: a call ends long before. Another one begins.
const STALE_FLIGHT: Duration = Duration::from_secs(120);

impl Session {
    pub(crate) fn new(plan: Plan, policy: SessionPolicy) -> Self {
        let machine = SessionMachine::new(policy, plan.host.seed());
        Self(Arc::new(Inner {
            warm: ArcSwapOption::empty(),
            state: Mutex::new(State { machine, flight: None, failure: None }),
            changed: Event::new(),
            plan,
        }))
    }

    /// Keys that are good now.
    pub async fn credentials(&self) -> Result<Arc<Credentials>, SessionError> {
        if let Some(credentials) = self.0.warm() {
            return Ok(credentials);
        }
        match self.0.ask() {
            Ask::Keys(credentials, None) => Ok(credentials),
            Ask::Keys(credentials, Some(flight)) => {
                // Good keys are at hand, so nobody waits: the fetch goes on as far as it can.
                match flight.fetch.now_or_never() {
                    Some(Ok(newer)) => Ok(newer),
                    _ => Ok(credentials),
                }
            }
            Ask::Wait(flight) => flight.fetch.await,
            Ask::Failed(failure) => Err(failure),
        }
    }

    /// What the keys are good for now.
    #[must_use]
    pub fn state(&self) -> KeyState {
        self.0.lock().machine.state(self.0.plan.host.now())
    }

    /// The service refuses these keys: they are served no more, and the next caller fetches
    /// others. Keys that the session has dropped already change nothing, so all who saw the same
    /// refusal may tell.
    pub fn invalidate(&self, refused: &Credentials) {
        let mut state = self.0.lock();
        if state.machine.invalidate(refused) {
            self.0.warm.store(None);
        }
    }

    /// Watches for new keys, for what has to be told of them: a connection that logs in again, a
    /// file that other programs read. Somebody has to ask for keys meanwhile, or
    /// [`keep_fresh`](Self::keep_fresh).
    #[must_use]
    pub fn watch(&self) -> Watcher {
        Watcher { session: self.clone(), last: None }
    }

    /// Refreshes in the background: spawn this future on the runtime of the transport, and no
    /// caller ever does a part of a fetch, nor waits for one but the first.
    ///
    /// It ends when the session and its clones are gone.
    pub fn keep_fresh(&self) -> impl Future<Output = ()> + MaybeSend + 'static {
        let session = Arc::downgrade(&self.0);
        async move {
            while let Some(wait) = Self::next_wait(&session) {
                match wait {
                    Next::Sleep(sleep) => sleep.await,
                    // How it ends, the machine is told; then it names the next moment.
                    Next::Fetch(flight) => drop(flight.fetch.await),
                }
            }
        }
    }

    fn next_wait(session: &Weak<Inner>) -> Option<Next> {
        let inner = session.upgrade()?;
        let flight = match inner.ask() {
            Ask::Wait(flight) | Ask::Keys(_, Some(flight)) => Some(flight),
            Ask::Keys(_, None) | Ask::Failed(_) => None,
        };
        Some(flight.map_or_else(|| Next::Sleep(inner.sleep_until_next_fetch()), Next::Fetch))
    }
}

enum Next {
    Sleep(BoxFuture<'static, ()>),
    Fetch(Flight),
}

/// What a caller gets from the machine.
enum Ask {
    /// Good keys; and the fetch of others, if one is under way.
    Keys(Arc<Credentials>, Option<Flight>),
    /// No keys, but a fetch.
    Wait(Flight),
    /// No keys, and no fetch before the back-off is over.
    Failed(SessionError),
}

impl Inner {
    fn warm(&self) -> Option<Arc<Credentials>> {
        let warm = self.warm.load();
        let warm = warm.as_ref().filter(|warm| self.plan.host.ticks() < warm.until)?;
        Some(warm.credentials.clone())
    }

    fn ask(self: &Arc<Self>) -> Ask {
        let now = self.plan.host.now();
        let mut state = self.lock();
        let has_stalled = |flight: &Flight| now.ticks.saturating_sub(flight.began) > STALE_FLIGHT;
        if state.flight.as_ref().is_some_and(has_stalled) {
            state.flight = None;
            state.machine.abandon_fetch();
        }
        if state.machine.begin_fetch(now) {
            state.flight = Some(self.begin_flight(now));
        }
        let credentials = state.machine.credentials(now).cloned();
        match (credentials, state.flight.clone(), &state.failure) {
            (Some(credentials), flight, _) => {
                if flight.is_none() {
                    self.warm_up(&state.machine);
                }
                Ask::Keys(credentials, flight)
            }
            (None, Some(flight), _) => Ask::Wait(flight),
            (None, None, Some(failure)) => Ask::Failed(failure.clone()),
            (None, None, None) => Ask::Failed(SourceError::new("the keys have ended").into()),
        }
    }

    fn begin_flight(self: &Arc<Self>, now: Now) -> Flight {
        let fetch = (self.plan.fetch)();
        // A weak one: a session that is dropped takes its flight along.
        let session = Arc::downgrade(self);
        let number = self.plan.host.seed();
        let fetch: BoxFuture<'static, Fetched> = Box::pin(async move {
            let fetched = fetch.await;
            if let Some(session) = session.upgrade() {
                session.land(number, &fetched);
            }
            fetched
        });
        Flight { number, began: now.ticks, fetch: fetch.shared() }
    }

    fn land(&self, number: u64, fetched: &Fetched) {
        let now = self.plan.host.now();
        let mut state = self.lock();
        // Another one may have begun since, in place of a stale one.
        if state.flight.as_ref().is_none_or(|flight| flight.number != number) {
            return;
        }
        state.flight = None;
        match fetched {
            Ok(credentials) => {
                let service_now = self.plan.context.service_time(now.wall);
                state.machine.fetched(credentials.clone(), now, service_now);
                state.failure = None;
            }
            Err(failure) => {
                state.machine.failed(now);
                state.failure = Some(failure.clone());
            }
        }
        self.warm_up(&state.machine);
        drop(state);
        self.changed.notify(usize::MAX);
    }

    /// Callers need not ask before a fetch can be due, or the keys end.
    fn warm_up(&self, machine: &SessionMachine) {
        let warm = machine.kept().map(|kept| Warm {
            credentials: kept.credentials.clone(),
            until: machine.next_fetch().min(kept.usable_until),
        });
        self.warm.store(warm.map(Arc::new));
    }

    fn sleep_until_next_fetch(&self) -> BoxFuture<'static, ()> {
        let wait = self.lock().machine.next_fetch().saturating_sub(self.plan.host.ticks());
        // Not so long that a session that is gone holds its timer for ever, nor so short that
        // clocks that disagree make a loop of it.
        (self.plan.sleep)(wait.clamp(Duration::from_millis(100), Duration::from_secs(60)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // What is inside is whole at every moment, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CredentialSource for Session {
    async fn credentials(&self, request: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        if let Some(refused) = request.refused {
            self.invalidate(&refused);
        }
        Ok(self.credentials().await?)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("machine", &self.0.lock().machine).finish_non_exhaustive()
    }
}

/// Waits for new keys of a [`Session`].
#[derive(Debug)]
pub struct Watcher {
    session: Session,
    last: Option<Arc<Credentials>>,
}

impl Watcher {
    /// The next keys that it has not given yet; at first those that are there.
    pub async fn changed(&mut self) -> Arc<Credentials> {
        loop {
            // Before the look, so that no change falls between.
            let changed = self.session.0.changed.listen();
            let kept = self.session.0.lock().machine.kept().map(|kept| kept.credentials.clone());
            if let Some(credentials) = kept
                && self.last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, &credentials))
            {
                self.last = Some(credentials.clone());
                return credentials;
            }
            changed.await;
        }
    }
}
