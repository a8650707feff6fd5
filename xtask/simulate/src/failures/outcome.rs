//! The load of a scenario, and the time that sessions were without credentials.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::scenario::{Failure, Scenario};
use crate::service::index;

/// The load is averaged over this part of a lifetime, so that random variation is not a peak.
const BINS: u32 = 60;

/// The longest time from the end of a failure to the next attempt of a session without
/// credentials, in seconds.
const BACKOFF: u32 = 60;

pub(crate) const HEADINGS: &str = "\
scenario                      requests   mean/s    peak     peak  minutes without  avoidable
                                                 during    after      credentials    minutes";

pub(crate) struct Outcome<'a> {
    scenario: &'a Scenario,
    sessions: u32,
    without: Duration,
    avoidable: Duration,
    /// Requests of each second.
    pub(crate) load: Vec<u32>,
}

impl<'a> Outcome<'a> {
    pub(crate) fn new(scenario: &'a Scenario, sessions: u32) -> Self {
        let (without, avoidable) = (Duration::ZERO, Duration::ZERO);
        Self { scenario, sessions, without, avoidable, load: Vec::new() }
    }

    /// Adds a time in which a session had no credentials. What lies before the first failure is
    /// the start of the session.
    pub(crate) fn add_without(&mut self, since: Duration, until: Duration) {
        let Range { start, end } = self.scenario.failing();
        if since < Duration::from_secs(start.into()) {
            return;
        }
        let over = match self.scenario.failure {
            Failure::Outage | Failure::BrownOut | Failure::RejectedKeys => {
                Duration::from_secs((end + BACKOFF).into())
            }
            Failure::FirstRefuses | Failure::FirstIsSilent | Failure::ClockSteps => Duration::ZERO,
        };
        self.without += until.saturating_sub(since);
        self.avoidable += until.saturating_sub(since.max(over));
    }

    /// What exceeds the bounds of the scenario. A small fleet varies at random, so its peaks may be
    /// three standard deviations higher.
    pub(crate) fn excesses(&self) -> Vec<String> {
        let bounds = &self.scenario.bounds;
        let in_bin = self.mean() * f64::from(self.scenario.lifetime / BINS);
        let with_variation = |peak: f64| peak + 3.0 * (peak / in_bin).sqrt();
        let values = [
            ("peak during the failure", self.peak_during(), with_variation(bounds.during)),
            ("peak after the failure", self.peak_after(), with_variation(bounds.after)),
            ("avoidable minutes", self.minutes(self.avoidable), bounds.avoidable),
        ];
        let excesses =
            values.into_iter().filter(|(_, value, bound)| value > bound || value.is_nan());
        excesses
            .map(|(name, value, bound)| format!("{name}: {value:.2}, more than {bound:.2}"))
            .collect()
    }

    /// Minutes per session.
    fn minutes(&self, total: Duration) -> f64 {
        total.as_secs_f64() / 60.0 / f64::from(self.sessions)
    }

    /// Requests per second in normal operation, from one and a half lifetimes on.
    fn mean(&self) -> f64 {
        let start = self.scenario.lifetime + self.scenario.lifetime / 2;
        rate(self.seconds(start..self.scenario.failing().start))
    }

    fn peak_during(&self) -> f64 {
        self.peak(self.scenario.failing())
    }

    fn peak_after(&self) -> f64 {
        self.peak(self.scenario.failing().end..self.scenario.end())
    }

    fn peak(&self, seconds: Range<u32>) -> f64 {
        let bins = self.seconds(seconds).chunks_exact(index(self.scenario.lifetime / BINS));
        bins.map(rate).fold(0.0, f64::max) / self.mean()
    }

    fn seconds(&self, seconds: Range<u32>) -> &[u32] {
        self.load.get(index(seconds.start)..index(seconds.end)).unwrap_or_default()
    }
}

/// Requests per second.
#[expect(clippy::cast_precision_loss, reason = "a run has fewer seconds than a double has digits")]
fn rate(seconds: &[u32]) -> f64 {
    seconds.iter().copied().map(f64::from).sum::<f64>() / seconds.len() as f64
}

impl fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests: u64 = self.load.iter().copied().map(u64::from).sum();
        write!(
            f,
            "{:<28} {requests:>9} {:>8.1} {:>7.2} {:>8.2} {:>16.2} {:>10.2}",
            self.scenario.name,
            self.mean(),
            self.peak_during(),
            self.peak_after(),
            self.minutes(self.without),
            self.minutes(self.avoidable),
        )
    }
}
