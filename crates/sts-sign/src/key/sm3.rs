//! `SDK-HMAC-SM3`: `SDK-HMAC-SHA256` with SM3 instead of SHA-256.

use hmac::Hmac;
use sm3::Sm3;

use super::hmac_key::HmacKey;
use super::{SigningKey, SigningKeyError};
use crate::algorithm::Algorithm;
use crate::signature::Signature;
use crate::string_to_sign::StringToSign;

pub(crate) struct HmacSm3Key(HmacKey<Hmac<Sm3>>);

impl HmacSm3Key {
    pub(crate) fn new(secret: &str) -> Self {
        Self(HmacKey::new(secret.as_bytes()))
    }
}

impl SigningKey for HmacSm3Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HmacSm3
    }

    fn sign(&self, text: &StringToSign) -> Result<Signature, SigningKeyError> {
        Ok(Signature::from_bytes(&self.0.mac(text)))
    }

    fn verify(&self, text: &StringToSign, signature: &[u8]) -> Result<bool, SigningKeyError> {
        Ok(self.0.verifies(text, signature))
    }
}
