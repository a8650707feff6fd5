//! The string to sign: what the signature is computed over.

use crate::algorithm::Algorithm;
use crate::date::SdkDate;
use crate::scope::{DayScope, Scope};
use crate::sink::{Sink, Written};

/// The algorithm, the date, for a derived key its scope, and the hash of the canonical request,
/// each on a line of its own.
pub(crate) struct StringToSign<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) date: SdkDate,
    /// What a derived key is derived for.
    pub(crate) scope: Option<&'a Scope>,
    /// In hex.
    pub(crate) hash: [u8; 64],
}

impl StringToSign<'_> {
    /// What a derived key of the date's day is good for.
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
