//! The algorithms: their names, and what a key of each has to do.

mod hmac_key;
mod hmac_sha256;
#[cfg(feature = "p256")]
mod p256;
#[cfg(any(feature = "p256", feature = "sm2"))]
mod private_key;
#[cfg(feature = "sm2")]
mod sm2;
#[cfg(feature = "sm3")]
mod sm3;
mod v11;

use std::fmt;

use http::HeaderName;

pub(crate) use self::hmac_sha256::HmacSha256Key;
#[cfg(feature = "p256")]
pub(crate) use self::p256::P256Key;
#[cfg(feature = "sm2")]
pub(crate) use self::sm2::Sm2Key;
#[cfg(feature = "sm3")]
pub(crate) use self::sm3::HmacSm3Key;
pub(crate) use self::v11::V11Key;
use crate::hash::Hash;
use crate::hex;
use crate::scope::Scope;
use crate::signed_headers::{X_SDK_CONTENT_SHA256, X_SDK_CONTENT_SM3};
use crate::string_to_sign::StringToSign;

/// A signing algorithm, as named in the `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// `SDK-HMAC-SHA256`, the usual one.
    HmacSha256,
    /// `V11-HMAC-SHA256`: a key derived for a day, a region and a service.
    V11HmacSha256,
    /// `SDK-HMAC-SM3`
    HmacSm3,
    /// `SDK-ECDSA-P256-SHA256`
    EcdsaP256Sha256,
    /// `SDK-SM2-SM3`
    Sm2Sm3,
}

impl Algorithm {
    const ALL: [Self; 5] =
        [Self::HmacSha256, Self::V11HmacSha256, Self::HmacSm3, Self::EcdsaP256Sha256, Self::Sm2Sm3];

    /// The name on the wire.
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

    /// The header that says that the payload is not signed.
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

/// A key of one of the algorithms, ready to sign. It wipes itself at the end.
pub(crate) trait Key: Send + Sync {
    fn algorithm(&self) -> Algorithm;

    /// The hash of payloads and canonical requests.
    fn hash(&self) -> Hash;

    /// What the key is derived for, if it is.
    fn scope(&self) -> Option<&Scope> {
        None
    }

    /// `None` in the one case of 2^256 in which a signature on a curve cannot be made.
    fn sign(&self, text: &StringToSign<'_>) -> Option<Signature>;

    /// Whether `signature` is one of `text`. It takes the same time wherever they differ.
    fn verifies(&self, text: &StringToSign<'_>, signature: &[u8]) -> bool;
}

/// A signature in hex.
pub(crate) enum Signature {
    /// 32 bytes of a MAC.
    Mac([u8; 64]),
    /// The DER form of two numbers, whose length varies.
    #[cfg(any(feature = "p256", feature = "sm2"))]
    Der(Vec<u8>),
}

impl Signature {
    fn mac(code: &[u8; 32]) -> Self {
        Self::Mac(hex::encode(code))
    }

    #[cfg(any(feature = "p256", feature = "sm2"))]
    fn der(numbers: &[u8]) -> Self {
        let mut digits = vec![0; 2 * numbers.len()];
        hex::write(numbers, &mut digits);
        Self::Der(digits)
    }

    pub(crate) fn as_hex(&self) -> &[u8] {
        match self {
            Self::Mac(digits) => digits,
            #[cfg(any(feature = "p256", feature = "sm2"))]
            Self::Der(digits) => digits,
        }
    }
}
