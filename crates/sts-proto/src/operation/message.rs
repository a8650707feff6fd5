//! The private part of an operation.

use serde::Serialize;

use crate::validate::Checks;

/// Parts that an operation supplies to the shared steps. It also seals
/// [`Operation`](super::Operation).
#[expect(unnameable_types, reason = "what cannot be named cannot be implemented elsewhere")]
pub trait Message: Serialize {
    /// Reports every limit that does not hold.
    fn check(&self, checks: &mut Checks);

    /// Returns whether the request contains a part that is used up by sending it.
    fn is_one_time(&self) -> bool {
        false
    }

    /// Returns the approximate size of the JSON in bytes. It should be large enough for most
    /// requests, so that the block with the secrets is not moved.
    fn size(&self) -> usize {
        512
    }
}

impl<O: Message> Message for &O {
    fn check(&self, checks: &mut Checks) {
        O::check(self, checks);
    }

    fn is_one_time(&self) -> bool {
        O::is_one_time(self)
    }

    fn size(&self) -> usize {
        O::size(self)
    }
}
