//! Why there is no answer.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use super::proxies::ProxyError;

/// The time from a refusal by a proxy to the next request that may be refused.
const AFTER_REFUSAL: Duration = Duration::from_secs(5 * 60);

/// An exchange that gave no complete answer.
///
/// Its constructors force the two facts that the call machine judges by: what went wrong, and
/// whether the request may have reached the server.
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
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    progress: Progress,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// It failed before any byte of the request can have reached the server.
    #[must_use]
    pub const fn not_sent(kind: TransportErrorKind) -> Self {
        Self { kind, progress: Progress::NotSent, source: None }
    }

    /// It failed when some or all of the request may have reached the server.
    #[must_use]
    pub const fn maybe_sent(kind: TransportErrorKind) -> Self {
        Self { kind, progress: Progress::MaybeSent, source: None }
    }

    /// A failure that is the proxy's. A refusal with a 5xx, which may be about the host behind it,
    /// is of kind [`Connect`](TransportErrorKind::Connect), all others of kind
    /// [`Proxy`](TransportErrorKind::Proxy).
    #[must_use]
    pub fn of_proxy(error: ProxyError, progress: Progress) -> Self {
        let kind = match error.status() {
            Some(status) if status.is_server_error() => TransportErrorKind::Connect,
            _ => TransportErrorKind::Proxy,
        };
        Self { kind, progress, source: Some(Box::new(error)) }
    }

    /// The same error with its cause. The cause must not show a body or a sensitive header.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// What went wrong.
    #[must_use]
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// How far the request got.
    #[must_use]
    pub const fn progress(&self) -> Progress {
        self.progress
    }

    /// How long to wait before the next exchange: 5 minutes after a failure of kind
    /// [`Proxy`](TransportErrorKind::Proxy).
    #[must_use]
    pub fn retry_in(&self) -> Option<Duration> {
        (self.kind == TransportErrorKind::Proxy).then_some(AFTER_REFUSAL)
    }

    /// The proxy and what is wrong with it, if the failure is [the proxy's](Self::of_proxy).
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
    /// The cause behind what `Display` says already.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.proxy() {
            Some(error) => error.source(),
            None => self.source.as_deref().map(|source| source as _),
        }
    }
}

/// How far a failed request got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer to this question")]
pub enum Progress {
    /// No byte of it can have reached the server: repeating it repeats nothing.
    NotSent,
    /// Some or all of it may have: the server may have acted on it.
    MaybeSent,
}

/// What went wrong in an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name has no address.
    Resolve,
    /// No connection: refused, unreachable, or the proxy could not make one.
    Connect,
    /// The proxy refused, its credentials or by its policy, or cannot be used. Trying again
    /// changes nothing, and repeated wrong credentials may lock an account.
    Proxy,
    /// The TLS handshake failed: certificate, name, or protocol version.
    Tls,
    /// [`Limits::timeout`](super::Limits::timeout) ran out.
    Timeout,
    /// The connection was closed or reset before the answer was complete.
    Closed,
    /// The body is longer than [`Limits::body`](super::Limits::body), or the head longer than
    /// the HTTP stack takes.
    TooLarge,
    /// What came back is no HTTP.
    Protocol,
    /// The HTTP stack was told to stop.
    Cancelled,
    /// Anything else; the source tells.
    Other,
}

impl TransportErrorKind {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Resolve => "cannot resolve the host name",
            Self::Connect => "cannot connect",
            Self::Proxy => "the proxy refused the request",
            Self::Tls => "the TLS handshake failed",
            Self::Timeout => "the exchange took longer than its limit",
            Self::Closed => "the connection closed before the answer was complete",
            Self::TooLarge => "the answer is larger than its limit",
            Self::Protocol => "the answer is not valid HTTP",
            Self::Cancelled => "the exchange was cancelled",
            Self::Other => "the exchange failed",
        }
    }
}
