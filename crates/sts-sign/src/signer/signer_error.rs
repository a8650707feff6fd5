//! Errors in the construction of a signer.

use sts_credentials::InvalidCredentials;

use crate::algorithm::Algorithm;
use crate::scope::Scope;

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
    /// Derived key without a scope, or another key with one.
    #[error("{algorithm} requires {}", if *has_scope { "a key without a scope" } else { "a key with a scope" })]
    #[non_exhaustive]
    KeyScope {
        /// Algorithm of the key.
        algorithm: Algorithm,
        /// Whether the key has a scope.
        has_scope: bool,
    },
    /// Algorithm whose hash function is not available.
    #[error("{algorithm} requires the feature `sm3` of sts-sign")]
    #[non_exhaustive]
    Hash {
        /// Algorithm of the key.
        algorithm: Algorithm,
    },
    /// A private key cannot be derived from the credentials. This does not happen in practice.
    #[error("cannot derive a signing key from these credentials")]
    NoPrivateKey,
}

/// Validates the scope of a key.
pub(super) fn check_scope_of(
    algorithm: Algorithm,
    scope: Option<&Scope>,
) -> Result<(), SignerError> {
    match (algorithm, scope) {
        (Algorithm::V11HmacSha256, Some(scope)) => {
            check_scope("region", scope.region())?;
            check_scope("service", scope.service())
        }
        (Algorithm::V11HmacSha256, None) => {
            Err(SignerError::KeyScope { algorithm, has_scope: false })
        }
        (_, Some(_)) => Err(SignerError::KeyScope { algorithm, has_scope: true }),
        (_, None) => Ok(()),
    }
}

/// Validates a part of the scope, which is sent in the `Authorization` header.
fn check_scope(part: &'static str, text: &str) -> Result<(), SignerError> {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && byte != b',' && byte != b'/';
    if text.is_empty() {
        Err(SignerError::EmptyScope { part })
    } else if text.bytes().all(is_allowed) {
        Ok(())
    } else {
        Err(SignerError::Scope { part })
    }
}
