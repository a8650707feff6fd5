//! `SDK-SM2-SM3`: SM2 with SM3, a deterministic nonce and the standard user id.

use hmac::Hmac;
use sm2::SecretKey;
use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{self, VerifyingKey};
use sm3::Sm3;

use super::{SigningKey, SigningKeyError, private_key};
use crate::algorithm::Algorithm;
use crate::signature::Signature;
use crate::sink::bytes_of;
use crate::string_to_sign::StringToSign;

/// User id of all official SDKs.
const USER_ID: &str = "1234567812345678";

pub(crate) struct Sm2Key {
    /// `SigningKey` is not wiped on drop, so one is created per signature.
    secret: SecretKey,
    public: VerifyingKey,
}

impl Sm2Key {
    /// Returns `None` if a private key cannot be derived. This does not happen in practice.
    pub(crate) fn new(access_key_id: &str, secret: &str) -> Option<Self> {
        let accept = |number: &[u8; 32]| SecretKey::from_slice(number).ok();
        let secret =
            private_key::derive::<Hmac<Sm3>, _>(Algorithm::Sm2Sm3, access_key_id, secret, accept)?;
        let public = VerifyingKey::new(USER_ID, secret.public_key()).ok()?;
        Some(Self { secret, public })
    }
}

impl SigningKey for Sm2Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Sm2Sm3
    }

    fn sign(&self, text: &StringToSign) -> Result<Signature, SigningKeyError> {
        let key = dsa::SigningKey::new(USER_ID, &self.secret)
            .map_err(|_| SigningKeyError::no_signature())?;
        let signature: dsa::Signature =
            key.try_sign(&bytes_of(text)).map_err(|_| SigningKeyError::no_signature())?;
        Ok(Signature::from_bytes(signature.to_der().as_bytes()))
    }

    fn verify(&self, text: &StringToSign, signature: &[u8]) -> Result<bool, SigningKeyError> {
        Ok(dsa::Signature::from_der(signature)
            .and_then(|signature| self.public.verify(&bytes_of(text), &signature))
            .is_ok())
    }
}
