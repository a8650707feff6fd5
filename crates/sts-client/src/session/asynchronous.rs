//! Async sessions.

use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{Either, select};
use sts_credentials::{CredentialsError, CredentialsRequest, ProvideCredentials};
use sts_proto::Credentials;

use super::cache::{Cache, Ended, Refreshed};
use super::credential_state::CredentialState;
use super::fast::{CredentialsGuard, Served};
use super::in_flight::{Lease, Refresh};
use super::issued::IssuedCredentials;
use super::policy::SessionPolicy;
use super::refresher::{AsyncRefresher, Obtained};
use super::status::{SessionObserver, SessionStatus};
use crate::error::SessionError;
use crate::platform::Clock;
use crate::sync::{Event, EventListener};
use crate::transport::{BoxFuture, MaybeSend};

/// Credentials that are refreshed automatically, for any number of callers.
///
/// [`credentials`](Self::credentials) returns valid credentials. They are obtained on first use,
/// and refreshed well before they expire. While they are valid, callers never wait: each caller
/// advances the refresh a little, or it runs [in the background](Self::keep_fresh). Without valid
/// credentials, all callers wait for the same refresh; it continues when the caller that drives it
/// is cancelled. If a refresh fails, all callers that waited for it receive its error, and the next
/// refresh waits for a backoff.
///
/// If you ask for credentials only every few seconds or less often, spawn
/// [`keep_fresh`](Self::keep_fresh). Otherwise there are too few callers to complete a refresh
/// before the credentials expire, and the first caller after the expiration has to wait.
///
/// **Runtimes.** Callers on several runtimes can share a session. A refresh uses timers and
/// connections of the runtime that it began on. If that runtime has shut down, the refresh fails
/// and a caller on another runtime begins one of its own. If it is idle, each caller waits for at
/// most 40 seconds (a third more than [`CallPolicy::deadline`](crate::CallPolicy::deadline)), by a
/// timer of its own runtime, and then begins a refresh of its own.
///
/// A session is cheap to clone, and its clones share the credentials. It is a credential provider
/// itself, so a client can use one to assume a further agency.
#[derive(Clone)]
pub struct Session(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) cache: Cache<Refresh, dyn AsyncRefresher>,
    /// Notifies watchers and background refreshers of any change.
    pub(super) changed: Event,
}

impl Session {
    pub(crate) fn new(
        refresher: Arc<dyn AsyncRefresher>,
        clock: Arc<dyn Clock>,
        policy: Arc<SessionPolicy>,
    ) -> Self {
        let cache = Cache::new(refresher, clock, policy);
        Self(Arc::new(Inner { cache, changed: Event::new() }))
    }

    /// Returns valid credentials: from memory, or from a refresh if there are none.
    ///
    /// # Errors
    ///
    /// The refresh failed, or the last one failed and its backoff is not over. In that case the
    /// error is returned at once; [`SessionError::retry_in`] is the time until the next refresh can
    /// begin, so that a caller with time left can wait and retry.
    pub async fn credentials(&self) -> Result<Arc<Credentials>, SessionError> {
        match self.0.cache.fast() {
            Some(credentials) => Ok(credentials),
            // In a block of its own: a large future would double the cost of the fast path.
            None => Box::pin(self.0.obtain()).await,
        }
    }

    /// Calls `use_them` with valid credentials, and returns its result. This is the fast path for
    /// programs that sign many requests: while no refresh is due, it does not modify a shared reference
    /// count.
    ///
    /// # Errors
    ///
    /// Those of [`credentials`](Self::credentials).
    pub async fn with<R>(
        &self,
        use_them: impl FnOnce(&Credentials) -> R,
    ) -> Result<R, SessionError> {
        match self.borrow() {
            Some(credentials) => Ok(use_them(&credentials)),
            None => Ok(use_them(&*Box::pin(self.0.obtain()).await?)),
        }
    }

    /// Borrows the credentials if they are valid, no refresh is due, and both clocks were checked within
    /// the last second; returns `None` otherwise. Then call [`credentials`](Self::credentials), which
    /// advances the refresh and returns valid credentials.
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

    /// Drops credentials that the service rejected. They are not served again, and the next caller
    /// triggers a refresh. Reporting is idempotent: the rejected credentials are dropped once, and
    /// newer ones are never dropped, so every caller that saw the rejection may report it.
    pub fn invalidate(&self, rejected: &Credentials) {
        if let Some(notice) = self.0.cache.invalidate(rejected) {
            self.0.notify();
            self.0.cache.report(notice);
        }
    }

    /// Refreshes in the background. Spawn this future on the runtime of the transport. Then a caller
    /// drives a refresh only if it comes at the moment that one is due, and only the first caller
    /// waits.
    ///
    /// It ends when the session and its clones are dropped, after a refresh in flight has finished.
    /// If it is cancelled, a refresh that it began ends with it.
    pub fn keep_fresh(&self) -> impl Future<Output = ()> + MaybeSend + 'static {
        let session = Arc::downgrade(&self.0);
        async move {
            while let Some(next) = Inner::next(&session) {
                match next {
                    Next::Sleep(sleep, changed) => drop(select(sleep, changed).await),
                    // The state machine keeps the outcome and determines the time of the next
                    // refresh.
                    Next::Refresh(session, refresh, lease) => {
                        drop(session.wait(&refresh, lease.map(Lease::ending_with_it)).await);
                    }
                }
                // A provider and a timer that are ready at once must not starve the other tasks.
                yield_now().await;
            }
        }
    }
}

/// A refresh in flight, and the right to drive it unless another caller has it.
type InFlight = (Arc<Refresh>, Option<Lease>);

/// What a caller receives.
enum Ask {
    /// Valid credentials, and the refresh in flight, if there is one.
    Serve(Served, Option<InFlight>),
    /// No credentials, but a refresh in flight.
    Wait(Arc<Refresh>, Option<Lease>),
    /// No credentials, and no refresh before the backoff is over.
    Failed(SessionError),
}

/// The next action of a background refresher.
enum Next {
    Sleep(BoxFuture<'static, ()>, EventListener),
    Refresh(Arc<Inner>, Arc<Refresh>, Option<Lease>),
}

impl Inner {
    /// Returns credentials if the fast path has none.
    async fn obtain(&self) -> Refreshed {
        let mut has_waited = false;
        loop {
            match self.ask() {
                Ask::Serve(served, None | Some((_, None))) => {
                    return Ok(self.cache.hand_out(&served));
                }
                // The refresh proceeds as far as it can without waiting.
                Ask::Serve(served, Some((refresh, Some(lease)))) => {
                    if let Poll::Ready(obtained) = lease.poll() {
                        drop(self.finish(&refresh, obtained));
                    }
                    return Ok(self.cache.newest(&served));
                }
                Ask::Wait(refresh, lease) => {
                    if !mem::replace(&mut has_waited, true) {
                        self.cache.count_wait();
                    }
                    match self.wait(&refresh, lease).await {
                        // It may have failed because no caller drove it, so another one may begin.
                        Err(_) if refresh.is_neglected() => {}
                        refreshed => return refreshed,
                    }
                }
                Ask::Failed(failure) => return Err(failure),
            }
        }
    }

    fn ask(&self) -> Ask {
        loop {
            let now = self.cache.now();
            let mut state = self.cache.lock();
            if let Some(refresh) = state.refresh.clone()
                && now.monotonic >= refresh.over_at()
            {
                drop(state);
                drop(self.give_up(&refresh));
                continue;
            }
            let lease = state.machine.begin_refresh(now).then(|| {
                let over_at = now.monotonic.saturating_add(self.cache.wait_limit());
                let refresher = self.cache.refresher();
                let limit = refresher.sleep(self.cache.refresh_limit());
                let obtained = Arc::clone(refresher).refresh();
                let (refresh, lease) = Refresh::new(obtained, limit, over_at);
                state.refresh = Some(refresh);
                lease
            });
            let credentials = self.cache.serve(&state, now);
            let in_flight = state.refresh.clone().map(|refresh| {
                let lease = lease.or_else(|| refresh.lease());
                (refresh, lease)
            });
            return match (credentials, in_flight) {
                (Some(credentials), in_flight) => Ask::Serve(credentials, in_flight),
                (None, Some((refresh, lease))) => Ask::Wait(refresh, lease),
                (None, None) => Ask::Failed(self.cache.unavailable(state, now)),
            };
        }
    }

    /// Waits for the outcome of a refresh, and drives it whenever no other caller does.
    async fn wait(&self, refresh: &Arc<Refresh>, mut lease: Option<Lease>) -> Refreshed {
        // Created on the runtime of this caller, and polled nowhere else.
        let mut limit = None;
        loop {
            let signal = if let Some(lease) = &lease {
                let progress = refresh.progress();
                if let Poll::Ready(obtained) = lease.poll() {
                    return self.finish(refresh, obtained);
                }
                progress
            } else {
                let change = refresh.change();
                lease = refresh.lease();
                if lease.is_some() {
                    continue;
                }
                change
            };
            if let Some(outcome) = refresh.outcome() {
                return outcome;
            }
            let limit = limit.get_or_insert_with(|| {
                let left = refresh.over_at().saturating_sub(self.cache.now().monotonic);
                self.cache.refresher().sleep(left)
            });
            match select(signal, limit).await {
                // A refresh that wakes itself lets the other tasks of its runtime run in between.
                Either::Left(_) => yield_now().await,
                Either::Right(_) => return self.give_up(refresh),
            }
        }
    }

    /// Ends a refresh that no caller completed in time.
    fn give_up(&self, refresh: &Arc<Refresh>) -> Refreshed {
        refresh.neglect();
        self.finish(refresh, Err(SessionError::STUCK))
    }

    /// Ends a refresh and publishes its outcome to all callers.
    fn finish(&self, refresh: &Arc<Refresh>, obtained: Obtained) -> Refreshed {
        if obtained.as_ref().is_err_and(SessionError::is_lost) {
            refresh.neglect();
        }
        let is_neglected = refresh.is_neglected();
        let ended = self.cache.end(refresh, obtained.clone(), is_neglected);
        let Some(Ended { outcome, notice }) = ended else {
            return obtained.map(IssuedCredentials::into_credentials);
        };
        refresh.settle(outcome.clone());
        self.notify();
        self.cache.report(notice);
        outcome
    }

    /// Notifies watchers and background refreshers. An event without listeners allocates nothing:
    /// most of the sessions of a pool have none. They listen before they read the state, so a change
    /// is seen there or notified here.
    fn notify(&self) {
        if self.changed.total_listeners() > 0 {
            self.changed.notify(usize::MAX);
        }
    }

    fn next(session: &Weak<Self>) -> Option<Next> {
        let session = session.upgrade()?;
        // Listen before the check, so that no change is missed.
        let changed = session.changed.listen();
        Some(match session.ask() {
            Ask::Wait(refresh, lease) | Ask::Serve(_, Some((refresh, lease))) => {
                Next::Refresh(session, refresh, lease)
            }
            Ask::Serve(_, None) | Ask::Failed(_) => Next::Sleep(session.sleep(), changed),
        })
    }

    /// Sleeps until a refresh can be due: at most a minute, because timers may stand still while a
    /// machine sleeps, and long enough that diverging clocks do not cause a tight loop.
    fn sleep(&self) -> BoxFuture<'static, ()> {
        let now = self.cache.now();
        let next = self.cache.lock().machine.next_refresh(now);
        let wait = next.saturating_sub(now.monotonic);
        let wait = wait.clamp(Duration::from_millis(100), Duration::from_secs(60));
        self.cache.refresher().sleep(wait)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.notify();
    }
}

/// Yields to other tasks.
async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl ProvideCredentials for Session {
    async fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        if let Some(rejected) = request.rejected {
            self.invalidate(&rejected);
        }
        Ok(self.credentials().await?)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("cache", &self.0.cache).finish_non_exhaustive()
    }
}
