//! Error of building a transport.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use sts_client::transport::{ProxyError, UnreadableCertificate};

/// Error returned when a transport cannot be built.
#[derive(Debug)]
pub struct BuildError {
    message: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl BuildError {
    pub(crate) fn certificate(error: UnreadableCertificate) -> Self {
        Self { message: "invalid root certificate".into(), source: Some(Box::new(error)) }
    }

    pub(crate) fn no_certificate(unreadable: &[String]) -> Self {
        let message = format!("no root certificate was loaded: {}", unreadable.join("; "));
        Self { message: message.into(), source: None }
    }

    pub(crate) fn tls(error: rustls::Error) -> Self {
        let message = "crypto provider supports neither TLS 1.2 nor 1.3";
        Self { message: message.into(), source: Some(Box::new(error)) }
    }

    pub(crate) fn proxy(error: ProxyError) -> Self {
        let message = "invalid proxy, expected http://user:password@host:port";
        Self { message: message.into(), source: Some(Box::new(error)) }
    }

    pub(crate) fn no_provider() -> Self {
        let message = "no crypto provider for TLS: enable the feature `ring` or `aws-lc-rs`, or \
                       install a default provider of rustls for the process";
        Self { message: message.into(), source: None }
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
