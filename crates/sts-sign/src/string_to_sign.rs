//! The string to sign.

use std::fmt;

use crate::algorithm::Algorithm;
use crate::date::SdkDate;
use crate::scope::{DayScope, Scope};
use crate::sink::{Sink, Written, bytes_of, readable};

/// Text that is signed for a request: algorithm, date, scope of a derived key, and hash of the
/// canonical request, one per line.
///
/// It does not contain secrets. `Display` writes the text.
#[derive(Clone)]
pub struct StringToSign {
    pub(crate) algorithm: Algorithm,
    pub(crate) date: SdkDate,
    /// Scope of a derived key.
    pub(crate) scope: Option<Scope>,
    /// Hash in hex.
    pub(crate) hash: [u8; 64],
}

impl StringToSign {
    /// Returns the signing algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the scope of a derived key, for [`Algorithm::V11HmacSha256`] only.
    #[must_use]
    pub const fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// Returns `DAY/REGION/SERVICE`, the text that the key of the day is derived with, for
    /// [`Algorithm::V11HmacSha256`] only.
    #[must_use]
    pub fn day_and_scope(&self) -> Option<String> {
        self.day_scope().map(|scope| readable(&scope))
    }

    /// Returns the bytes to sign. HMAC algorithms and SM2 sign the bytes, and ECDSA their SHA-256.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        bytes_of(self)
    }

    /// Returns the scope of a derived key with the day of the date.
    pub(crate) fn day_scope(&self) -> Option<DayScope<'_>> {
        let day = self.date.day();
        self.scope.as_ref().map(|scope| DayScope { day, scope })
    }
}

impl Written for StringToSign {
    fn write_to(&self, sink: &mut impl Sink) {
        sink.write(self.algorithm.name().as_bytes());
        sink.write(b"\n");
        sink.write(self.date.as_bytes());
        sink.write(b"\n");
        if let Some(scope) = self.day_scope() {
            scope.write_to(sink);
            sink.write(b"\n");
        }
        sink.write(&self.hash);
    }
}

impl fmt::Display for StringToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&readable(self))
    }
}

impl fmt::Debug for StringToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StringToSign").field(&readable(self)).finish()
    }
}
