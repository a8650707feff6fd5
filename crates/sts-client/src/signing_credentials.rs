//! Credentials with their signer.

use std::fmt;
use std::sync::Arc;

use sts_proto::Credentials;
use sts_sign::{Signer, SignerError};

/// Credentials with a signer prepared from them. The preparation is a significant part of the cost
/// of a signature.
pub(crate) struct SigningCredentials {
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) signer: Signer,
}

impl SigningCredentials {
    pub(crate) fn new(credentials: &Arc<Credentials>) -> Result<Self, SignerError> {
        let signer = Signer::new(credentials)?;
        Ok(Self { credentials: Arc::clone(credentials), signer })
    }
}

impl fmt::Debug for SigningCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningCredentials")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
