//! Listener that does not accept connections.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::stop::Stop;

/// A listener whose backlog is full, so that connection attempts get no response.
pub(crate) struct BlackHole {
    address: SocketAddr,
    _listener: Socket,
    _filling: Vec<TcpStream>,
}

impl BlackHole {
    pub(crate) fn new() -> Result<Self, Stop> {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
        listener.listen(0)?;
        let address = listener.local_addr()?.as_socket();
        let address = address.ok_or_else(|| io::Error::from(ErrorKind::AddrNotAvailable))?;
        let mut filling = Vec::new();
        while filling.len() < 16 {
            match TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
                Ok(stream) => filling.push(stream),
                Err(_) => {
                    return Ok(Self { address, _listener: listener, _filling: filling });
                }
            }
        }
        Err(Stop::skipped("cannot fill the backlog of a listener on this machine"))
    }

    /// Returns an `http` or `https` URL.
    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}/", self.address)
    }
}
