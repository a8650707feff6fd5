//! The string to sign.

use crate::algorithm::Algorithm;
use crate::date::SdkDate;
use crate::scope::{DayScope, Scope};
use crate::sink::{Sink, Written};

/// Algorithm, date, scope of a derived key, and hash of the canonical request, one per line.
pub(crate) struct StringToSign<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) date: SdkDate,
    /// Scope of a derived key.
    pub(crate) scope: Option<&'a Scope>,
    /// Hash in hex.
    pub(crate) hash: [u8; 64],
}

impl StringToSign<'_> {
    /// Returns the scope of a derived key with the day of the date.
    pub(crate) fn day_scope(&self) -> Option<DayScope<'_>> {
        let day = self.date.day();
        self.scope.map(|scope| DayScope { day, scope })
    }
}

impl Written for StringToSign<'_> {
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
