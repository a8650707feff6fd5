//! `SDK-HMAC-SHA256`: HMAC with the secret access key.

use hmac::Hmac;
use sha2::Sha256;

use super::hmac_key::HmacKey;
use super::{SigningKey, SigningKeyError};
use crate::algorithm::Algorithm;
use crate::signature::Signature;
use crate::string_to_sign::StringToSign;

pub(crate) struct HmacSha256Key(HmacKey<Hmac<Sha256>>);

impl HmacSha256Key {
    pub(crate) fn new(secret: &str) -> Self {
        Self(HmacKey::new(secret.as_bytes()))
    }
}

impl SigningKey for HmacSha256Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HmacSha256
    }

    fn sign(&self, text: &StringToSign) -> Result<Signature, SigningKeyError> {
        Ok(Signature::from_bytes(&self.0.mac(text)))
    }

    fn verify(&self, text: &StringToSign, signature: &[u8]) -> Result<bool, SigningKeyError> {
        Ok(self.0.verifies(text, signature))
    }
}
