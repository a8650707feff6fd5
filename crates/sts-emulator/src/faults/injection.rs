//! When a fault strikes, and how often.

use std::time::Duration;

use sts_proto::Operation;

use super::fault::Fault;

/// A fault, and when it strikes: without more words at every request until the faults are cleared.
///
/// ```
/// use std::time::Duration;
/// use sts_emulator::{Fault, Injection};
/// use sts_proto::AssumeAgency;
///
/// // Of the calls of AssumeAgency within the next minute, every fifth or so; three at most.
/// let injection = Injection::new(Fault::Throttling { retry_after: Some(2) })
///     .only::<AssumeAgency>()
///     .lasting(Duration::from_secs(60))
///     .probability(0.2)
///     .times(3);
/// # let _ = injection;
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Injection {
    pub(super) fault: Fault,
    pub(super) operation: Option<&'static str>,
    pub(super) times: Option<u32>,
    pub(super) probability: Option<f64>,
    pub(super) lasts: Option<Duration>,
}

impl Injection {
    /// `fault`, at every request.
    pub const fn new(fault: Fault) -> Self {
        Self { fault, operation: None, times: None, probability: None, lasts: None }
    }

    /// Strikes so many times, and then no more.
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Strikes with this probability, 0 to 1. The draws follow from the emulator's seed, so equal
    /// requests in equal order see equal faults.
    pub fn probability(self, probability: f64) -> Self {
        Self { probability: Some(probability), ..self }
    }

    /// Strikes for so long after it was injected, on the emulator's clock.
    pub fn lasting(self, time: Duration) -> Self {
        Self { lasts: Some(time), ..self }
    }

    /// Strikes at calls of the operation `O` alone.
    pub fn only<O: Operation>(self) -> Self {
        self.only_named(O::NAME)
    }

    pub(super) fn only_named(self, operation: &'static str) -> Self {
        Self { operation: Some(operation), ..self }
    }
}

impl From<Fault> for Injection {
    fn from(fault: Fault) -> Self {
        Self::new(fault)
    }
}
