//! The algorithms, and what differs between them.

mod hmac_key;
mod v11;

use std::fmt;

use hmac::Hmac;
use http::HeaderName;
use sha2::{Digest, Sha256};

use self::hmac_key::HmacKey;
use self::v11::V11Key;
use crate::date::SdkDate;
use crate::hex;
use crate::keys::InvalidKeys;
use crate::scope::Scope;
use crate::signed_headers::{X_SDK_CONTENT_SHA256, X_SDK_CONTENT_SM3};
use crate::sink::{Hashing, Written};
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
    const ALL: [Self; 5] = [
        Self::HmacSha256,
        Self::V11HmacSha256,
        Self::HmacSm3,
        Self::EcdsaP256Sha256,
        Self::Sm2Sm3,
    ];

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

    /// The algorithm of that name on the wire.
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

/// The hash of bodies and canonical requests.
#[derive(Clone, Copy)]
pub(crate) enum Hash {
    Sha256,
}

impl Hash {
    /// The hash of `bytes`, in hex.
    pub(crate) fn hex_of(self, bytes: &[u8]) -> [u8; 64] {
        match self {
            Self::Sha256 => hex::encode(&Sha256::digest(bytes).into()),
        }
    }

    /// The hash of what `text` writes, in hex.
    pub(crate) fn hex_of_written(self, text: &impl Written) -> [u8; 64] {
        match self {
            Self::Sha256 => {
                let mut hash = Sha256::new();
                text.write_to(&mut Hashing(&mut hash));
                hex::encode(&hash.finalize().into())
            }
        }
    }
}

/// A key, ready to sign.
pub(crate) enum Key {
    HmacSha256(HmacKey<Hmac<Sha256>>),
    V11(V11Key),
}

impl Key {
    pub(crate) fn hmac_sha256(secret: &str) -> Self {
        Self::HmacSha256(HmacKey::new(secret.as_bytes()))
    }

    pub(crate) fn v11(id: &str, secret: &str, scope: &Scope) -> Result<Self, InvalidKeys> {
        V11Key::new(id, secret, scope).map(Self::V11)
    }

    pub(crate) const fn algorithm(&self) -> Algorithm {
        match self {
            Self::HmacSha256(_) => Algorithm::HmacSha256,
            Self::V11(_) => Algorithm::V11HmacSha256,
        }
    }

    pub(crate) const fn hash(&self) -> Hash {
        match self {
            Self::HmacSha256(_) | Self::V11(_) => Hash::Sha256,
        }
    }

    /// `/REGION/SERVICE` for a derived key.
    pub(crate) fn scope_suffix(&self) -> Option<&str> {
        match self {
            Self::V11(key) => Some(key.scope_suffix()),
            Self::HmacSha256(_) => None,
        }
    }

    pub(crate) fn sign(&self, date: &SdkDate, text: &StringToSign<'_>) -> Signature {
        match self {
            Self::HmacSha256(key) => Signature::Mac(key.mac(text)),
            Self::V11(key) => Signature::Mac(key.of_day(date).mac(text)),
        }
    }

    /// In constant time.
    pub(crate) fn verifies(
        &self,
        date: &SdkDate,
        text: &StringToSign<'_>,
        signature: &[u8],
    ) -> bool {
        match self {
            Self::HmacSha256(key) => key.verifies(text, signature),
            Self::V11(key) => key.of_day(date).verifies(text, signature),
        }
    }
}

/// A signature.
pub(crate) enum Signature {
    Mac([u8; 32]),
}

impl Signature {
    pub(crate) const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Mac(bytes) => bytes,
        }
    }
}
