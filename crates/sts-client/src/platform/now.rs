//! The two clocks of a machine.

use std::time::Duration;

use time::OffsetDateTime;

/// One reading of two clocks, taken at the same moment.
///
/// Machines read no clock, so each call of theirs is told the time. The two readings have
/// separate uses, and a jump of one does not disturb the other.
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
    /// The time of day, for signing dates and for the expiry of credentials. It may jump.
    pub wall: OffsetDateTime,
    /// A monotonic reading from any fixed origin, for back-off and deadlines. It must not go
    /// backwards; a machine that sees it do so waits longer, nothing worse.
    pub monotonic: Duration,
}

impl Now {
    /// Both readings.
    #[must_use]
    pub const fn new(wall: OffsetDateTime, monotonic: Duration) -> Self {
        Self { wall, monotonic }
    }

    /// The moment `duration` later, on both clocks. For simulators and tests.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self {
            wall: self.wall.saturating_add(duration.try_into().unwrap_or(time::Duration::MAX)),
            monotonic: self.monotonic.saturating_add(duration),
        }
    }
}
