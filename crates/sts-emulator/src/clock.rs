//! The clock of an emulator.

mod controlled;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

pub(crate) use self::controlled::ControlledClock;

/// Wall clock for signing dates, expirations and lockouts.
pub trait Clock: Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> OffsetDateTime;
}

/// The system clock, the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// A clock that changes only when a test advances or sets it. Clones share the same time.
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
    /// Creates a clock that shows `now`.
    #[must_use]
    pub fn new(now: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves the clock forward, at most to the last representable time.
    pub fn advance(&self, time: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let time = time::Duration::try_from(time).unwrap_or(time::Duration::MAX);
        *now = now.saturating_add(time);
    }

    /// Sets the clock, backwards as well.
    pub fn set(&self, now: OffsetDateTime) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
