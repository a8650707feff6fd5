//! Why a request does not verify.

use time::OffsetDateTime;

use crate::algorithm::Algorithm;
use crate::authorization::Unreadable;
use crate::canonical_request::Unsignable;
use crate::explain::Explanation;

/// Why a request does not verify. No secret is part of the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The request is not signed.
    #[error("the request has no Authorization header")]
    Missing,
    /// The request is authorized in another way.
    #[error("the Authorization header has the scheme {scheme:?}, which is no signing algorithm")]
    #[non_exhaustive]
    OtherScheme {
        /// Its first word.
        scheme: String,
    },
    /// A header does not have its form.
    #[error("header {header} is malformed: {problem}")]
    #[non_exhaustive]
    Malformed {
        /// The header's name, in lower case.
        header: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A header must be signed and is not.
    #[error("header {header} is not signed: name it in SignedHeaders")]
    #[non_exhaustive]
    NotSigned {
        /// The header's name, in lower case.
        header: String,
    },
    /// A header is named as signed, or must be there, and did not arrive.
    #[error("header {header} is signed but did not arrive")]
    #[non_exhaustive]
    Absent {
        /// The header's name, in lower case.
        header: String,
    },
    /// The date is too far from the verifier's clock.
    #[error(
        "the request is dated {} seconds {} the verifier's clock",
        (*date - *now).whole_seconds().unsigned_abs(),
        if date < now { "behind" } else { "ahead of" }
    )]
    #[non_exhaustive]
    DateOff {
        /// The date in the request.
        date: OffsetDateTime,
        /// The date it was compared with.
        now: OffsetDateTime,
    },
    /// There is no such key.
    #[error("access key {access_key_id:?} is unknown")]
    #[non_exhaustive]
    UnknownKey {
        /// The access key id in the request.
        access_key_id: String,
    },
    /// The key signs with another algorithm.
    #[error("the request is signed with {presented}, where {expected} is expected")]
    #[non_exhaustive]
    OtherAlgorithm {
        /// The one in the request.
        presented: Algorithm,
        /// The one of the signer that was looked up.
        expected: Algorithm,
    },
    /// The key was derived for another day, region or service.
    #[error("the Credential names another day, region or service")]
    OtherScope,
    /// The key is temporary, and the request has no token.
    #[error("the key is temporary, but the request has no X-Security-Token header")]
    TokenMissing,
    /// The token is not the key's.
    #[error("the security token is not the one of this access key")]
    TokenWrong,
    /// The signature is not that of this request and key.
    #[error("the signature does not match: wrong secret, or the request was signed otherwise")]
    #[non_exhaustive]
    SignatureMismatch {
        /// What the verifier computed, to be compared with what was signed.
        explanation: Box<Explanation>,
    },
}

impl VerifyError {
    /// The canonical request that the verifier computed, when it came so far. The value of a
    /// security token reads `[redacted]`.
    #[must_use]
    pub fn canonical_request(&self) -> Option<&str> {
        self.explanation().map(Explanation::canonical_request)
    }

    /// The same with the string to sign, when the verifier came so far.
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

impl From<Unreadable<'_>> for VerifyError {
    fn from(unreadable: Unreadable<'_>) -> Self {
        match unreadable {
            Unreadable::Scheme(scheme) => Self::OtherScheme { scheme: scheme.to_owned() },
            Unreadable::Part(problem) => Self::malformed("authorization", problem),
        }
    }
}

impl From<Unsignable<'_>> for VerifyError {
    fn from(header: Unsignable<'_>) -> Self {
        match header {
            Unsignable::Value(name) => Self::malformed(name, "its value is not visible ASCII"),
            Unsignable::Repeated(name) => {
                Self::malformed(name, "it is signed and has several values")
            }
        }
    }
}
