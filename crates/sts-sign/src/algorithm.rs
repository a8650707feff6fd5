//! Signing algorithms.

use std::fmt;

use http::HeaderName;

use crate::signed_headers::{X_SDK_CONTENT_SHA256, X_SDK_CONTENT_SM3};

/// Signing algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// `SDK-HMAC-SHA256`, the default.
    HmacSha256,
    /// `V11-HMAC-SHA256`, with a key derived for a day, a region and a service.
    V11HmacSha256,
    /// `SDK-HMAC-SM3`.
    HmacSm3,
    /// `SDK-ECDSA-P256-SHA256`.
    EcdsaP256Sha256,
    /// `SDK-SM2-SM3`.
    Sm2Sm3,
}

impl Algorithm {
    const ALL: [Self; 5] =
        [Self::HmacSha256, Self::V11HmacSha256, Self::HmacSm3, Self::EcdsaP256Sha256, Self::Sm2Sm3];

    /// Returns the name in the `Authorization` header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "SDK-HMAC-SHA256",
            Self::V11HmacSha256 => "V11-HMAC-SHA256",
            Self::HmacSm3 => "SDK-HMAC-SM3",
            Self::EcdsaP256Sha256 => "SDK-ECDSA-P256-SHA256",
            Self::Sm2Sm3 => "SDK-SM2-SM3",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Returns the header that marks an unsigned payload.
    pub(crate) fn payload_header(self) -> &'static HeaderName {
        match self {
            Self::HmacSha256 | Self::V11HmacSha256 | Self::EcdsaP256Sha256 => &X_SDK_CONTENT_SHA256,
            Self::HmacSm3 | Self::Sm2Sm3 => &X_SDK_CONTENT_SM3,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
