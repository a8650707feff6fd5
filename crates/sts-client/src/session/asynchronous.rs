//! The session for callers that await.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::Duration;

use event_listener::{Event, EventListener};
use futures_util::FutureExt;
use futures_util::future::{Either, Shared, select};
use sts_proto::Credentials;

use super::error::SessionError;
use super::keeper::{Fetched, Keeper, Obtained};
use super::machine::KeyState;
use super::policy::SessionPolicy;
use crate::CallContext;
use crate::host::Host;
use crate::source::{CredentialSource, IssuedCredentials, KeyRequest, SourceError};
use crate::transport::{BoxFuture, MaybeSend, MaybeSync};

/// Keys of an assumed agency that stay fresh, for any number of callers.
///
/// [`credentials`](Self::credentials) gives keys that are good now. They are fetched when the
/// first caller asks, and again well before they end. While keys are good nobody waits: the fetch
/// of the next ones goes on a little whenever somebody asks, or
/// [in the background](Self::keep_fresh). When there are none, all who ask wait for the same
/// fetch; it goes on when any of them is cancelled. A fetch that fails is told to those who waited
/// for it, and the next one waits, whoever asks.
///
/// A program that asks seldom (every few seconds or less often) should have a task for
/// [`keep_fresh`](Self::keep_fresh). Without one its callers are too few to drive a fetch in
/// passing, so the first to ask after the keys' end waits for one.
///
/// It is cheap to clone, and its clones share the keys. A session is a source of keys itself, so
/// a client can use one to assume a further agency.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    keeper: Keeper<Flight>,
    /// Tells watchers and refreshers that there is something to look at.
    stirred: Event,
    fetch: Box<dyn FetchKeys>,
    sleep: Box<dyn Sleep>,
}

/// A fetch that is under way. Any holder of a clone can drive it.
#[derive(Clone)]
struct Flight {
    fetch: Shared<BoxFuture<'static, Fetched>>,
    /// Whether there were times in which nobody drove it. Time limits of its calls may have passed
    /// meanwhile, so its failure says little about the service.
    is_neglected: bool,
}

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
    Fn() -> BoxFuture<'static, Obtained> + MaybeSend + MaybeSync
{
}
impl<F: Fn() -> BoxFuture<'static, Obtained> + MaybeSend + MaybeSync> FetchKeys for F {}

/// Waits. A name for a closure.
pub(crate) trait Sleep:
    Fn(Duration) -> BoxFuture<'static, ()> + MaybeSend + MaybeSync
{
}
impl<F: Fn(Duration) -> BoxFuture<'static, ()> + MaybeSend + MaybeSync> Sleep for F {}

impl Session {
    pub(crate) fn new(plan: Plan, policy: SessionPolicy) -> Self {
        let Plan { host, context, fetch, sleep } = plan;
        let keeper = Keeper::new(host, context, policy);
        Self(Arc::new(Inner { keeper, stirred: Event::new(), fetch, sleep }))
    }

    /// Keys that are good now.
    pub async fn credentials(&self) -> Result<Arc<Credentials>, SessionError> {
        if let Some(credentials) = self.0.keeper.warm() {
            return Ok(credentials);
        }
        loop {
            match self.0.ask() {
                Ask::Keys(credentials, None) => return Ok(credentials),
                Ask::Keys(credentials, Some(flight)) => {
                    // Good keys are at hand, so nobody waits: the fetch goes on as far as it can.
                    drop(flight.fetch.now_or_never());
                    return Ok(self.0.keeper.warm().unwrap_or(credentials));
                }
                Ask::Wait(flight) => match flight.fetch.await {
                    // It may have failed for want of a driver: look whether another may begin.
                    Err(_) if flight.is_neglected => {}
                    fetched => return fetched,
                },
                Ask::Failed(failure) => return Err(failure),
            }
        }
    }

    /// What the keys are good for now.
    #[must_use]
    pub fn state(&self) -> KeyState {
        self.0.keeper.state()
    }

    /// The service refuses these keys: they are served no more, and the next caller fetches
    /// others. Keys that the session has dropped already change nothing, so all who saw the same
    /// refusal may tell.
    pub fn invalidate(&self, refused: &Credentials) {
        if self.0.keeper.invalidate(refused) {
            self.0.stirred.notify(usize::MAX);
        }
    }

    /// Watches for new keys, for what has to be told of them: a connection that logs in again, a
    /// file that other programs read. Somebody has to ask for keys meanwhile, or
    /// [`keep_fresh`](Self::keep_fresh).
    #[must_use]
    pub fn watch(&self) -> Watcher {
        Watcher { session: Arc::downgrade(&self.0), last: None }
    }

    /// Refreshes in the background: spawn this future on the runtime of the transport, and no
    /// caller ever does a part of a fetch, nor waits for one but the first.
    ///
    /// It ends when the session and its clones are gone; a fetch that is under way then is
    /// finished first.
    pub fn keep_fresh(&self) -> impl Future<Output = ()> + MaybeSend + 'static {
        let session = Arc::downgrade(&self.0);
        async move {
            while let Some(next) = Inner::next(&session) {
                match next {
                    Next::Sleep(sleep, stirred) => drop(select(sleep, stirred).await),
                    // How it ends, the machine is told; then it names the next moment.
                    Next::Fetch(flight) => drop(flight.fetch.await),
                }
            }
        }
    }
}

/// What a caller gets.
enum Ask {
    /// Good keys; and the fetch of others, if one is under way.
    Keys(Arc<Credentials>, Option<Flight>),
    /// No keys, but a fetch.
    Wait(Flight),
    /// No keys, and no fetch before the back-off is over.
    Failed(SessionError),
}

/// What a refresher does next.
enum Next {
    Sleep(BoxFuture<'static, ()>, EventListener),
    Fetch(Flight),
}

impl Inner {
    fn ask(self: &Arc<Self>) -> Ask {
        let now = self.keeper.now();
        let mut state = self.keeper.lock();
        let begins = state.machine.begin_fetch(now);
        if begins {
            state.flight = Some(self.flight());
        }
        let credentials = self.keeper.serve(&state, now);
        if let Some(flight) = &mut state.flight {
            let is_driven = match flight.fetch.strong_count() {
                // The session alone holds it, so it depends on whether this caller will wait.
                None | Some(..=1) => begins && credentials.is_none(),
                Some(_) => true,
            };
            flight.is_neglected |= !is_driven;
        }
        match (credentials, &state.flight) {
            (Some(credentials), flight) => Ask::Keys(credentials, flight.clone()),
            (None, Some(flight)) => Ask::Wait(flight.clone()),
            (None, None) => Ask::Failed(state.failure()),
        }
    }

    /// A fetch that tells the session how it ended. It holds the session weakly: one that is
    /// dropped takes its flight along.
    fn flight(self: &Arc<Self>) -> Flight {
        let session = Arc::downgrade(self);
        let fetch: BoxFuture<'static, Fetched> = Box::pin(async move {
            // A panic is told like any other failure. It must not stay in the flight, where
            // everybody would meet it for ever.
            let fetched = AssertUnwindSafe(Self::fetch(&session)).catch_unwind().await;
            let fetched = fetched.unwrap_or(Err(SessionError::PANICKED));
            match session.upgrade() {
                Some(session) => session.land(fetched),
                None => fetched.map(IssuedCredentials::into_credentials),
            }
        });
        Flight { fetch: fetch.shared(), is_neglected: false }
    }

    async fn fetch(session: &Weak<Self>) -> Obtained {
        let begin =
            |session: Arc<Self>| ((session.fetch)(), (session.sleep)(session.keeper.limit()));
        let (fetch, limit) = session.upgrade().map(begin).ok_or(SessionError::GONE)?;
        match select(fetch, limit).await {
            Either::Left((fetched, _)) => fetched,
            Either::Right(_) => Err(SessionError::STUCK),
        }
    }

    fn land(&self, fetched: Obtained) -> Fetched {
        let fetched = self.keeper.land(fetched, |state, now| {
            if state.flight.as_ref().is_some_and(|flight| flight.is_neglected) {
                state.machine.neglected(now);
            } else {
                state.machine.failed(now);
            }
        });
        self.stirred.notify(usize::MAX);
        fetched
    }

    fn next(session: &Weak<Self>) -> Option<Next> {
        let session = session.upgrade()?;
        // Before the look, so that nothing stirs between.
        let stirred = session.stirred.listen();
        Some(match session.ask() {
            Ask::Wait(flight) | Ask::Keys(_, Some(flight)) => Next::Fetch(flight),
            Ask::Keys(_, None) | Ask::Failed(_) => Next::Sleep(session.sleep(), stirred),
        })
    }

    /// Until a fetch can be due. Not longer than a minute, for the clock of timers may stand still
    /// while a machine sleeps; nor so short that clocks that disagree make a loop of it.
    fn sleep(&self) -> BoxFuture<'static, ()> {
        let now = self.keeper.now();
        let next = self.keeper.lock().machine.next_fetch(now);
        let wait = next.saturating_sub(now.ticks);
        (self.sleep)(wait.clamp(Duration::from_millis(100), Duration::from_secs(60)))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stirred.notify(usize::MAX);
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
        f.debug_struct("Session").field("machine", &self.0.keeper).finish_non_exhaustive()
    }
}

/// Waits for new keys of a [`Session`]. It does not keep the session alive.
pub struct Watcher {
    session: Weak<Inner>,
    last: Option<Arc<Credentials>>,
}

impl Watcher {
    /// The next keys that it has not given yet; at first those that are there. `None` when the
    /// session and its clones are gone.
    pub async fn changed(&mut self) -> Option<Arc<Credentials>> {
        loop {
            let session = self.session.upgrade()?;
            // Before the look, so that nothing stirs between.
            let stirred = session.stirred.listen();
            let kept = session.keeper.lock().machine.kept().cloned();
            drop(session);
            if let Some(credentials) = kept
                && self.last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, &credentials))
            {
                self.last = Some(credentials.clone());
                return Some(credentials);
            }
            stirred.await;
        }
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher").field("last", &self.last).finish_non_exhaustive()
    }
}
