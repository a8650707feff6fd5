//! What the emulator takes for the time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

/// Tells the time of day. Signing dates, expirations and key locks are judged by it.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> OffsetDateTime;
}

/// The clock of the machine, the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// A clock that stands still until a test moves it. Clones show the same time.
///
/// ```
/// use std::time::Duration;
/// use sts_emulator::{Clock, TestClock};
/// use time::macros::datetime;
///
/// let clock = TestClock::new(datetime!(2026-03-05 07:08:09 UTC));
/// clock.clone().advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), datetime!(2026-03-05 07:09:09 UTC));
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<OffsetDateTime>>);

impl TestClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn new(now: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves it forward. It stops at the last moment that can be written.
    pub fn advance(&self, time: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let time = time::Duration::try_from(time).unwrap_or(time::Duration::MAX);
        *now = now.saturating_add(time);
    }

    /// Puts it at `now`, back in time too.
    pub fn set(&self, now: OffsetDateTime) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
