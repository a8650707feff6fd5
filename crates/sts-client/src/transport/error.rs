//! Errors of transports.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::proxies::ProxyError;

/// The wait after a rejection by a proxy until the next request that may be rejected.
const AFTER_REFUSAL: Duration = Duration::from_secs(5 * 60);

/// Error of an exchange without a complete response.
///
/// Its constructors require the two facts that a [`Call`](crate::Call) uses to classify it: what
/// failed, and whether the request may have reached the server.
///
/// ```
/// use sts_client::transport::{Progress, TransportError, TransportErrorKind};
///
/// let error = TransportError::not_sent(TransportErrorKind::Connect)
///     .with_source(std::io::Error::other("connection refused"));
/// assert_eq!(error.kind(), TransportErrorKind::Connect);
/// assert_eq!(error.progress(), Progress::NotSent);
/// assert_eq!(error.to_string(), "cannot connect (the request was not sent)");
/// ```
#[derive(Clone, Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    progress: Progress,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// Creates the error of a request that cannot have reached the server, not even in part.
    #[must_use]
    pub const fn not_sent(kind: TransportErrorKind) -> Self {
        Self { kind, progress: Progress::NotSent, source: None }
    }

    /// Creates the error of a request that may have reached the server, in part or completely.
    #[must_use]
    pub const fn maybe_sent(kind: TransportErrorKind) -> Self {
        Self { kind, progress: Progress::MaybeSent, source: None }
    }

    /// Creates the error of a failure that the proxy caused. A rejection with a 5xx, which may
    /// concern the host behind it, is of kind [`Connect`](TransportErrorKind::Connect), all others
    /// of kind [`Proxy`](TransportErrorKind::Proxy).
    #[must_use]
    pub fn of_proxy(error: ProxyError, progress: Progress) -> Self {
        let kind = match error.status() {
            Some(status) if status.is_server_error() => TransportErrorKind::Connect,
            _ => TransportErrorKind::Proxy,
        };
        Self { kind, progress, source: Some(Arc::new(error)) }
    }

    /// Sets the cause. It must not show a body or a sensitive header.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(Arc::from(source.into())), ..self }
    }

    /// Returns the kind of the failure.
    #[must_use]
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Returns how far the request got.
    #[must_use]
    pub const fn progress(&self) -> Progress {
        self.progress
    }

    /// Returns how long to wait before the next exchange: 5 minutes after a failure of kind
    /// [`Proxy`](TransportErrorKind::Proxy).
    #[must_use]
    pub fn retry_in(&self) -> Option<Duration> {
        (self.kind == TransportErrorKind::Proxy).then_some(AFTER_REFUSAL)
    }

    /// Returns the proxy and its problem, if the failure is [caused by the proxy](Self::of_proxy).
    #[must_use]
    pub fn proxy(&self) -> Option<&ProxyError> {
        self.source.as_deref()?.downcast_ref()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.proxy() {
            Some(error) => error.fmt(f)?,
            None => f.write_str(self.kind.sentence())?,
        }
        f.write_str(match self.progress {
            Progress::NotSent => " (the request was not sent)",
            Progress::MaybeSent => " (the request may have been sent)",
        })
    }
}

impl StdError for TransportError {
    /// Returns the cause that `Display` does not include.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.proxy() {
            Some(error) => error.source(),
            None => self.source.as_deref().map(|source| source as _),
        }
    }
}

/// Progress of a failed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a request was sent or it was not")]
pub enum Progress {
    /// No byte of it can have reached the server, so sending it again repeats nothing.
    NotSent,
    /// The server may have received some or all of it, and may have executed it.
    MaybeSent,
}

/// Kind of a transport failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name could not be resolved.
    Resolve,
    /// Failed to connect: connection refused, unreachable, or the proxy could not connect.
    Connect,
    /// The proxy rejected its credentials or the request, or is unusable. Retrying does not help,
    /// and repeated wrong credentials may lock an account.
    Proxy,
    /// The TLS handshake failed: certificate, name, or protocol version.
    Tls,
    /// The exchange exceeded [`Limits::timeout`](super::Limits::timeout).
    Timeout,
    /// The connection was closed or reset before the response was complete.
    Closed,
    /// The body exceeds [`Limits::body`](super::Limits::body), or the head exceeds the limit of the
    /// HTTP stack.
    TooLarge,
    /// The response is not valid HTTP.
    Protocol,
    /// The HTTP stack was shut down.
    Cancelled,
    /// Any other failure; see the error's source.
    Other,
}

impl TransportErrorKind {
    /// Returns the name for logs and metrics, as in `too_large`. Names are stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::TooLarge => "too_large",
            Self::Protocol => "protocol",
            Self::Cancelled => "cancelled",
            Self::Other => "other",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Resolve => "cannot resolve the host name",
            Self::Connect => "cannot connect",
            Self::Proxy => "the proxy rejected the request",
            Self::Tls => "the TLS handshake failed",
            Self::Timeout => "the exchange timed out",
            Self::Closed => "the connection was closed before the response was complete",
            Self::TooLarge => "the response exceeds its size limit",
            Self::Protocol => "the response is not valid HTTP",
            Self::Cancelled => "the exchange was cancelled",
            Self::Other => "the exchange failed",
        }
    }
}

impl fmt::Display for TransportErrorKind {
    /// Writes the name, as in `too_large`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
