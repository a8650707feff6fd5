//! Errors of signing keys.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// Error returned when a [`SigningKey`](crate::SigningKey) cannot sign. The cause must not contain a
/// secret.
#[derive(Clone)]
pub struct SigningKeyError(Arc<dyn StdError + Send + Sync>);

impl SigningKeyError {
    /// Creates an error from its cause: an error of the module, or a message.
    #[must_use]
    pub fn new(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(cause.into().into())
    }

    /// ECDSA or SM2 has no signature for this text, with a probability of about 2^-256.
    #[cfg(any(feature = "p256", feature = "sm2"))]
    pub(super) fn no_signature() -> Self {
        Self::new("signing failed for this date; retry with another date")
    }
}

impl fmt::Display for SigningKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("signing key is not available")
    }
}

impl fmt::Debug for SigningKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKeyError").field(&self.0).finish()
    }
}

impl PartialEq for SigningKeyError {
    /// Clones of one error are equal.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for SigningKeyError {}

impl StdError for SigningKeyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
