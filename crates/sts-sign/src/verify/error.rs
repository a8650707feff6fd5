//! Errors in the verification of a request.

use time::OffsetDateTime;

use crate::algorithm::Algorithm;
use crate::authorization::InvalidAuthorization;
use crate::canonical_request::Unsignable;
use crate::explain::Explanation;
use crate::key::SigningKeyError;

/// Error returned when a request fails verification. It never contains the value of a secret header.
/// The [explanation](Self::explanation) of a signature mismatch contains the query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Missing `Authorization` header.
    #[error("missing Authorization header")]
    Missing,
    /// Unsupported authentication scheme.
    #[error("unsupported scheme {scheme:?} in the Authorization header")]
    #[non_exhaustive]
    OtherScheme {
        /// Scheme of the header.
        scheme: String,
    },
    /// Malformed header.
    #[error("header {header} is malformed: {problem}")]
    #[non_exhaustive]
    Malformed {
        /// Name of the header in lower case.
        header: String,
        /// Description of the problem.
        problem: &'static str,
    },
    /// Header that must be signed, but is not.
    #[error("header {header} is not signed; add it to SignedHeaders")]
    #[non_exhaustive]
    NotSigned {
        /// Name of the header in lower case.
        header: String,
    },
    /// Missing header that is signed or mandatory.
    #[error("missing signed header {header}")]
    #[non_exhaustive]
    Absent {
        /// Name of the header in lower case.
        header: String,
    },
    /// Date outside the tolerance.
    #[error(
        "request date is {} seconds {} the verifier's clock",
        (*date - *now).whole_seconds().unsigned_abs(),
        if date < now { "behind" } else { "ahead of" }
    )]
    #[non_exhaustive]
    DateOff {
        /// Date of the request.
        date: OffsetDateTime,
        /// Time of the verifier.
        now: OffsetDateTime,
    },
    /// Unknown access key.
    #[error("unknown access key {access_key_id:?}")]
    #[non_exhaustive]
    UnknownKey {
        /// Access key id of the request.
        access_key_id: String,
    },
    /// Unexpected algorithm for this access key.
    #[error("unexpected algorithm {presented}; expected {expected}")]
    #[non_exhaustive]
    OtherAlgorithm {
        /// Algorithm of the request.
        presented: Algorithm,
        /// Algorithm of the signer.
        expected: Algorithm,
    },
    /// Unexpected day, region or service of a derived key.
    #[error("unexpected day, region or service in Credential")]
    OtherScope,
    /// Missing security token.
    #[error("missing X-Security-Token header for temporary credentials")]
    TokenMissing,
    /// Security token of another access key.
    #[error("security token does not belong to this access key")]
    TokenWrong,
    /// The signing key cannot verify.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// Signature mismatch.
    #[error("signature mismatch: wrong secret key, or the request was modified after signing")]
    #[non_exhaustive]
    SignatureMismatch {
        /// Canonical request and string to sign of the verifier.
        explanation: Box<Explanation>,
    },
}

impl VerifyError {
    /// Returns the redacted canonical request of the verifier for a signature mismatch.
    #[must_use]
    pub fn canonical_request(&self) -> Option<&str> {
        self.explanation().map(Explanation::canonical_request)
    }

    /// Returns the redacted canonical request and string to sign for a signature mismatch.
    #[must_use]
    pub fn explanation(&self) -> Option<&Explanation> {
        match self {
            Self::SignatureMismatch { explanation } => Some(explanation),
            _ => None,
        }
    }

    pub(super) fn malformed(header: &str, problem: &'static str) -> Self {
        Self::Malformed { header: header.to_owned(), problem }
    }

    pub(super) fn absent(header: &str) -> Self {
        Self::Absent { header: header.to_owned() }
    }
}

impl From<InvalidAuthorization<'_>> for VerifyError {
    fn from(error: InvalidAuthorization<'_>) -> Self {
        match error {
            InvalidAuthorization::Scheme(scheme) => Self::OtherScheme { scheme: scheme.to_owned() },
            InvalidAuthorization::Part(problem) => Self::malformed("authorization", problem),
        }
    }
}

impl From<Unsignable<'_>> for VerifyError {
    fn from(header: Unsignable<'_>) -> Self {
        match header {
            Unsignable::Value(name) => Self::malformed(name, "value is not visible ASCII"),
            Unsignable::Repeated(name) => Self::malformed(name, "signed header has several values"),
        }
    }
}
