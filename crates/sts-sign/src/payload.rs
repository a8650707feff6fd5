//! The signed payload of a request.

use crate::hash::Hash;
use crate::hex;

/// Body of a request for signing.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// Bytes of the body.
    Bytes(&'a [u8]),
    /// Hash of the body: SHA-256, or SM3 for algorithms with SM3.
    Hash([u8; 32]),
    /// Unsigned body, marked by `UNSIGNED-PAYLOAD` in a signed `X-Sdk-Content-Sha256` (or `-Sm3`)
    /// header. It is not needed for services that accept JSON, such as STS.
    Unsigned,
}

impl std::fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bytes(_) => "Bytes([redacted])",
            Self::Hash(_) => "Hash([redacted])",
            Self::Unsigned => "Unsigned",
        })
    }
}

/// Last line of the canonical request.
pub(crate) enum PayloadLine {
    Hash([u8; 64]),
    Unsigned,
}

impl PayloadLine {
    /// Replacement for the hash of an unsigned body.
    pub(crate) const UNSIGNED: &'static str = "UNSIGNED-PAYLOAD";

    pub(crate) fn of(payload: Payload<'_>, hash: Hash) -> Self {
        match payload {
            Payload::Bytes(bytes) => Self::Hash(hash.hex_of(bytes)),
            Payload::Hash(hash) => Self::Hash(hex::encode(&hash)),
            Payload::Unsigned => Self::Unsigned,
        }
    }

    pub(crate) const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Hash(hex) => hex,
            Self::Unsigned => Self::UNSIGNED.as_bytes(),
        }
    }
}
