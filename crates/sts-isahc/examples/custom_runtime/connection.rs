//! HTTP/1.1 on a non-blocking socket, limited to what one exchange needs.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use http::Response;
use sts_client::transport::TransportErrorKind as Kind;
use sts_client::{Exchange, TransportError};
use sts_proto::{Body, BodyWriter};

use crate::request::{resolve, wire_form};
use crate::response::read_response;

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
