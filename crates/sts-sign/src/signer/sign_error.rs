//! Errors in the signing of a request.

use http::HeaderName;

use crate::algorithm::Algorithm;
use crate::canonical_request::Unsignable;
use crate::key::SigningKeyError;

/// Error returned when a request cannot be signed. The request is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// Missing host: neither the URI nor a `Host` header contains one.
    #[error("missing host; use an absolute URI or set the Host header")]
    NoHost,
    /// Header value with characters other than visible ASCII, which implementations encode
    /// differently.
    #[error("header {name} cannot be signed: value is not visible ASCII")]
    #[non_exhaustive]
    HeaderValue {
        /// Name of the header in lower case.
        name: String,
    },
    /// Header with several values, which implementations join differently.
    #[error("header {name} cannot be signed: duplicate header; join the values or do not sign it")]
    #[non_exhaustive]
    RepeatedHeader {
        /// Name of the header in lower case.
        name: String,
    },
    /// Date out of range: `X-Sdk-Date` has a year of four digits.
    #[error("signing date out of range (year 0-9999); check the system clock")]
    Date,
    /// The signing key cannot sign.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// Signature of an invalid length: a MAC has 32 bytes, any other signature at least one.
    #[error("invalid signature: {length} bytes for {algorithm}; a MAC must have 32 bytes")]
    #[non_exhaustive]
    SignatureLength {
        /// Length in bytes.
        length: usize,
        /// Signing algorithm.
        algorithm: Algorithm,
    },
    /// Too many headers: an [`http::HeaderMap`] is limited to 32768.
    #[error("too many headers in the request")]
    TooManyHeaders,
}

impl SignError {
    pub(super) fn value(name: &HeaderName) -> Self {
        Unsignable::Value(name.as_str()).into()
    }
}

impl From<Unsignable<'_>> for SignError {
    fn from(header: Unsignable<'_>) -> Self {
        match header {
            Unsignable::Value(name) => Self::HeaderValue { name: name.to_owned() },
            Unsignable::Repeated(name) => Self::RepeatedHeader { name: name.to_owned() },
        }
    }
}
