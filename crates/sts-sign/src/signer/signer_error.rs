//! Errors in the construction of a signer.

use sts_credentials::InvalidCredentials;

/// Error returned when a [`Signer`](crate::Signer) cannot be created. It never contains a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// Invalid credentials.
    #[error(transparent)]
    Credentials(#[from] InvalidCredentials),
    /// Empty region or service of a derived key.
    #[error("empty {part}")]
    #[non_exhaustive]
    EmptyScope {
        /// `region` or `service`.
        part: &'static str,
    },
    /// Invalid region or service of a derived key.
    #[error("invalid {part}: must contain only visible ASCII without commas and slashes")]
    #[non_exhaustive]
    Scope {
        /// `region` or `service`.
        part: &'static str,
    },
    /// A private key cannot be derived from the credentials. This does not happen in practice.
    #[error("cannot derive a signing key from these credentials")]
    NoPrivateKey,
}

/// Validates a part of the scope, which is sent in the `Authorization` header.
pub(super) fn check_scope(part: &'static str, text: &str) -> Result<(), SignerError> {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && byte != b',' && byte != b'/';
    if text.is_empty() {
        Err(SignerError::EmptyScope { part })
    } else if text.bytes().all(is_allowed) {
        Ok(())
    } else {
        Err(SignerError::Scope { part })
    }
}
