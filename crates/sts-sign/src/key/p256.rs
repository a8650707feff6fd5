//! `SDK-ECDSA-P256-SHA256`: ECDSA on P-256 with a deterministic nonce (RFC 6979).

use hmac::Hmac;
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::{self, SigningKey};
use sha2::Sha256;

use super::{Key, Signature, private_key};
use crate::algorithm::Algorithm;
use crate::hash::{Hash, hash_of};
use crate::string_to_sign::StringToSign;

pub(crate) struct P256Key(SigningKey);

impl P256Key {
    /// Returns `None` if a private key cannot be derived. This does not happen in practice.
    pub(crate) fn new(access_key_id: &str, secret: &str) -> Option<Self> {
        let accept = |number: &[u8; 32]| SigningKey::from_slice(number).ok();
        let algorithm = Algorithm::EcdsaP256Sha256;
        private_key::derive::<Hmac<Sha256>, _>(algorithm, access_key_id, secret, accept).map(Self)
    }
}

impl Key for P256Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EcdsaP256Sha256
    }

    fn hash(&self) -> Hash {
        Hash::Sha256
    }

    fn sign(&self, text: &StringToSign<'_>) -> Option<Signature> {
        let hash = hash_of::<Sha256>(text);
        let signature: ecdsa::Signature = self.0.sign_prehash(&hash).ok()?;
        Some(Signature::der(signature.to_der().as_bytes()))
    }

    fn verifies(&self, text: &StringToSign<'_>, signature: &[u8]) -> bool {
        let hash = hash_of::<Sha256>(text);
        ecdsa::Signature::from_der(signature)
            .and_then(|signature| self.0.verifying_key().verify_prehash(&hash, &signature))
            .is_ok()
    }
}
