//! Models of the primitives that shuttle does not have.
//!
//! Where an operation of the real primitive takes effect at one moment and does not block, its model
//! is a scheduling point before the real operation.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::{Arc, LockResult};
use std::task::{Context, Poll};
use std::time::Duration;

use arc_swap::Guard;
use shuttle::sync::MutexGuard;
use shuttle::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    /// Whether an event is calling wakers, with its list locked. Another task that would run then
    /// could wait for this list, and all tasks of a model run on one thread.
    static IS_NOTIFYING: Cell<bool> = const { Cell::new(false) };
}

/// A moment at which another task may run.
#[derive(Default)]
struct SchedulingPoint(AtomicBool);

impl SchedulingPoint {
    fn pass(&self) {
        if !IS_NOTIFYING.get() {
            self.0.load(Ordering::SeqCst);
        }
    }
}

pub(crate) struct ArcSwap<T> {
    point: SchedulingPoint,
    inner: arc_swap::ArcSwap<T>,
}

impl<T> ArcSwap<T> {
    pub(crate) fn new(value: Arc<T>) -> Self {
        Self { point: SchedulingPoint::default(), inner: arc_swap::ArcSwap::new(value) }
    }

    pub(crate) fn load(&self) -> Guard<Arc<T>> {
        self.point.pass();
        self.inner.load()
    }

    pub(crate) fn store(&self, value: Arc<T>) {
        self.point.pass();
        self.inner.store(value);
    }
}

pub(crate) struct OnceLock<T> {
    point: SchedulingPoint,
    inner: std::sync::OnceLock<T>,
}

impl<T> OnceLock<T> {
    pub(crate) fn new() -> Self {
        Self { point: SchedulingPoint::default(), inner: std::sync::OnceLock::new() }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        self.point.pass();
        self.inner.get()
    }

    /// `init` must not block.
    pub(crate) fn get_or_init(&self, init: impl FnOnce() -> T) -> &T {
        self.point.pass();
        self.inner.get_or_init(init)
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Default)]
pub(crate) struct Event {
    point: Arc<SchedulingPoint>,
    inner: event_listener::Event,
}

impl Event {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn listen(&self) -> EventListener {
        self.point.pass();
        EventListener { point: Arc::clone(&self.point), inner: Some(self.inner.listen()) }
    }

    pub(crate) fn notify(&self, listeners: usize) {
        self.point.pass();
        let was_notifying = IS_NOTIFYING.replace(true);
        self.inner.notify(listeners);
        IS_NOTIFYING.set(was_notifying);
    }

    pub(crate) fn total_listeners(&self) -> usize {
        self.point.pass();
        self.inner.total_listeners()
    }
}

pub(crate) struct EventListener {
    point: Arc<SchedulingPoint>,
    /// Present until it is dropped.
    inner: Option<event_listener::EventListener>,
}

impl Future for EventListener {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.point.pass();
        match &mut self.inner {
            Some(inner) => Pin::new(inner).poll(context),
            None => Poll::Ready(()),
        }
    }
}

impl Drop for EventListener {
    fn drop(&mut self) {
        self.point.pass();
        self.inner = None;
    }
}

/// Shuttle's never times out, and never wakes a thread without a notification. This one times out at
/// once if the limit is zero, and wakes all threads once more than it is notified.
pub(crate) struct Condvar(Arc<shuttle::sync::Condvar>);

impl Condvar {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }

    pub(crate) fn wait_timeout_while<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
        condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        if limit.is_zero() {
            return Ok(guard);
        }
        let spurious = Arc::clone(&self.0);
        shuttle::thread::spawn(move || spurious.notify_all());
        self.0.wait_while(guard, condition)
    }
}
