//! Waits between attempts.

use std::time::Duration;

use fastrand::Rng;

/// Exponential backoff with full jitter: a random wait between zero and a limit that doubles.
///
/// Full jitter spreads callers that failed together over the whole span, so that they do not
/// return together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The limit of the first wait. 250 ms by default: the service limits calls by the second,
    /// and a few waits of this size pass one.
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
    /// A backoff from `base` to `cap`.
    #[must_use]
    pub const fn new(base: Duration, cap: Duration) -> Self {
        Self { base, cap }
    }

    /// The wait after the failure number `failures`, which counts from 1.
    pub(crate) fn wait(&self, failures: u32, rng: &mut Rng) -> Duration {
        self.wait_at(failures, rng.u64(..))
    }

    /// The same for a random number that the caller has drawn.
    pub(crate) fn wait_at(&self, failures: u32, random: u64) -> Duration {
        fraction(self.limit(failures), random)
    }

    /// The longest that this wait can be.
    pub(crate) fn limit(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }
}

/// The least span of the jitter of a wait that the service asks for.
const LEAST_JITTER: Duration = Duration::from_millis(100);

/// The wait after a throttled response that names none: the documentation of the gateway advises
/// 2 to 5 seconds.
pub(crate) fn throttled(random: u64) -> Duration {
    Duration::from_secs(2).saturating_add(fraction(Duration::from_secs(3), random))
}

/// A wait of the length that the service asks for, plus up to a fifth of it, at most `longest`.
/// The jitter keeps throttled callers from returning in the same instant.
pub(crate) fn requested(wait: Duration, longest: Duration, random: u64) -> Duration {
    let span = (wait / 5).max(LEAST_JITTER);
    let room = longest.saturating_sub(wait);
    wait.saturating_add(fraction(span.min(room), random))
}

/// A random part of `span`, from nothing to all of it.
fn fraction(span: Duration, random: u64) -> Duration {
    let part = span.as_nanos().saturating_mul(u128::from(random)) / u128::from(u64::MAX);
    Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX))
}
