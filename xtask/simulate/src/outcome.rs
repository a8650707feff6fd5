//! The results of a run.

use std::fmt;

use crate::client::Ask;
use crate::options::Options;
use crate::service::{Service, index};

/// The seconds over which the load is averaged, so that random variation is not a peak.
const BIN: usize = 10;

/// The time after the outage in which the first peak is measured.
const TEN_MINUTES: u32 = 600;

/// The longest time from the end of an outage to the next attempt of a session.
const MINUTE: u32 = 60;

pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    served: u64,
    without_credentials: u64,
    /// Callers without credentials although their old credentials were valid, or although the
    /// service had been available for more than a minute.
    needlessly: u64,
    begin: u32,
    outage: (u32, u32),
    /// Requests of each second.
    pub(crate) load: Vec<u32>,
}

impl Outcome {
    pub(crate) const HEADINGS: &str = "\
policy                    requests  mean/s  peak/mean in   peak/mean  callers       without     \
needlessly
                                            the 10 min    after that  served        keys";

    pub(crate) fn new(name: &'static str, options: &Options) -> Self {
        // The steady state begins when all clients have refreshed twice.
        let begin = options.spread.saturating_add(options.lifetime.saturating_mul(2));
        Self {
            name,
            served: 0,
            without_credentials: 0,
            needlessly: 0,
            begin: begin.min(options.outage.0 / 2),
            outage: (options.outage.0, options.outage_end()),
            load: Vec::new(),
        }
    }

    pub(crate) fn count(&mut self, ask: Ask, callers: u32, service: &Service) {
        let callers = u64::from(callers);
        match ask {
            Ask::Served => self.served += callers,
            Ask::Waits => {}
            Ask::WithoutCredentials | Ask::Failed => {
                let since = service.second().checked_sub(self.outage.1);
                let is_over = since.is_none_or(|since| since > MINUTE) && !service.is_out();
                self.without_credentials += callers;
                if ask == Ask::Failed || is_over {
                    self.needlessly += callers;
                }
            }
        }
    }

    /// Requests a second, averaged over so many seconds each.
    pub(crate) fn rates(&self, bin: usize) -> Vec<f64> {
        let rate = |bin: &[u32]| bin.iter().copied().map(f64::from).sum::<f64>() / length(bin);
        self.load.chunks(bin).map(rate).collect()
    }

    /// The load of the policy in normal operation, before the outage.
    fn mean(&self) -> f64 {
        let quiet = self.load.get(index(self.begin)..index(self.outage.0)).unwrap_or_default();
        quiet.iter().copied().map(f64::from).sum::<f64>() / length(quiet).max(1.0)
    }

    fn peak(&self, seconds: std::ops::Range<u32>) -> f64 {
        let bins = index(seconds.start) / BIN..index(seconds.end) / BIN;
        let rates = self.rates(BIN);
        let last = rates.len();
        let bins = rates.get(bins.start.min(last)..bins.end.min(last)).unwrap_or_default();
        bins.iter().copied().fold(0.0, f64::max)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a run has fewer seconds than a double has digits")]
fn length(seconds: &[u32]) -> f64 {
    seconds.len() as f64
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests: u64 = self.load.iter().copied().map(u64::from).sum();
        let mean = self.mean();
        let over = self.outage.1.saturating_add(TEN_MINUTES);
        let (soon, later) = (self.peak(self.outage.1..over), self.peak(over..u32::MAX));
        let Self { name, served, without_credentials, needlessly, .. } = self;
        write!(
            f,
            "{name:<24} {requests:>9} {mean:>7.1} {:>13.1} {:>11.2}  {served:<12}  \
             {without_credentials:<10}  {needlessly}",
            soon / mean,
            later / mean,
        )
    }
}
