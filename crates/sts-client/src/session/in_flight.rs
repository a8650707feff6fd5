//! A refresh that any caller can drive, one caller at a time.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, TryLockError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::cache::Refreshed;
use super::refresher::Obtained;
use crate::error::SessionError;
use crate::sync::{AtomicBool, Event, EventListener, Mutex, MutexGuard, OnceLock};
use crate::transport::BoxFuture;

/// Refresh in flight, which outlives the caller that began it.
///
/// Only the holder of the [`Lease`] polls it. A lease that ends before the refresh wakes all
/// waiting callers, and each of them polls as soon as it holds the next lease. So a wake-up that
/// arrives in between is never lost, regardless of its recipient.
///
/// Timers and sockets belong to the runtime that the refresh began on, and polling them after its
/// shutdown may panic. Therefore the timer of the limit is polled on that runtime only. A shutdown
/// wakes it, and after that no other caller polls the refresh.
pub(super) struct Refresh {
    work: Mutex<Option<Work>>,
    signals: Arc<Signals>,
    /// Monotonic time at which callers stop waiting.
    over_at: Duration,
    is_leased: AtomicBool,
    is_neglected: AtomicBool,
    outcome: OnceLock<Refreshed>,
}

struct Work {
    refresh: BoxFuture<'static, Obtained>,
    limit: BoxFuture<'static, ()>,
    /// Wakes the holder of the lease.
    progress: Waker,
    timer: Waker,
}

/// State that the wakers access.
#[derive(Default)]
struct Signals {
    /// The refresh can continue.
    progress: Event,
    /// The lease is free, or the refresh has ended.
    change: Event,
    /// The timer of the limit was woken: it is due, or its runtime has shut down.
    is_timer_woken: AtomicBool,
}

impl Wake for Signals {
    fn wake(self: Arc<Self>) {
        self.progress.notify(usize::MAX);
    }
}

struct Timer(Arc<Signals>);

impl Wake for Timer {
    fn wake(self: Arc<Self>) {
        self.0.is_timer_woken.store(true, Ordering::SeqCst);
        self.0.progress.notify(usize::MAX);
    }
}

/// The right to poll a refresh, held by one caller at a time.
pub(super) struct Lease {
    refresh: Arc<Refresh>,
    /// Whether this caller began the refresh, so that it runs on the same runtime.
    is_home: bool,
    /// Whether the refresh ends with this lease.
    is_last: bool,
}

impl Refresh {
    /// Creates a refresh with the lease of the caller that begins it.
    pub(super) fn new(
        refresh: BoxFuture<'static, Obtained>,
        limit: BoxFuture<'static, ()>,
        over_at: Duration,
    ) -> (Arc<Self>, Lease) {
        let signals = Arc::<Signals>::default();
        // The timer starts with its first poll.
        signals.is_timer_woken.store(true, Ordering::SeqCst);
        let progress = Waker::from(Arc::clone(&signals));
        let timer = Waker::from(Arc::new(Timer(Arc::clone(&signals))));
        let refresh = Arc::new(Self {
            work: Mutex::new(Some(Work { refresh, limit, progress, timer })),
            signals,
            over_at,
            is_leased: AtomicBool::new(true),
            is_neglected: AtomicBool::new(false),
            outcome: OnceLock::new(),
        });
        let lease = Lease { refresh: Arc::clone(&refresh), is_home: true, is_last: false };
        (refresh, lease)
    }

    /// Returns the lease, unless another caller holds it.
    pub(super) fn lease(self: &Arc<Self>) -> Option<Lease> {
        let is_free = !self.is_leased.swap(true, Ordering::SeqCst);
        is_free.then(|| Lease { refresh: Arc::clone(self), is_home: false, is_last: false })
    }

    /// Returns the listener for the holder of the lease: notified when the refresh can continue or
    /// has ended. Listen before you poll.
    pub(super) fn progress(&self) -> EventListener {
        self.signals.progress.listen()
    }

    /// Returns the listener for all other callers: notified when the lease is free or the refresh
    /// has ended. Listen before you try to take the lease.
    pub(super) fn change(&self) -> EventListener {
        self.signals.change.listen()
    }

    pub(super) fn outcome(&self) -> Option<Refreshed> {
        self.outcome.get().cloned()
    }

    /// Publishes the outcome to all waiting callers.
    pub(super) fn settle(&self, outcome: Refreshed) {
        self.outcome.get_or_init(|| outcome);
        // A lease that is in use drops it instead.
        let work = match self.work.try_lock() {
            Ok(mut work) => work.take(),
            Err(TryLockError::Poisoned(work)) => work.into_inner().take(),
            Err(TryLockError::WouldBlock) => None,
        };
        drop(work);
        self.signals.progress.notify(usize::MAX);
        self.signals.change.notify(usize::MAX);
    }

    /// Returns the monotonic time at which callers stop waiting.
    pub(super) const fn over_at(&self) -> Duration {
        self.over_at
    }

    /// Whether no caller drove it for some time. Timeouts of its calls may have passed meanwhile,
    /// so its failure says little about the service.
    pub(super) fn is_neglected(&self) -> bool {
        self.is_neglected.load(Ordering::SeqCst)
    }

    pub(super) fn neglect(&self) {
        self.is_neglected.store(true, Ordering::SeqCst);
    }

    fn work(&self) -> MutexGuard<'_, Option<Work>> {
        // Poisoning is ignored: a panic of a future is caught, and the future is removed.
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Drops the refresh together with this lease, if this caller began it: the caller's task may
    /// end because its runtime shuts down.
    pub(super) fn ending_with_it(mut self) -> Self {
        self.is_last = self.is_home;
        self
    }

    /// Polls the refresh.
    pub(super) fn poll(&self) -> Poll<Obtained> {
        let refresh = &*self.refresh;
        let mut slot = refresh.work();
        let Some(work) = slot.as_mut() else { return Poll::Ready(Err(SessionError::LOST)) };
        if !self.is_home && refresh.signals.is_timer_woken.load(Ordering::SeqCst) {
            return Poll::Ready(Err(SessionError::LOST));
        }
        let polled = panic::catch_unwind(AssertUnwindSafe(|| self.poll_work(work)));
        let polled = polled.unwrap_or(Poll::Ready(Err(SessionError::PANICKED)));
        let is_over = polled.is_ready() || refresh.outcome.get().is_some();
        let over = if is_over { slot.take() } else { None };
        drop(slot);
        drop(over);
        polled
    }

    fn poll_work(&self, work: &mut Work) -> Poll<Obtained> {
        let polled = work.refresh.as_mut().poll(&mut Context::from_waker(&work.progress));
        let is_timer_woken = &self.refresh.signals.is_timer_woken;
        if polled.is_pending() && self.is_home && is_timer_woken.swap(false, Ordering::SeqCst) {
            let limit = work.limit.as_mut().poll(&mut Context::from_waker(&work.timer));
            return limit.map(|()| Err(SessionError::STUCK));
        }
        polled
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let refresh = &*self.refresh;
        if refresh.outcome.get().is_none() {
            refresh.neglect();
        }
        let last = if self.is_last { refresh.work().take() } else { None };
        drop(last);
        refresh.is_leased.store(false, Ordering::SeqCst);
        refresh.signals.change.notify(usize::MAX);
    }
}
