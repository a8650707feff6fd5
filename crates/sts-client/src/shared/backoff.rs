//! Backoff between attempts.

use std::time::Duration;

use fastrand::Rng;

/// Exponential backoff with full jitter: a random wait between zero and a limit that doubles.
///
/// Full jitter spreads callers that failed at the same time over the whole span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The limit of the first wait. 250 ms by default: the service limits calls per second, and a
    /// few waits of this size cover one.
    pub base: Duration,
    /// The maximum of the limit. 8 seconds by default.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_millis(250), cap: Duration::from_secs(8) }
    }
}

impl Backoff {
    /// Creates a backoff from `base` to `cap`.
    #[must_use]
    pub const fn new(base: Duration, cap: Duration) -> Self {
        Self { base, cap }
    }

    /// Returns the wait after the failure number `failures`, which counts from 1.
    pub(crate) fn wait(&self, failures: u32, rng: &mut Rng) -> Duration {
        self.wait_at(failures, rng.u64(..))
    }

    /// Returns the wait after the failure number `failures`, which counts from 1: a part of the
    /// limit in proportion to `random`, which is any number.
    #[must_use]
    pub fn wait_at(&self, failures: u32, random: u64) -> Duration {
        fraction(self.limit(failures), random)
    }

    /// Returns the same backoff with a limit of at most `longest`.
    pub(crate) fn at_most(self, longest: Duration) -> Self {
        Self { cap: self.cap.min(longest), ..self }
    }

    /// The maximum of this wait.
    pub(crate) fn limit(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }
}

/// The minimum span of the jitter of a wait that the service requests.
const LEAST_JITTER: Duration = Duration::from_millis(100);

/// The wait after a throttled response that specifies none, at most `longest`: the documentation of the
/// gateway advises 2 to 5 seconds.
pub(crate) fn throttled(longest: Duration, random: u64) -> Duration {
    let least = Duration::from_secs(2).min(longest / 2);
    let span = Duration::from_secs(3).min(longest.saturating_sub(least));
    least.saturating_add(fraction(span, random))
}

/// Returns the wait that the service requests, plus up to a fifth of it, at most `longest`. The
/// jitter keeps throttled callers from returning in the same instant.
pub(crate) fn requested(wait: Duration, longest: Duration, random: u64) -> Duration {
    let span = (wait / 5).max(LEAST_JITTER);
    let room = longest.saturating_sub(wait);
    wait.saturating_add(fraction(span.min(room), random))
}

/// Returns a random fraction of `span`, from zero to all of it.
fn fraction(span: Duration, random: u64) -> Duration {
    let part = span.as_nanos().saturating_mul(u128::from(random)) / u128::from(u64::MAX);
    Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX))
}
