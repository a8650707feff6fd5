//! How long to wait before the next try when nobody says.

use std::time::Duration;

use fastrand::Rng;

/// Exponential back-off with full jitter: a random wait between zero and a limit that doubles.
///
/// Full jitter spreads callers that failed together over the whole span, so that they do not come
/// back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The limit of the first wait. 250 ms by default: the service limits calls by the second,
    /// and a few waits of this size pass one.
    pub base: Duration,
    /// What the limit grows to at most. 8 seconds by default.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_millis(250), cap: Duration::from_secs(8) }
    }
}

impl Backoff {
    /// A back-off from `base` to `cap`.
    #[must_use]
    pub const fn new(base: Duration, cap: Duration) -> Self {
        Self { base, cap }
    }

    /// The wait after the failure number `failures`, which counts from 1.
    pub(crate) fn wait(&self, failures: u32, rng: &mut Rng) -> Duration {
        between(Duration::ZERO, self.limit(failures), rng)
    }

    /// The longest that this wait can be.
    pub(crate) fn limit(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }
}

/// The wait after a throttled call that names none: the documentation of the gateway advises a
/// pause of 2 to 5 seconds.
pub(crate) fn throttled(rng: &mut Rng) -> Duration {
    between(Duration::from_secs(2), Duration::from_secs(5), rng)
}

fn between(least: Duration, most: Duration, rng: &mut Rng) -> Duration {
    let span = u64::try_from(most.saturating_sub(least).as_nanos()).unwrap_or(u64::MAX);
    least.saturating_add(Duration::from_nanos(rng.u64(0..=span)))
}
