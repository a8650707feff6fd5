//! `V11-HMAC-SHA256`: HMAC with a key derived for a day, a region and a service.
//!
//! The derivation is HKDF (RFC 5869) with the access key id as salt. The key is the output in hex.

use std::sync::{Mutex, PoisonError};

use hmac::Hmac;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::hmac_key::HmacKey;
use super::{SigningKey, SigningKeyError};
use crate::algorithm::Algorithm;
use crate::hex;
use crate::scope::{DayScope, Scope};
use crate::signature::Signature;
use crate::sink::{Sink, Written};
use crate::string_to_sign::StringToSign;

type DayKey = HmacKey<Hmac<Sha256>>;

/// Extracted key of HKDF, and the cached key of the last day.
pub(crate) struct V11Key {
    extracted: DayKey,
    scope: Scope,
    last: Mutex<Option<([u8; 8], DayKey)>>,
}

impl V11Key {
    pub(crate) fn new(access_key_id: &str, secret: &str, scope: Scope) -> Self {
        let salted = DayKey::new(access_key_id.as_bytes());
        let extracted = Zeroizing::new(salted.mac_bytes(secret.as_bytes()));
        Self { extracted: DayKey::new(&*extracted), scope, last: Mutex::new(None) }
    }

    /// Returns the key of `day`, which is derived when the day changes.
    fn of_day(&self, day: [u8; 8]) -> DayKey {
        // Poisoning is ignored: the value is never partly updated.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = last.as_ref().filter(|(kept, _)| *kept == day) {
            return key.clone();
        }
        let key = self.expand(day);
        *last = Some((day, key.clone()));
        key
    }

    fn expand(&self, day: [u8; 8]) -> DayKey {
        let scope = &self.scope;
        let expanded = Zeroizing::new(self.extracted.mac(&Info(DayScope { day, scope })));
        let text = Zeroizing::new(hex::encode(&expanded));
        DayKey::new(&*text)
    }
}

impl SigningKey for V11Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::V11HmacSha256
    }

    fn scope(&self) -> Option<&Scope> {
        Some(&self.scope)
    }

    fn sign(&self, text: &StringToSign) -> Result<Signature, SigningKeyError> {
        Ok(Signature::from_bytes(&self.of_day(text.date.day()).mac(text)))
    }

    fn verify(&self, text: &StringToSign, signature: &[u8]) -> Result<bool, SigningKeyError> {
        Ok(self.of_day(text.date.day()).verifies(text, signature))
    }
}

/// Input of the first block of the HKDF expansion.
struct Info<'a>(DayScope<'a>);

impl Written for Info<'_> {
    fn write_to(&self, sink: &mut impl Sink) {
        self.0.write_to(sink);
        sink.write(&[1]);
    }
}
