//! The body of a request, as far as the signature covers it.

use crate::hash::Hash;
use crate::hex;

/// What is signed of the body.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// The bytes as they will be sent.
    Bytes(&'a [u8]),
    /// Their hash, made by the caller: SHA-256, or SM3 for the algorithms with SM3.
    Hash([u8; 32]),
    /// Nothing: `UNSIGNED-PAYLOAD` stands in place of the hash, and the request says so in a
    /// signed `X-Sdk-Content-Sha256` (or `-Sm3`) header. Services that take JSON, as STS does,
    /// never need it.
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

/// The last line of the canonical request.
pub(crate) enum PayloadLine {
    Hash([u8; 64]),
    Unsigned,
}

impl PayloadLine {
    /// What stands in place of the hash when the body is not signed.
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
