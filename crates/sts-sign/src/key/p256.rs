//! `SDK-ECDSA-P256-SHA256`: ECDSA on P-256 with a deterministic nonce (RFC 6979).

use hmac::Hmac;
use p256::ecdsa;
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use sha2::Sha256;

use super::{SigningKey, SigningKeyError, private_key};
use crate::algorithm::Algorithm;
use crate::hash::hash_of;
use crate::signature::Signature;
use crate::string_to_sign::StringToSign;

pub(crate) struct P256Key(ecdsa::SigningKey);

impl P256Key {
    /// Returns `None` if a private key cannot be derived. This does not happen in practice.
    pub(crate) fn new(access_key_id: &str, secret: &str) -> Option<Self> {
        let accept = |number: &[u8; 32]| ecdsa::SigningKey::from_slice(number).ok();
        let algorithm = Algorithm::EcdsaP256Sha256;
        private_key::derive::<Hmac<Sha256>, _>(algorithm, access_key_id, secret, accept).map(Self)
    }
}

impl SigningKey for P256Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EcdsaP256Sha256
    }

    fn sign(&self, text: &StringToSign) -> Result<Signature, SigningKeyError> {
        let hash = hash_of::<Sha256>(text);
        let signature: ecdsa::Signature =
            self.0.sign_prehash(&hash).map_err(|_| SigningKeyError::no_signature())?;
        Ok(Signature::from_bytes(signature.to_der().as_bytes()))
    }

    fn verify(&self, text: &StringToSign, signature: &[u8]) -> Result<bool, SigningKeyError> {
        let hash = hash_of::<Sha256>(text);
        Ok(ecdsa::Signature::from_der(signature)
            .and_then(|signature| self.0.verifying_key().verify_prehash(&hash, &signature))
            .is_ok())
    }
}
