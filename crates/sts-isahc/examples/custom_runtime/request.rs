//! The address and the bytes of a request.

use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};

use http::Request;
use sts_client::TransportError;
use sts_client::transport::TransportErrorKind as Kind;
use sts_proto::{Body, BodyWriter};

pub(crate) fn resolve(request: &Request<Body>) -> Result<SocketAddr, TransportError> {
    let uri = request.uri();
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let mut addresses = (host, uri.port_u16().unwrap_or(80))
        .to_socket_addrs()
        .map_err(|error| TransportError::not_sent(Kind::Resolve).with_source(error))?;
    addresses.next().ok_or(TransportError::not_sent(Kind::Resolve))
}

/// Returns the request as HTTP/1.1 bytes, in memory that is wiped on drop.
pub(crate) fn wire_form(request: &Request<Body>) -> std::io::Result<Body> {
    let mut wire = BodyWriter::with_capacity(4096);
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    write!(wire, "{} {target} HTTP/1.1\r\n", request.method())?;
    for (name, value) in request.headers() {
        write!(wire, "{name}: ")?;
        wire.write_all(value.as_bytes())?;
        wire.write_all(b"\r\n")?;
    }
    if !request.headers().contains_key(http::header::HOST) {
        let authority = request.uri().authority().map_or("", |authority| authority.as_str());
        write!(wire, "host: {authority}\r\n")?;
    }
    write!(wire, "content-length: {}\r\nconnection: close\r\n\r\n", request.body().len())?;
    wire.write_all(request.body().as_ref())?;
    Ok(wire.finish())
}
