//! Error of building a transport.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use sts_client::transport::ProxyError;
#[cfg(feature = "rustls-tls")]
use sts_client::transport::UnreadableCertificate;

/// Error returned when a transport cannot be built.
#[derive(Debug)]
pub struct BuildError {
    message: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl BuildError {
    #[cfg(feature = "rustls-tls")]
    pub(crate) fn certificate(error: UnreadableCertificate) -> Self {
        Self { message: "invalid root certificate".into(), source: Some(Box::new(error)) }
    }

    #[cfg(feature = "rustls-tls")]
    pub(crate) fn no_certificate(unreadable: &[String]) -> Self {
        let message = format!("no root certificate was loaded: {}", unreadable.join("; "));
        Self { message: message.into(), source: None }
    }

    pub(crate) fn client(error: isahc::Error) -> Self {
        Self { message: "cannot create the isahc client".into(), source: Some(Box::new(error)) }
    }

    pub(crate) fn proxy(error: ProxyError) -> Self {
        let message = "invalid proxy, expected http://user:password@host:port";
        Self { message: message.into(), source: Some(Box::new(error)) }
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
