//! What a derived key is good for.

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
        Self {
            region: region.into(),
            service: service.into(),
        }
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
