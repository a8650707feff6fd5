//! The errors of ureq.

use std::io::ErrorKind;

use sts_client::TransportError;
use sts_client::transport::TransportErrorKind as Kind;
use ureq::Timeout as Phase;

/// Classifies an error, and whether the request may have been sent.
pub(crate) fn classify(error: ureq::Error) -> TransportError {
    use ureq::Error::{BadUri, BodyExceedsLimit, ConnectProxyFailed, HostNotFound, Io, Protocol};
    use ureq::Error::{LargeResponseHeader, Rustls, Timeout};
    let classified = match &error {
        HostNotFound => TransportError::not_sent(Kind::Resolve),
        BadUri(_) => TransportError::not_sent(Kind::Other),
        ConnectProxyFailed(_) => TransportError::not_sent(Kind::Connect),
        Timeout(Phase::Resolve | Phase::Connect) => TransportError::not_sent(Kind::Timeout),
        Timeout(_) => TransportError::maybe_sent(Kind::Timeout),
        Rustls(_) => TransportError::not_sent(Kind::Tls),
        BodyExceedsLimit(_) | LargeResponseHeader(..) => TransportError::maybe_sent(Kind::TooLarge),
        Protocol(_) => TransportError::maybe_sent(Kind::Protocol),
        Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => TransportError::not_sent(Kind::Connect),
            // Either the handshake or a later record: ureq does not distinguish them.
            ErrorKind::InvalidData => TransportError::maybe_sent(Kind::Tls),
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                TransportError::maybe_sent(Kind::Closed)
            }
            // Errors of the resolver do not have an OS error code.
            _ if error.raw_os_error().is_none() => TransportError::not_sent(Kind::Resolve),
            _ => TransportError::maybe_sent(Kind::Other),
        },
        _ => TransportError::maybe_sent(Kind::Other),
    };
    classified.with_source(error)
}
