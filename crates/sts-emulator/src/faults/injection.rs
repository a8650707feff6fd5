//! When and how often a fault applies.

use std::time::Duration;

use sts_proto::Operation;

use super::fault::Fault;
use crate::model::operation;

/// A fault, and the requests that it applies to: by default all requests until the faults are
/// cleared.
///
/// ```
/// use std::time::Duration;
/// use sts_emulator::{Fault, Injection};
/// use sts_proto::AssumeAgency;
///
/// // About every fifth AssumeAgency request of the next minute, at most three.
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
    /// Applies `fault` to every request.
    pub const fn new(fault: Fault) -> Self {
        Self { fault, operation: None, times: None, probability: None, lasts: None }
    }

    /// Limits the number of requests that the fault applies to.
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Applies the fault with this probability, 0 to 1. Draws depend only on the emulator's seed
    /// and on the order of requests.
    pub fn probability(self, probability: f64) -> Self {
        Self { probability: Some(probability), ..self }
    }

    /// Ends the injection after this duration on the emulator's clock.
    pub fn lasting(self, time: Duration) -> Self {
        Self { lasts: Some(time), ..self }
    }

    /// Limits the fault to requests of the operation `O`.
    pub fn only<O: Operation>(self) -> Self {
        Self { operation: Some(O::NAME), ..self }
    }

    /// Limits the fault to requests of the operation with this name, of any emulated service.
    /// Returns `None` if there is no operation of this name.
    #[must_use]
    pub fn only_named(self, operation: &str) -> Option<Self> {
        let operation = Some(operation::named(operation)?);
        Some(Self { operation, ..self })
    }
}

impl From<Fault> for Injection {
    fn from(fault: Fault) -> Self {
        Self::new(fault)
    }
}
