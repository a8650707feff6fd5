//! Signing keys, one file per algorithm.

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

pub(crate) use self::hmac_sha256::HmacSha256Key;
#[cfg(feature = "p256")]
pub(crate) use self::p256::P256Key;
#[cfg(feature = "sm2")]
pub(crate) use self::sm2::Sm2Key;
#[cfg(feature = "sm3")]
pub(crate) use self::sm3::HmacSm3Key;
pub(crate) use self::v11::V11Key;
use crate::algorithm::Algorithm;
use crate::hash::Hash;
use crate::hex;
use crate::scope::Scope;
use crate::string_to_sign::StringToSign;

/// Prepared signing key. It is wiped on drop.
pub(crate) trait Key: Send + Sync {
    fn algorithm(&self) -> Algorithm;

    /// Returns the hash function for payloads and canonical requests.
    fn hash(&self) -> Hash;

    /// Returns the scope of a derived key.
    fn scope(&self) -> Option<&Scope> {
        None
    }

    /// Signs `text`. Returns `None` if an ECDSA or SM2 signature cannot be computed, with a
    /// probability of about 2^-256.
    fn sign(&self, text: &StringToSign<'_>) -> Option<Signature>;

    /// Verifies `signature` in constant time.
    fn verifies(&self, text: &StringToSign<'_>, signature: &[u8]) -> bool;
}

/// Signature in hex.
pub(crate) enum Signature {
    /// MAC of 32 bytes.
    Mac([u8; 64]),
    /// DER encoding of variable length.
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
