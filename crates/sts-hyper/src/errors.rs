//! Classification of hyper's errors.

use std::error::Error as StdError;
use std::{fmt, io};

use hyper_util::client::legacy::Error as ClientError;
use sts_client::transport::{Progress, TransportError, TransportErrorKind};

use crate::connect_error::ConnectError;

/// Classifies an exchange without a response head. `has_begun`: hyper began to write the request.
pub(crate) fn head(error: ClientError, has_begun: bool) -> TransportError {
    if let Some(connect) = ConnectError::find(&error) {
        if let Some(error) = connect.proxy_error() {
            return TransportError::of_proxy(error.clone(), Progress::NotSent);
        }
        return TransportError::not_sent(connect.kind()).with_source(Unconnected(error));
    }
    // From a connector passed to `from_client`, whose errors cannot be classified.
    if error.is_connect() {
        return TransportError::not_sent(TransportErrorKind::Connect).with_source(error);
    }
    let hyper = error.source().and_then(|source| source.downcast_ref::<hyper::Error>());
    let kind = hyper.map_or(TransportErrorKind::Other, kind);
    // hyper reports a request that it returned before writing it as cancelled.
    let unwritten = hyper.is_some_and(hyper::Error::is_canceled);
    if unwritten || !has_begun {
        TransportError::not_sent(kind).with_source(error)
    } else {
        TransportError::maybe_sent(kind).with_source(error)
    }
}

/// An error that contains a [`ConnectError`], which it shows. The text of the error itself, "client
/// error (Connect)", says nothing about the failure.
#[derive(Debug)]
struct Unconnected(ClientError);

impl fmt::Display for Unconnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match ConnectError::find(&self.0) {
            Some(connect) => connect.fmt(f),
            None => self.0.fmt(f),
        }
    }
}

impl StdError for Unconnected {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        ConnectError::find(&self.0).and_then(StdError::source)
    }
}

/// Classifies an incomplete response body.
pub(crate) fn body(error: hyper::Error) -> TransportError {
    TransportError::maybe_sent(kind(&error)).with_source(error)
}

fn kind(error: &hyper::Error) -> TransportErrorKind {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    if error.is_parse_too_large() {
        TransportErrorKind::TooLarge
    } else if error.is_parse() {
        TransportErrorKind::Protocol
    } else if error.is_user() {
        TransportErrorKind::Other
    } else {
        io.map_or(TransportErrorKind::Closed, io_kind)
    }
}

/// Classifies an I/O error of an established connection, or an invalid chunk of a body.
fn io_kind(error: &io::Error) -> TransportErrorKind {
    if let Some(source) = error.get_ref()
        && source.is::<rustls::Error>()
    {
        return TransportErrorKind::Tls;
    }
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => TransportErrorKind::Protocol,
        _ => TransportErrorKind::Closed,
    }
}
