//! The scope of a derived key.

use std::sync::Arc;

use crate::sink::{Sink, Written};

/// Region and service of a key that is derived for `V11-HMAC-SHA256`. Cloning is cheap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    region: Arc<str>,
    service: Arc<str>,
}

impl Scope {
    /// Creates a scope from a region id, such as `cn-north-4` (`globe` for global services), and
    /// the name of a service. The official SDKs do not define a name for STS.
    #[must_use]
    pub fn new(region: impl AsRef<str>, service: impl AsRef<str>) -> Self {
        Self { region: region.as_ref().into(), service: service.as_ref().into() }
    }

    /// Returns the region id.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the name of the service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }
}

/// Scope of the key of one day: `DAY/REGION/SERVICE`.
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
