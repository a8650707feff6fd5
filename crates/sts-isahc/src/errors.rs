//! What isahc's and libcurl's errors mean in the terms of the contract.

use std::error::Error as StdError;
use std::fmt;

use isahc::error::{Error, ErrorKind};
use sts_client::transport::{TransportError, TransportErrorKind};

/// What is known of an exchange beside the error.
pub(crate) struct Circumstances<'a> {
    /// The host and port of the target.
    pub(crate) target: &'a str,
    pub(crate) is_https: bool,
    /// Whether the time of the exchange was not yet over.
    pub(crate) is_early: bool,
    /// What to know when the certificate of the server is not accepted.
    pub(crate) doubt: Option<&'a str>,
    /// How a proxy refused a tunnel, if it did or may have.
    pub(crate) refusal: Option<&'a str>,
}

/// The exchange ended without a complete response.
pub(crate) fn failure(error: Error, circumstances: &Circumstances<'_>) -> TransportError {
    // Set as soon as the request has a connection, and kept when libcurl takes another.
    let connected = error.remote_addr().is_some();
    let kind = match kind(&error) {
        // libcurl has one code for both of its limits in time, and does not report whether the TLS
        // handshake had begun: it is `Connect` only without TLS.
        TransportErrorKind::Timeout
            if circumstances.is_early && !connected && !circumstances.is_https =>
        {
            TransportErrorKind::Connect
        }
        // There was no connection yet that could close: it is the proxy that would not make one.
        TransportErrorKind::Closed | TransportErrorKind::Protocol if !connected => {
            TransportErrorKind::Connect
        }
        kind => kind,
    };
    // What may be a refusal of credentials must not be tried again.
    let kind = match circumstances.refusal {
        Some(_) if kind == TransportErrorKind::Connect && !connected => TransportErrorKind::Proxy,
        _ => kind,
    };
    if connected {
        return TransportError::maybe_sent(kind).with_source(error);
    }
    let what = what_failed(&error, kind, circumstances);
    TransportError::not_sent(kind).with_source(ConnectFailure { what, source: error })
}

/// What isahc leaves of libcurl's reason is a number: this names the host, and all that the number
/// can mean.
fn what_failed(error: &Error, kind: TransportErrorKind, known: &Circumstances<'_>) -> String {
    let target = known.target;
    match kind {
        TransportErrorKind::Resolve => format!("resolving {target}, or its proxy, failed"),
        TransportErrorKind::Connect => {
            format!("connecting to {target}, or to its proxy, failed: refused or unreachable")
        }
        TransportErrorKind::Proxy => {
            let refusal = known.refusal.unwrap_or_default();
            format!("the proxy made no tunnel to {target} ({refusal})")
        }
        TransportErrorKind::Timeout => format!(
            "no connection to {target} in time: resolving, connecting or the TLS handshake took \
             too long"
        ),
        TransportErrorKind::Tls if *error.kind() == ErrorKind::BadServerCertificate => {
            let doubt = known.doubt.map_or(String::new(), |doubt| format!(" ({doubt})"));
            format!(
                "the certificate of {target} was not accepted: it has expired or is not yet valid, \
                 is for another name, or its issuer is not trusted{doubt}"
            )
        }
        TransportErrorKind::Tls => {
            let doubt = known.doubt.map_or(String::new(), |doubt| format!(" ({doubt})"));
            format!(
                "TLS handshake with {target} failed: no common protocol version, or the \
                 connection was closed{doubt}"
            )
        }
        _ => format!("no connection to {target}"),
    }
}

/// There was no connection to send the request on.
#[derive(Debug)]
struct ConnectFailure {
    what: String,
    source: Error,
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl StdError for ConnectFailure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.source)
    }
}

fn kind(error: &Error) -> TransportErrorKind {
    let curl = error.source().and_then(|source| source.downcast_ref::<curl::Error>());
    if let Some(curl) = curl {
        // Where isahc's kinds say too little.
        if curl.is_ssl_connect_error() || curl.is_ssl_cacert_badfile() {
            return TransportErrorKind::Tls;
        }
        if curl.is_got_nothing() {
            return TransportErrorKind::Closed;
        }
        // isahc took no more from libcurl: a line of the head is no header.
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
        // The request's body is not there a second time: libcurl wanted to repeat the request on
        // a new connection, since the old one had died under it.
        ErrorKind::Io | ErrorKind::RequestBodyNotRewindable => TransportErrorKind::Closed,
        ErrorKind::InvalidContentEncoding | ErrorKind::ProtocolViolation => {
            TransportErrorKind::Protocol
        }
        _ => TransportErrorKind::Other,
    }
}
