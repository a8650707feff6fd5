//! The exchanges.

use std::time::Duration;

use http::Response;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use sts_client::blocking;
use sts_client::transport::TransportErrorKind as Kind;
use sts_client::{Exchange, TransportError};
use sts_proto::Body;
use ureq::Agent;
use ureq::config::{AutoHeaderValue, Config};

use crate::errors::classify;

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
