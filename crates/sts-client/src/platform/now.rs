//! Current time, as an argument of state machines.

use std::time::Duration;

use time::OffsetDateTime;

/// One reading of the wall clock and the monotonic clock, taken at the same moment.
///
/// State machines do not read clocks; their methods take the current time as an argument. The two
/// readings have separate uses, and a jump of one does not affect the other.
///
/// ```
/// use std::time::Duration;
/// use sts_client::Now;
///
/// let now = Now::new(time::macros::datetime!(2026-03-05 07:08:09 UTC), Duration::from_secs(40));
/// assert_eq!(now.after(Duration::from_secs(2)).monotonic, Duration::from_secs(42));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Now {
    /// The wall time, for signing dates and for the expiry of credentials. It may jump.
    pub wall: OffsetDateTime,
    /// A monotonic reading from any fixed origin, for backoff and deadlines. It must not go
    /// backwards; if it does, a state machine waits longer.
    pub monotonic: Duration,
}

impl Now {
    /// Creates a reading of both clocks.
    #[must_use]
    pub const fn new(wall: OffsetDateTime, monotonic: Duration) -> Self {
        Self { wall, monotonic }
    }

    /// Returns the moment `duration` later, on both clocks. For simulators and tests.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self {
            wall: self.wall.saturating_add(duration.try_into().unwrap_or(time::Duration::MAX)),
            monotonic: self.monotonic.saturating_add(duration),
        }
    }
}
