//! Errors in signing with a credential provider.

use std::time::Duration;

use sts_credentials::{CredentialsError, ErrorKind};

use crate::signer::{SignError, SignerError};

/// Error returned when a [`RequestSigner`](crate::RequestSigner) cannot sign a request. The request
/// is unchanged.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestSignError {
    /// The credential provider has no credentials.
    #[error("no credentials to sign the request with")]
    Credentials(#[from] CredentialsError),
    /// The credentials of the provider cannot sign.
    #[error("credentials of the provider cannot sign")]
    Signer(#[from] SignerError),
    /// The request cannot be signed.
    #[error("request cannot be signed")]
    Request(#[from] SignError),
    /// The service rejected the credentials, and the provider has no others.
    #[error("access key {access_key_id} was rejected, and the provider has no other credentials")]
    #[non_exhaustive]
    Rejected {
        /// Access key id.
        access_key_id: String,
        /// Time after which the signer uses these credentials again; `None` for the next call.
        retry_in: Option<Duration>,
    },
    /// The service rejected the signing date several times, and the clock offset could not be
    /// corrected.
    #[error(
        "access key {access_key_id} is held back, because the service rejected the signing date; \
         check the system clock"
    )]
    #[non_exhaustive]
    SigningDate {
        /// Access key id.
        access_key_id: String,
        /// Time after which the signer uses these credentials again; `None` for the next call.
        retry_in: Option<Duration>,
    },
}

impl RequestSignError {
    /// Returns the kind of the error, with its retry advice: the kind of a [`CredentialsError`],
    /// [`ErrorKind::InvalidCredentials`] for rejected credentials, [`ErrorKind::ClockSkew`] for a
    /// rejected signing date, and [`ErrorKind::InvalidRequest`] for a request that cannot be signed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Credentials(error) => error.kind(),
            Self::Signer(_) => ErrorKind::Credentials,
            Self::Request(_) => ErrorKind::InvalidRequest,
            Self::Rejected { .. } => ErrorKind::InvalidCredentials,
            Self::SigningDate { .. } => ErrorKind::ClockSkew,
        }
    }

    /// Returns how long after this error a request can be signed, if it is known.
    #[must_use]
    pub fn retry_in(&self) -> Option<Duration> {
        match self {
            Self::Credentials(error) => error.retry_in(),
            Self::Rejected { retry_in, .. } | Self::SigningDate { retry_in, .. } => *retry_in,
            Self::Signer(_) | Self::Request(_) => None,
        }
    }
}
