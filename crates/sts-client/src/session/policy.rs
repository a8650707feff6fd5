//! When credentials are refreshed.

use std::time::Duration;

use super::Assume;
use crate::shared::backoff::Backoff;

/// When a session refreshes its credentials.
///
/// The windows are in proportion to the lifetime that the service gave, so that 15 minutes work as
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
    /// The last part of the lifetime, in which credentials are not served any more: they would
    /// expire on the way to a service. 0.02 by default, and never more than
    /// [`longest_margin`](Self::longest_margin).
    pub margin: f64,
    /// 60 seconds by default.
    pub longest_margin: Duration,
    /// The waits after failed refreshes, from 1 second to 60 seconds by default; the calls of a
    /// refresh back off on their own, within seconds. While credentials are valid the waits are
    /// longer, in proportion to the time that is left. No wait is shorter than 250 ms.
    pub backoff: Backoff,
    /// The longest lifetime that is believed, 24 hours by default: no credential provider
    /// documents a longer one. A clock that is years off makes credentials look as if they lasted
    /// for years; they are refreshed as if they lasted this long. Sessions of an operation use the
    /// [duration that it requests](super::Assume::lifetime) if that is shorter.
    pub longest_lifetime: Duration,
}

impl SessionPolicy {
    /// The same for credentials of `operation`, which last no longer than it requests.
    pub(crate) fn with_lifetime_of(self, operation: &impl Assume) -> Self {
        let longest_lifetime = self.longest_lifetime.min(operation.lifetime());
        Self { longest_lifetime, ..self }
    }
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            refresh_from: 0.4,
            refresh_until: 0.8,
            margin: 0.02,
            longest_margin: Duration::from_secs(60),
            backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(60)),
            longest_lifetime: Duration::from_secs(24 * 3600),
        }
    }
}
