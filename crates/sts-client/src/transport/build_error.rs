//! Errors of building a transport.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::{ProxyError, UnreadableCertificate};

/// Error returned when a transport cannot be built from its settings.
///
/// It contains no secret: neither the URL of a proxy nor the content of a certificate file.
#[derive(Clone, Debug)]
pub struct BuildError {
    message: Cow<'static, str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl BuildError {
    /// Creates an error with a message that states what is wrong and what to do.
    #[must_use]
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// Creates an error with its cause.
    #[must_use]
    pub fn caused_by(
        message: &'static str,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { message: message.into(), source: Some(Arc::from(source.into())) }
    }
}

impl From<ProxyError> for BuildError {
    fn from(error: ProxyError) -> Self {
        Self::caused_by("invalid proxy, expected http://user:password@host:port", error)
    }
}

impl From<UnreadableCertificate> for BuildError {
    fn from(error: UnreadableCertificate) -> Self {
        Self::caused_by("invalid root certificate", error)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
