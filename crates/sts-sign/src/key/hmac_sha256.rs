//! `SDK-HMAC-SHA256`: HMAC with the secret access key.

use hmac::Hmac;
use sha2::Sha256;

use super::hmac_key::HmacKey;
use super::{Key, Signature};
use crate::algorithm::Algorithm;
use crate::hash::Hash;
use crate::string_to_sign::StringToSign;

pub(crate) struct HmacSha256Key(HmacKey<Hmac<Sha256>>);

impl HmacSha256Key {
    pub(crate) fn new(secret: &str) -> Self {
        Self(HmacKey::new(secret.as_bytes()))
    }
}

impl Key for HmacSha256Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HmacSha256
    }

    fn hash(&self) -> Hash {
        Hash::Sha256
    }

    fn sign(&self, text: &StringToSign<'_>) -> Option<Signature> {
        Some(Signature::mac(&self.0.mac(text)))
    }

    fn verifies(&self, text: &StringToSign<'_>, signature: &[u8]) -> bool {
        self.0.verifies(text, signature)
    }
}
