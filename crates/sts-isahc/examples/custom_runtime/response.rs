//! Parsing of responses.

use http::Response;
use sts_client::TransportError;
use sts_client::transport::TransportErrorKind as Kind;
use sts_proto::{Body, BodyWriter};

/// Parses a complete response.
pub(crate) fn read_response(
    received: BodyWriter,
    limit: usize,
) -> Result<Response<Body>, TransportError> {
    let received = received.finish();
    let bytes = received.as_ref();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = end
        .and_then(|end| bytes.split_at_checked(end))
        .ok_or(TransportError::maybe_sent(Kind::Closed))?;
    let body = body.get(4..).unwrap_or_default();
    let mut response = parse_head(head).ok_or(TransportError::maybe_sent(Kind::Protocol))?;
    if body.len() > limit {
        return Err(TransportError::maybe_sent(Kind::TooLarge));
    }
    let length = response.headers().get(http::header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    if length != Some(body.len()) {
        return Err(TransportError::maybe_sent(Kind::Closed));
    }
    let mut collected = BodyWriter::with_capacity(body.len());
    collected.extend(body);
    *response.body_mut() = collected.finish();
    Ok(response)
}

fn parse_head(head: &[u8]) -> Option<Response<Body>> {
    let mut lines = str::from_utf8(head).ok()?.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let mut response = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(':')?;
        response = response.header(name, value.trim_ascii());
    }
    response.body(Body::empty()).ok()
}
