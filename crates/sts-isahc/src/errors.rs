//! Classification of the errors of isahc and libcurl.

use std::error::Error as StdError;
use std::fmt;

use isahc::error::{Error, ErrorKind};
use sts_client::transport::{TransportError, TransportErrorKind};

/// Facts about an exchange that its error does not contain.
pub(crate) struct Context<'a> {
    /// Host and port of the target.
    pub(crate) target: &'a str,
    pub(crate) is_https: bool,
    /// Whether the error occurred before the timeout of the exchange.
    pub(crate) is_early: bool,
    /// Hint for errors of a TLS handshake.
    pub(crate) tls_hint: Option<&'a str>,
    /// How a proxy rejected the tunnel, if it did or may have done so.
    pub(crate) rejection: Option<&'a str>,
}

/// Classifies an exchange without a complete response.
pub(crate) fn classify(error: Error, context: &Context<'_>) -> TransportError {
    // Set when the request has a connection, and kept when libcurl opens another one.
    let connected = error.remote_addr().is_some();
    let kind = match kind(&error) {
        // libcurl has one code for both timeouts and does not report whether the TLS handshake had
        // begun, so a connect timeout is `Connect` only without TLS.
        TransportErrorKind::Timeout if context.is_early && !connected && !context.is_https => {
            TransportErrorKind::Connect
        }
        // Without a connection to the target, it was the proxy that closed.
        TransportErrorKind::Closed | TransportErrorKind::Protocol if !connected => {
            TransportErrorKind::Connect
        }
        kind => kind,
    };
    // Possibly rejected proxy credentials must not be sent again.
    let kind = match context.rejection {
        Some(_) if kind == TransportErrorKind::Connect && !connected => TransportErrorKind::Proxy,
        _ => kind,
    };
    if connected {
        return TransportError::maybe_sent(kind).with_source(error);
    }
    let message = message(&error, kind, context);
    TransportError::not_sent(kind).with_source(ConnectError { message, source: error })
}

/// Returns a message that names the host and the possible reasons. isahc keeps only the error code
/// of libcurl.
fn message(error: &Error, kind: TransportErrorKind, context: &Context<'_>) -> String {
    let target = context.target;
    match kind {
        TransportErrorKind::Resolve => format!("resolving {target}, or its proxy, failed"),
        TransportErrorKind::Connect => {
            format!("connecting to {target}, or to its proxy, failed: refused or unreachable")
        }
        TransportErrorKind::Proxy => {
            let rejection = context.rejection.unwrap_or_default();
            format!("the proxy did not open a tunnel to {target} ({rejection})")
        }
        TransportErrorKind::Timeout => format!(
            "connecting to {target} timed out: name resolution, connection or TLS handshake took \
             too long"
        ),
        TransportErrorKind::Tls if *error.kind() == ErrorKind::BadServerCertificate => {
            let hint = context.tls_hint.map_or(String::new(), |hint| format!(" ({hint})"));
            format!(
                "the certificate of {target} was rejected: it has expired or is not yet valid, \
                 is for another name, or its issuer is not trusted{hint}"
            )
        }
        TransportErrorKind::Tls => {
            let hint = context.tls_hint.map_or(String::new(), |hint| format!(" ({hint})"));
            format!(
                "TLS handshake with {target} failed: no common protocol version, or the \
                 connection was closed{hint}"
            )
        }
        _ => format!("connecting to {target} failed"),
    }
}

/// Error of a connection that could not be established.
#[derive(Debug)]
struct ConnectError {
    message: String,
    source: Error,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for ConnectError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.source)
    }
}

fn kind(error: &Error) -> TransportErrorKind {
    let curl = error.source().and_then(|source| source.downcast_ref::<curl::Error>());
    if let Some(curl) = curl {
        // Codes that isahc does not distinguish.
        if curl.is_ssl_connect_error() || curl.is_ssl_cacert_badfile() {
            return TransportErrorKind::Tls;
        }
        if curl.is_got_nothing() {
            return TransportErrorKind::Closed;
        }
        // isahc aborted the transfer because a line of the head is not a valid header.
        if curl.is_write_error() {
            return TransportErrorKind::Protocol;
        }
    }
    match error.kind() {
        ErrorKind::NameResolution => TransportErrorKind::Resolve,
        ErrorKind::ConnectionFailed => TransportErrorKind::Connect,
        ErrorKind::BadClientCertificate
        | ErrorKind::BadServerCertificate
        | ErrorKind::InvalidTlsConfiguration
        | ErrorKind::TlsEngine => TransportErrorKind::Tls,
        ErrorKind::Timeout => TransportErrorKind::Timeout,
        // libcurl attempted to repeat the request on a new connection after the old one was closed,
        // and the body cannot be read twice.
        ErrorKind::Io | ErrorKind::RequestBodyNotRewindable => TransportErrorKind::Closed,
        ErrorKind::InvalidContentEncoding | ErrorKind::ProtocolViolation => {
            TransportErrorKind::Protocol
        }
        _ => TransportErrorKind::Other,
    }
}
