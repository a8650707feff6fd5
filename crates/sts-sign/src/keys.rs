//! What can be signed with.

use sts_credentials::InvalidCredentials;

/// Error returned when a signer cannot be made. It never contains the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// A part of the credentials is empty or cannot be sent.
    #[error(transparent)]
    Credentials(#[from] InvalidCredentials),
    /// The region or the service of a derived key is empty.
    #[error("the {part} is empty")]
    #[non_exhaustive]
    EmptyScope {
        /// `region` or `service`.
        part: &'static str,
    },
    /// The region or the service of a derived key goes into a header in which commas and slashes
    /// separate.
    #[error("the {part} contains a comma, a slash or a character that is not visible ASCII")]
    #[non_exhaustive]
    Scope {
        /// `region` or `service`.
        part: &'static str,
    },
    /// No private key follows from the credentials, which does not happen in practice.
    #[error("cannot derive a signing key from these credentials")]
    NoPrivateKey,
}

/// Checks a part of the scope, which stands in the `Authorization` header.
pub(crate) fn check_scope(part: &'static str, text: &str) -> Result<(), InvalidKeys> {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && byte != b',' && byte != b'/';
    if text.is_empty() {
        Err(InvalidKeys::EmptyScope { part })
    } else if text.bytes().all(is_allowed) {
        Ok(())
    } else {
        Err(InvalidKeys::Scope { part })
    }
}
