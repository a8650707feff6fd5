//! A custom transport: ureq, a blocking HTTP client.
//!
//! ```text
//! cargo run --example own_transport
//! ```
//!
//! It calls an emulator on this machine. `tests/transports.rs` runs the conformance suite on it.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

use std::io::ErrorKind;
use std::time::Duration;

use http::Response;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use sts_client::blocking;
use sts_client::transport::TransportErrorKind as Kind;
use sts_client::{Exchange, TransportError};
use sts_proto::Body;
use ureq::config::{AutoHeaderValue, Config};
use ureq::{Agent, Timeout as Phase};

/// The longest timeout that ureq accepts.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A transport over ureq.
pub(crate) struct UreqTransport(pub(crate) Agent);

impl blocking::Transport for UreqTransport {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        let Exchange { request, limits, .. } = exchange;
        let is_tls = request.uri().scheme_str() == Some("https");
        let request = self.0.configure_request(request.map(|body| body.as_ref().to_vec()));
        // The connect timeout is shorter, so that the error shows which of the two expired.
        let limit = limits.timeout.min(DAY);
        let request = request.timeout_connect(Some(limit.mul_f32(0.9)));
        let request = request.timeout_global(Some(limit)).build();
        let (head, mut body) = self.0.run(request).map_err(classify)?.into_parts();
        let is_framed = head.headers.contains_key(CONTENT_LENGTH)
            || head.headers.contains_key(TRANSFER_ENCODING);
        if head.status.is_informational() {
            return Err(TransportError::maybe_sent(Kind::Protocol));
        } else if is_tls && !is_framed {
            // ureq does not detect that such a body is truncated.
            return Err(TransportError::maybe_sent(Kind::Closed));
        } else if body.content_length().is_some_and(|length| length > limits.body as u64) {
            return Err(TransportError::maybe_sent(Kind::TooLarge));
        }
        let bytes = body.with_config().limit(limits.body as u64).read_to_vec().map_err(classify)?;
        Ok(Response::from_parts(head, Body::from(bytes)))
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// Classifies an error, and whether the request may have been sent.
fn classify(error: ureq::Error) -> TransportError {
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

/// Settings of ureq that the transport contract requires.
pub(crate) fn settings() -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .accept(AutoHeaderValue::None)
        .accept_encoding(AutoHeaderValue::None)
        .proxy(None)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    use sts_client::Client;
    use sts_emulator::{Emulator, builtin};
    use sts_proto::AssumeAgency;

    let emulator = Emulator::builder().start_blocking()?;
    let transport = UreqTransport(settings().build().into());
    let client = Client::builder(transport)
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build_blocking()?;
    let session = client.assume_agency(AssumeAgency::new(builtin::AGENCY_URN, "example"))?;
    println!("{:?}", session.credentials);
    Ok(())
}
