//! The string to sign: what the signature is computed over.

use crate::algorithm::Algorithm;
use crate::date::SdkDate;
use crate::sink::{Sink, Written};

/// The algorithm, the date, for a derived key its scope, and the hash of the canonical request,
/// each on a line of its own.
pub(crate) struct StringToSign<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) date: &'a SdkDate,
    /// `/REGION/SERVICE` of a derived key.
    pub(crate) scope_suffix: Option<&'a str>,
    pub(crate) hash: [u8; 64],
}

impl Written for StringToSign<'_> {
    fn write_to(&self, sink: &mut impl Sink) {
        sink.write(self.algorithm.name().as_bytes());
        sink.write(b"\n");
        sink.write(self.date.as_bytes());
        sink.write(b"\n");
        if let Some(suffix) = self.scope_suffix {
            sink.write(&self.date.day());
            sink.write(suffix.as_bytes());
            sink.write(b"\n");
        }
        sink.write(&self.hash);
    }
}
