//! Keys that sign outside of this crate.

use super::{SigningKey, SigningKeyError};
use crate::algorithm::Algorithm;
use crate::scope::Scope;
use crate::signature::Signature;
use crate::string_to_sign::StringToSign;

/// Placeholder for a key that signs asynchronously, for example in a key management service (KMS).
///
/// A signer with this key prepares requests with [`Signer::prepare`](crate::Signer::prepare). Its
/// other methods return an error.
#[derive(Clone, Debug)]
pub struct RemoteKey {
    algorithm: Algorithm,
    scope: Option<Scope>,
}

impl RemoteKey {
    /// Creates a placeholder for a key of this algorithm. [`Algorithm::V11HmacSha256`] also requires
    /// a [scope](Self::scope).
    #[must_use]
    pub const fn new(algorithm: Algorithm) -> Self {
        Self { algorithm, scope: None }
    }

    /// Sets the scope of a derived key, for [`Algorithm::V11HmacSha256`] only.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope: Some(scope), ..self }
    }
}

impl SigningKey for RemoteKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    fn sign(&self, _: &StringToSign) -> Result<Signature, SigningKeyError> {
        Err(SigningKeyError::new("the key is remote; use `Signer::prepare`"))
    }
}
