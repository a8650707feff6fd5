//! Hash functions for payloads and canonical requests.

use hmac::digest::Update;
use hmac::digest::array::typenum::U32;
use sha2::{Digest, Sha256};
#[cfg(feature = "sm3")]
use sm3::Sm3;

use crate::algorithm::Algorithm;
use crate::hex;
use crate::sink::{Written, feed};

/// Hash function with an output of 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    #[cfg(feature = "sm3")]
    Sm3,
}

impl Hash {
    /// Returns the hash function of `algorithm`, or `None` if its feature is not enabled.
    #[cfg_attr(feature = "sm3", expect(clippy::unnecessary_wraps, reason = "fails without it"))]
    pub(crate) const fn of(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::HmacSha256 | Algorithm::V11HmacSha256 | Algorithm::EcdsaP256Sha256 => {
                Some(Self::Sha256)
            }
            #[cfg(feature = "sm3")]
            Algorithm::HmacSm3 | Algorithm::Sm2Sm3 => Some(Self::Sm3),
            #[cfg(not(feature = "sm3"))]
            Algorithm::HmacSm3 | Algorithm::Sm2Sm3 => None,
        }
    }

    /// Returns the hash of `bytes` in hex.
    pub(crate) fn hex_of(self, bytes: &[u8]) -> [u8; 64] {
        hex::encode(&match self {
            Self::Sha256 => Sha256::digest(bytes).into(),
            #[cfg(feature = "sm3")]
            Self::Sm3 => Sm3::digest(bytes).into(),
        })
    }

    /// Returns the hash of `text` in hex.
    pub(crate) fn hex_of_text(self, text: &impl Written) -> [u8; 64] {
        hex::encode(&match self {
            Self::Sha256 => hash_of::<Sha256>(text),
            #[cfg(feature = "sm3")]
            Self::Sm3 => hash_of::<Sm3>(text),
        })
    }
}

/// Returns the hash of `text`.
pub(crate) fn hash_of<D>(text: &impl Written) -> [u8; 32]
where
    D: Digest<OutputSize = U32> + Update,
{
    let mut hash = D::new();
    feed(&mut hash, text);
    hash.finalize().into()
}
