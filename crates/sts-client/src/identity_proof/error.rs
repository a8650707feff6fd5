//! Errors of identity proofs.

use sts_credentials::CredentialsError;
use sts_proto::InvalidRequest;
use sts_sign::{SignError, SignerError, VerifyError};

/// Error returned when a proof cannot be signed. It never contains a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresignError {
    /// The credential provider has no credentials.
    #[error("no credentials to sign the proof with")]
    Credentials(#[from] CredentialsError),
    /// The credentials cannot sign.
    #[error("credentials of the provider cannot sign")]
    Signer(#[from] SignerError),
    /// Invalid endpoint.
    #[error("invalid request for the proof")]
    Endpoint(#[from] InvalidRequest),
    /// The request cannot be signed.
    #[error("proof cannot be signed")]
    Sign(#[from] SignError),
    /// Empty audience, or one that is not visible ASCII.
    #[error("invalid audience: must be visible ASCII without spaces, and not empty")]
    Audience,
}

/// Error returned when a proof is rejected before it is forwarded. It never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidProof {
    /// The text is not a proof.
    #[error("invalid identity proof: {0}")]
    Format(&'static str),
    /// Another request than `GetCallerIdentity` at an allowed endpoint.
    #[error("identity proof is not a GetCallerIdentity request to an allowed endpoint")]
    Target,
    /// Header that does not belong to a proof.
    #[error("unexpected header {name} in the identity proof")]
    #[non_exhaustive]
    Header {
        /// Name of the header in lower case.
        name: String,
    },
    /// Missing or unsigned audience, or the audience of another service.
    #[error("identity proof is for another audience, or its audience is not signed")]
    Audience,
    /// Invalid signature headers, or a date outside of the age limit.
    #[error("invalid signature of the identity proof")]
    Signature(#[from] VerifyError),
    /// Date in the future.
    #[error("identity proof has a date in the future; check both clocks")]
    Future,
}
