//! Why a request cannot be signed.

use http::HeaderName;

use crate::canonical_request::Unsignable;

/// A request that cannot be signed. It was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// There is neither a host in the URI nor a `Host` header.
    #[error("the request has no host: give it an absolute URI or a Host header")]
    NoHost,
    /// Signers and gateways differ about anything but visible ASCII.
    #[error("the value of header {name} is not visible ASCII and cannot be signed")]
    #[non_exhaustive]
    HeaderValue {
        /// The header's name, in lower case.
        name: String,
    },
    /// Signers and gateways differ about headers with several values.
    #[error("header {name} has several values and cannot be signed: join them, or do not sign it")]
    #[non_exhaustive]
    RepeatedHeader {
        /// The header's name, in lower case.
        name: String,
    },
    /// `X-Sdk-Date` has four digits for the year.
    #[error("the date is outside the years 0 to 9999: is the clock set?")]
    Date,
    /// An algorithm on a curve has no signature for this request, once in 2^256.
    #[error("no signature can be made of this request at this date: take another")]
    NoSignature,
    /// An [`http::HeaderMap`] holds 32768 headers at most.
    #[error("the request has too many headers")]
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
