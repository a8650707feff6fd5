//! `SDK-HMAC-SM3`: `SDK-HMAC-SHA256` with SM3 instead of SHA-256.

use hmac::Hmac;
use sm3::Sm3;

use super::hmac_key::HmacKey;
use super::{Key, Signature};
use crate::algorithm::Algorithm;
use crate::hash::Hash;
use crate::string_to_sign::StringToSign;

pub(crate) struct HmacSm3Key(HmacKey<Hmac<Sm3>>);

impl HmacSm3Key {
    pub(crate) fn new(secret: &str) -> Self {
        Self(HmacKey::new(secret.as_bytes()))
    }
}

impl Key for HmacSm3Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HmacSm3
    }

    fn hash(&self) -> Hash {
        Hash::Sm3
    }

    fn sign(&self, text: &StringToSign<'_>) -> Option<Signature> {
        Some(Signature::mac(&self.0.mac(text)))
    }

    fn verifies(&self, text: &StringToSign<'_>, signature: &[u8]) -> bool {
        self.0.verifies(text, signature)
    }
}
