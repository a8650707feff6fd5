//! What isahc's and libcurl's errors mean in the terms of the contract.

use std::error::Error as _;

use isahc::error::{Error, ErrorKind};
use sts_client::transport::{TransportError, TransportErrorKind};

/// There is no complete answer. `early`: whether the time of the exchange was not yet over.
pub(crate) fn failure(error: Error, early: bool) -> TransportError {
    // Set as soon as the request has a connection, and kept when libcurl takes another.
    let connected = error.remote_addr().is_some();
    let kind = match kind(&error) {
        // libcurl has one code for both of its limits in time.
        TransportErrorKind::Timeout if early && !connected => TransportErrorKind::Connect,
        // There was no connection yet that could close: it is the proxy that would not make one.
        TransportErrorKind::Closed | TransportErrorKind::Protocol if !connected => {
            TransportErrorKind::Connect
        }
        kind => kind,
    };
    if connected {
        TransportError::maybe_sent(kind).with_source(error)
    } else {
        TransportError::not_sent(kind).with_source(error)
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
