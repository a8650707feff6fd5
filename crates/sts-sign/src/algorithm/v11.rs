//! `V11-HMAC-SHA256`: a key derived for a day, a region and a service.
//!
//! The derivation is HKDF (RFC 5869) with the access key id as salt; the key is the hex text of
//! its output, not the output itself.

use std::sync::{Mutex, PoisonError};

use hmac::Hmac;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::hmac_key::HmacKey;
use super::{Algorithm, Key, Signature};
use crate::hash::Hash;
use crate::hex;
use crate::scope::{DayScope, Scope};
use crate::sink::{Sink, Written};
use crate::string_to_sign::StringToSign;

type DayKey = HmacKey<Hmac<Sha256>>;

/// What the keys of days are expanded from, and the last of those.
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

    /// The key of `day`. It is derived when the day changes, and kept.
    fn of_day(&self, day: [u8; 8]) -> DayKey {
        // A key is put there whole, so a thread that panicked has left nothing half-done.
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

impl Key for V11Key {
    fn algorithm(&self) -> Algorithm {
        Algorithm::V11HmacSha256
    }

    fn hash(&self) -> Hash {
        Hash::Sha256
    }

    fn scope(&self) -> Option<&Scope> {
        Some(&self.scope)
    }

    fn sign(&self, text: &StringToSign<'_>) -> Option<Signature> {
        Some(Signature::mac(&self.of_day(text.date.day()).mac(text)))
    }

    fn verifies(&self, text: &StringToSign<'_>, signature: &[u8]) -> bool {
        self.of_day(text.date.day()).verifies(text, signature)
    }
}

/// What HKDF expands with to its first 32 bytes.
struct Info<'a>(DayScope<'a>);

impl Written for Info<'_> {
    fn write_to(&self, sink: &mut impl Sink) {
        self.0.write_to(sink);
        sink.write(&[1]);
    }
}
