//! Classification of reqwest's errors.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use http::StatusCode;
use sts_client::transport::{Progress, TransportError, TransportErrorKind as Kind};

use crate::exchange::Via;

/// Classifies an exchange without a complete response. `has_begun`: the request may have been
/// written.
pub(crate) fn classify(error: reqwest::Error, via: &Via, has_begun: bool) -> TransportError {
    // The URL may contain a token.
    let error = error.without_url();
    if is_rejected_by_proxy(&error) {
        return match via {
            Via::Proxy(proxy) => {
                let rejection = proxy.refused(StatusCode::PROXY_AUTHENTICATION_REQUIRED);
                TransportError::of_proxy(rejection, Progress::NotSent)
            }
            _ => TransportError::not_sent(Kind::Proxy).with_source(error),
        };
    }
    let kind = kind(&error);
    let is_not_sent = error.is_builder() || error.is_dns() || error.is_connect() || !has_begun;
    let classified =
        if is_not_sent { TransportError::not_sent(kind) } else { TransportError::maybe_sent(kind) };
    classified.with_source(error)
}

fn kind(error: &reqwest::Error) -> Kind {
    if error.is_builder() {
        Kind::Other
    } else if error.is_dns() {
        Kind::Resolve
    } else if error.is_timeout() {
        Kind::Timeout
    } else if error.is_connect() {
        if is_of_tls(error) { Kind::Tls } else { Kind::Connect }
    } else {
        // reqwest does not distinguish a closed connection from invalid HTTP, but hyper does.
        match causes(error).find_map(|cause| cause.downcast_ref()) {
            Some(error) if hyper::Error::is_parse_too_large(error) => Kind::TooLarge,
            Some(error) if error.is_parse() => Kind::Protocol,
            Some(error) if error.is_user() => Kind::Other,
            _ => Kind::Closed,
        }
    }
}

/// hyper-util has no public type for this error; the conformance suite detects another text.
fn is_rejected_by_proxy(error: &reqwest::Error) -> bool {
    error.is_connect()
        && causes(error).any(|cause| cause.to_string().contains("proxy authorization required"))
}

/// Returns whether the TLS handshake of an open connection failed. rustls reports an error of the
/// handshake as invalid data.
fn is_of_tls(error: &reqwest::Error) -> bool {
    causes(error).filter_map(|cause| cause.downcast_ref().map(io::Error::kind)).any(|kind| {
        matches!(
            kind,
            ErrorKind::InvalidData | ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof
        )
    })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    // The error inside an `io::Error` is not its source.
    std::iter::successors(error.source(), |&cause| match cause.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|wrapped| wrapped as _),
        None => cause.source(),
    })
}
