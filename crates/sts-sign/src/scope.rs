//! What a derived key is good for.

use crate::sink::{Sink, Written};

/// The region and the service that a key of `V11-HMAC-SHA256` is derived for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    region: String,
    service: String,
}

impl Scope {
    /// A region id, as `cn-north-4` (`globe` for global services), and the service's name in
    /// derived signing. No official SDK gives a name for STS.
    #[must_use]
    pub fn new(region: impl Into<String>, service: impl Into<String>) -> Self {
        Self { region: region.into(), service: service.into() }
    }

    /// The region's id.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The service's name.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }
}

/// `DAY/REGION/SERVICE`: what the key of one day is good for.
#[derive(Clone, Copy)]
pub(crate) struct DayScope<'a> {
    pub(crate) day: [u8; 8],
    pub(crate) scope: &'a Scope,
}

impl Written for DayScope<'_> {
    fn write_to(&self, sink: &mut impl Sink) {
        sink.write(&self.day);
        sink.write(b"/");
        sink.write(self.scope.region.as_bytes());
        sink.write(b"/");
        sink.write(self.scope.service.as_bytes());
    }
}
