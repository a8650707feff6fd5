//! When keys are fetched again.

use std::time::Duration;

use crate::shared::backoff::Backoff;

/// When a session fetches new keys.
///
/// Everything is in proportion to the lifetime that the service gave, so that 15 minutes work as
/// well as 12 hours.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SessionPolicy {
    /// The part of the lifetime after which the first sessions refresh. 0.4 by default.
    pub refresh_from: f64,
    /// The part of the lifetime by which the last ones do: each session draws its own moment
    /// between the two, every time, so that a fleet that started together, or fetched together
    /// after an outage, does not come back together. 0.8 by default, which leaves a fifth of the
    /// lifetime to an outage.
    ///
    /// The span is as wide as it is for a reason: when all sessions have fetched at once, their
    /// next fetches come at the mean of the two over their difference times the usual rate, 1.5
    /// times with the defaults.
    pub refresh_until: f64,
    /// The part of the lifetime at whose beginning keys stop being served, for they would end on
    /// the way to a service. 0.02 by default, and never more than
    /// [`longest_margin`](Self::longest_margin).
    pub margin: f64,
    /// 60 seconds by default.
    pub longest_margin: Duration,
    /// The waits between fetches that failed. From 1 second to 60 seconds by default: the calls of
    /// a fetch back off on their own, within seconds. As long as keys are good the waits are
    /// longer, in proportion to the time that is left.
    pub backoff: Backoff,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            refresh_from: 0.4,
            refresh_until: 0.8,
            margin: 0.02,
            longest_margin: Duration::from_secs(60),
            backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(60)),
        }
    }
}
