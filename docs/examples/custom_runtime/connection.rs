//! HTTP/1.1 on a non-blocking socket, limited to what one exchange needs.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};

use http::{Request, Response};
use sts_client::transport::TransportErrorKind as Kind;
use sts_client::{Exchange, TransportError};
use sts_proto::{Body, BodyWriter};

/// One HTTP/1.1 exchange on a non-blocking socket, which is closed after it.
pub(crate) struct Connection {
    socket: TcpStream,
    request: Body,
    sent: usize,
    response: BodyWriter,
    limit: usize,
}

impl Connection {
    /// Connects to the server. No byte of the request is sent if this fails.
    pub(crate) fn open(exchange: Exchange) -> Result<Self, TransportError> {
        let Exchange { request, limits, .. } = exchange;
        let address = resolve(&request)?;
        // `std` connects in blocking mode only; use the non-blocking connect of your event loop.
        let socket = TcpStream::connect_timeout(&address, limits.timeout)
            .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
            .map_err(|error| TransportError::not_sent(Kind::Connect).with_source(error))?;
        let request = wire_form(&request)
            .map_err(|error| TransportError::not_sent(Kind::Other).with_source(error))?;
        Ok(Self { socket, request, sent: 0, response: BodyWriter::default(), limit: limits.body })
    }

    /// Sends and receives without blocking. Returns `None` while the exchange is incomplete.
    pub(crate) fn poll(&mut self) -> Option<Result<Response<Body>, TransportError>> {
        match self.advance() {
            Ok(()) => Some(read_response(std::mem::take(&mut self.response), self.limit)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => Some(Err(TransportError::maybe_sent(Kind::Closed).with_source(error))),
        }
    }

    fn advance(&mut self) -> std::io::Result<()> {
        while let Some(rest @ [_, ..]) = self.request.as_ref().get(self.sent..) {
            self.sent += self.socket.write(rest)?;
        }
        let mut piece = [0; 4096];
        loop {
            match self.socket.read(&mut piece)? {
                0 => return Ok(()),
                length => self.response.extend(piece.get(..length).unwrap_or_default()),
            }
            // A head is small, so a response of this size exceeds the limit in any case.
            if self.response.len() > self.limit.saturating_add(64 * 1024) {
                return Ok(());
            }
        }
    }
}

fn resolve(request: &Request<Body>) -> Result<SocketAddr, TransportError> {
    let uri = request.uri();
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let mut addresses = (host, uri.port_u16().unwrap_or(80))
        .to_socket_addrs()
        .map_err(|error| TransportError::not_sent(Kind::Resolve).with_source(error))?;
    addresses.next().ok_or(TransportError::not_sent(Kind::Resolve))
}

/// Returns the request as HTTP/1.1 bytes, in memory that is wiped on drop.
fn wire_form(request: &Request<Body>) -> std::io::Result<Body> {
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

/// Parses a complete response.
fn read_response(received: BodyWriter, limit: usize) -> Result<Response<Body>, TransportError> {
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
