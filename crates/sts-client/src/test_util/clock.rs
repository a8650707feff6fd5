//! A clock that tests advance.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use time::OffsetDateTime;

use crate::platform::{Clock, Now};

/// Both clocks of a test, and its timers. They stand still until the test advances them. Clones
/// share them.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    now: Now,
    /// Counts the seeds, so that each one differs and each run is the same.
    seeds: u64,
    /// Counts the timers.
    timers_made: u64,
    timers: Vec<Timer>,
}

#[derive(Debug)]
struct Timer {
    number: u64,
    until: Duration,
    waker: Waker,
}

impl TestClock {
    /// Creates a clock with this wall time.
    #[must_use]
    pub fn new(wall: OffsetDateTime) -> Self {
        // Not zero, so that a test can find code that takes the monotonic clock for an age.
        let now = Now::new(wall, Duration::from_secs(1000));
        Self(Arc::new(Mutex::new(Inner { now, seeds: 0, timers_made: 0, timers: Vec::new() })))
    }

    /// Advances both clocks, and wakes the timers that are due.
    pub fn advance(&self, duration: Duration) {
        let mut inner = self.lock();
        inner.now = inner.now.after(duration);
        let monotonic = inner.now.monotonic;
        let (due, waiting) = std::mem::take(&mut inner.timers)
            .into_iter()
            .partition(|timer| timer.until <= monotonic);
        inner.timers = waiting;
        drop(inner);
        let due: Vec<Timer> = due;
        for timer in due {
            timer.waker.wake();
        }
    }

    /// Advances both clocks to the timer that is due first. Returns `false` if there is none.
    #[must_use = "a test that waits for a timer should fail if there is none"]
    pub fn advance_to_next_timer(&self) -> bool {
        let inner = self.lock();
        let Some(next) = inner.timers.iter().map(|timer| timer.until).min() else {
            return false;
        };
        let wait = next.saturating_sub(inner.now.monotonic);
        drop(inner);
        self.advance(wait);
        true
    }

    /// Sets the wall clock. The monotonic clock and the timers do not change.
    pub fn set_wall(&self, wall: OffsetDateTime) {
        self.lock().now.wall = wall;
    }

    /// Returns a timer, for the `sleep` of a transport. It is over when the clock was advanced by
    /// `duration`.
    pub fn sleep(&self, duration: Duration) -> TestSleep {
        let mut inner = self.lock();
        inner.timers_made += 1;
        let until = inner.now.monotonic.saturating_add(duration);
        TestSleep { clock: self.clone(), number: inner.timers_made, until }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Now {
        self.lock().now
    }

    fn seed(&self) -> u64 {
        let mut inner = self.lock();
        inner.seeds += 1;
        inner.seeds
    }
}

/// Timer of a [`TestClock`].
#[derive(Debug)]
#[must_use = "a future does nothing unless it is polled"]
pub struct TestSleep {
    clock: TestClock,
    number: u64,
    until: Duration,
}

impl Future for TestSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.clock.lock();
        inner.timers.retain(|timer| timer.number != self.number);
        if inner.now.monotonic >= self.until {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        inner.timers.push(Timer { number: self.number, until: self.until, waker });
        Poll::Pending
    }
}

impl Drop for TestSleep {
    fn drop(&mut self) {
        self.clock.lock().timers.retain(|timer| timer.number != self.number);
    }
}
