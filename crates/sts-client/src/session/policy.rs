//! Refresh policy of sessions.

use std::time::Duration;

use crate::shared::backoff::Backoff;

/// Refresh windows and backoff of a session.
///
/// The windows are proportional to the lifetime that the service granted, so they suit 15 minutes
/// as well as 12 hours.
///
/// ```
/// use std::time::Duration;
/// use sts_client::session::SessionPolicy;
///
/// // For jobs of half an hour, which cannot replace their credentials.
/// let policy = SessionPolicy::default().refresh_before_expiry(Duration::from_secs(1800));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SessionPolicy {
    /// The fraction of the lifetime after which the first sessions refresh. 0.4 by default.
    pub refresh_from: f64,
    /// The fraction of the lifetime by which the last sessions refresh. Each session draws a new
    /// moment between the two for every refresh, so that a fleet that started or refreshed at the
    /// same time spreads out. 0.8 by default, which leaves a fifth of the lifetime for an outage.
    ///
    /// The width of the span limits load peaks: if all sessions refreshed at once, their next
    /// refreshes peak at the mean of the two divided by their difference, times the usual rate; 1.5
    /// times with the defaults.
    pub refresh_until: f64,
    /// The remaining lifetime at which sessions refresh at the latest, for clients that require a
    /// minimum. Zero by default. Both fractions are reduced for it in proportion. It is ignored if the
    /// refresh would have to begin within the first tenth of the lifetime.
    pub refresh_before_expiry: Duration,
    /// The last fraction of the lifetime, in which credentials are not served any more because they
    /// would expire on the way to a service. 0.02 by default, and never more than
    /// [`longest_margin`](Self::longest_margin).
    pub margin: f64,
    /// The upper limit of the margin. 60 seconds by default.
    pub longest_margin: Duration,
    /// The backoff after failed refreshes, from 1 second to 60 seconds by default; the calls of a
    /// refresh have their own backoff, within seconds. While credentials are valid, the waits are
    /// longer: a quarter to three quarters of the remaining lifetime after the first failure, and a
    /// quarter to a half after further ones. No wait is shorter than 250 ms, or shorter than an
    /// overloaded service requests, up to a minute.
    pub backoff: Backoff,
    /// The maximum assumed lifetime, 24 hours by default; no credential provider documents a longer
    /// one. If a clock is years off, credentials appear to last for years; they are refreshed as if
    /// they lasted this long. Sessions of an operation use the [duration that it
    /// requests](super::RefreshProvider::lifetime) if that is shorter.
    pub longest_lifetime: Duration,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            refresh_from: 0.4,
            refresh_until: 0.8,
            refresh_before_expiry: Duration::ZERO,
            margin: 0.02,
            longest_margin: Duration::from_secs(60),
            backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(60)),
            longest_lifetime: Duration::from_secs(24 * 3600),
        }
    }
}

impl SessionPolicy {
    /// Sets the fraction of the lifetime after which the first sessions refresh.
    #[must_use]
    pub fn refresh_from(self, refresh_from: f64) -> Self {
        Self { refresh_from, ..self }
    }

    /// Sets the fraction of the lifetime by which the last sessions refresh.
    #[must_use]
    pub fn refresh_until(self, refresh_until: f64) -> Self {
        Self { refresh_until, ..self }
    }

    /// Sets the remaining lifetime at which sessions refresh at the latest.
    #[must_use]
    pub fn refresh_before_expiry(self, refresh_before_expiry: Duration) -> Self {
        Self { refresh_before_expiry, ..self }
    }

    /// Sets the last fraction of the lifetime, in which credentials are not served.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        Self { margin, ..self }
    }

    /// Sets the upper limit of the margin.
    #[must_use]
    pub fn longest_margin(self, longest_margin: Duration) -> Self {
        Self { longest_margin, ..self }
    }

    /// Sets the backoff after failed refreshes.
    #[must_use]
    pub fn backoff(self, backoff: Backoff) -> Self {
        Self { backoff, ..self }
    }

    /// Sets the maximum assumed lifetime.
    #[must_use]
    pub fn longest_lifetime(self, longest_lifetime: Duration) -> Self {
        Self { longest_lifetime, ..self }
    }

    /// Returns the fractions of this lifetime between which a session refreshes.
    pub(super) fn refresh_window(&self, lifetime: Duration) -> (f64, f64) {
        let before = lifetime.saturating_sub(self.refresh_before_expiry).as_secs_f64();
        let latest = before / lifetime.as_secs_f64();
        if !(LEAST_WINDOW..self.refresh_until).contains(&latest) {
            return (self.refresh_from, self.refresh_until);
        }
        (self.refresh_from.min(latest * self.refresh_from / self.refresh_until), latest)
    }
}

/// The fraction of a lifetime that a session uses at least before it refreshes.
const LEAST_WINDOW: f64 = 0.1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimum_of_remaining_lifetime_scales_the_whole_window() {
        let policy = SessionPolicy::default().refresh_before_expiry(Duration::from_secs(2400));
        for (lifetime, from, until) in [(3600, 600, 1200), (2500, 1000, 2000), (3000, 300, 600)] {
            let (earliest, latest) = policy.refresh_window(Duration::from_secs(lifetime));
            let seconds = |fraction: f64| Duration::from_secs(lifetime).mul_f64(fraction).as_secs();
            let rounded = |fraction| seconds(fraction + 1e-6);
            assert_eq!((rounded(earliest), rounded(latest)), (from, until), "{lifetime}");
        }
    }

    #[test]
    fn each_setter_of_a_policy_sets_one_field() {
        let policy = SessionPolicy::default()
            .refresh_from(0.1)
            .refresh_until(0.2)
            .refresh_before_expiry(Duration::from_secs(3))
            .margin(0.4)
            .longest_margin(Duration::from_secs(5))
            .backoff(Backoff::new(Duration::from_secs(6), Duration::from_secs(7)))
            .longest_lifetime(Duration::from_secs(8));
        assert_eq!((policy.refresh_from, policy.refresh_until, policy.margin), (0.1, 0.2, 0.4));
        assert_eq!(policy.refresh_before_expiry, Duration::from_secs(3));
        assert_eq!(policy.longest_margin, Duration::from_secs(5));
        assert_eq!(
            (policy.backoff.base, policy.backoff.cap),
            (Duration::from_secs(6), Duration::from_secs(7))
        );
        assert_eq!(policy.longest_lifetime, Duration::from_secs(8));
    }
}
