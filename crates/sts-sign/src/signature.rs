//! Signatures in hex.

use crate::hex;

/// Signature of a [`StringToSign`](crate::StringToSign), as a [`SigningKey`](crate::SigningKey)
/// returns it.
#[derive(Clone)]
pub struct Signature(Digits);

#[derive(Clone)]
enum Digits {
    /// MAC of 32 bytes.
    Mac([u8; 64]),
    /// Any other length.
    Other(Vec<u8>),
}

impl Signature {
    /// Creates a signature from its bytes: the 32 bytes of an HMAC, or the DER encoding of an ECDSA
    /// or SM2 signature.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        if let Ok(code) = bytes.try_into() {
            return Self(Digits::Mac(hex::encode(code)));
        }
        let mut digits = vec![0; 2 * bytes.len()];
        hex::write(bytes, &mut digits);
        Self(Digits::Other(digits))
    }

    pub(crate) fn as_hex(&self) -> &[u8] {
        match &self.0 {
            Digits::Mac(digits) => digits,
            Digits::Other(digits) => digits,
        }
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signature([redacted])")
    }
}
