//! `V11-HMAC-SHA256`: a key derived for a day, a region and a service.
//!
//! The derivation is HKDF (RFC 5869) with the access key id as salt; the key is the hex text of
//! its output, not the output itself.

use std::sync::{Mutex, PoisonError};

use hmac::Hmac;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::hmac_key::HmacKey;
use crate::date::SdkDate;
use crate::hex;
use crate::keys::{InvalidKeys, check_name};
use crate::scope::Scope;
use crate::sink::{Sink, Written};

type DayKey = HmacKey<Hmac<Sha256>>;

/// The key that days' keys are expanded from, and the last of those.
pub(crate) struct V11Key {
    extracted: DayKey,
    /// `/REGION/SERVICE`
    scope_suffix: String,
    last: Mutex<Option<([u8; 8], DayKey)>>,
}

/// The message that expands the key of a day.
struct Info<'a> {
    day: [u8; 8],
    scope_suffix: &'a str,
}

impl V11Key {
    pub(crate) fn new(id: &str, secret: &str, scope: &Scope) -> Result<Self, InvalidKeys> {
        check_name("region", scope.region())?;
        check_name("service", scope.service())?;
        let salted = DayKey::new(id.as_bytes());
        let extracted = Zeroizing::new(salted.mac(secret.as_bytes()));
        Ok(Self {
            extracted: DayKey::new(&*extracted),
            scope_suffix: format!("/{}/{}", scope.region(), scope.service()),
            last: Mutex::new(None),
        })
    }

    pub(crate) fn scope_suffix(&self) -> &str {
        &self.scope_suffix
    }

    /// The key of a date's day. It is derived when the day changes, and kept.
    pub(crate) fn of_day(&self, date: &SdkDate) -> DayKey {
        let day = date.day();
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
        let info = Info {
            day,
            scope_suffix: &self.scope_suffix,
        };
        let expanded = Zeroizing::new(self.extracted.mac(&info));
        let text = Zeroizing::new(hex::encode(&expanded));
        DayKey::new(&*text)
    }
}

impl Written for Info<'_> {
    fn write_to(&self, sink: &mut impl Sink) {
        sink.write(&self.day);
        sink.write(self.scope_suffix.as_bytes());
        sink.write(&[1]);
    }
}
