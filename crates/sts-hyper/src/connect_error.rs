//! Error of a connection that could not be established.

use std::error::Error as StdError;
use std::fmt;

use sts_client::transport::{ProxyError, TransportErrorKind};

type BoxError = Box<dyn StdError + Send + Sync>;

/// Reason why a connection could not be established.
///
/// Each layer assigns its kind to errors that do not have one yet.
#[derive(Debug)]
pub(crate) struct ConnectError {
    kind: TransportErrorKind,
    message: String,
    source: BoxError,
}

impl ConnectError {
    pub(crate) fn new(
        kind: TransportErrorKind,
        message: String,
        source: impl Into<BoxError>,
    ) -> Self {
        Self { kind, message, source: source.into() }
    }

    pub(crate) fn resolve(error: impl Into<BoxError>, message: String) -> Self {
        Self::new(TransportErrorKind::Resolve, message, error)
    }

    pub(crate) fn tcp(error: impl Into<BoxError>, message: String) -> Self {
        let error = error.into();
        let inner = Self::find(&*error).map(Self::kind);
        Self::new(inner.unwrap_or(TransportErrorKind::Connect), message, error)
    }

    /// The tunnel failed without a response of the proxy.
    pub(crate) fn tunnel(error: impl Into<BoxError>, message: String) -> Self {
        Self::new(TransportErrorKind::Connect, message, error)
    }

    pub(crate) fn proxy(error: ProxyError) -> Self {
        Self::new(TransportErrorKind::Proxy, "cannot use the proxy".to_owned(), error)
    }

    /// `hint` helps to find out why a certificate was not accepted.
    pub(crate) fn tls(error: BoxError, target: &str, hint: Option<&str>) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(inner) => return *inner,
            Err(error) => error,
        };
        let message = match hint {
            None => format!("TLS handshake with {target} failed"),
            Some(hint) => format!("TLS handshake with {target} failed ({hint})"),
        };
        Self::new(TransportErrorKind::Tls, message, error)
    }

    /// Returns the first error of this type in the chain of `error`.
    pub(crate) fn find<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Self> {
        std::iter::successors(Some(error), |&error| error.source())
            .find_map(|error| error.downcast_ref())
    }

    /// Returns the error of the proxy, if the proxy caused the failure.
    pub(crate) fn proxy_error(&self) -> Option<&ProxyError> {
        self.source.downcast_ref()
    }

    pub(crate) const fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for ConnectError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
