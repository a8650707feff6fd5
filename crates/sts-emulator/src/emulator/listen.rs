//! Listening sockets.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};

use tokio::net::{TcpListener, TcpSocket};

use crate::server::LoopbackGuard;

/// Length of the accept queue. The default is too short for a burst of thousands of connections.
const BACKLOG: u32 = 4096;

/// The listener of an endpoint that serves programs on this machine only.
pub(super) struct LocalListener {
    pub(super) listener: TcpListener,
    pub(super) url: String,
    pub(super) guard: LoopbackGuard,
}

/// Listens on the first usable address that `name` resolves to.
pub(super) fn bind(name: &str) -> io::Result<(TcpListener, SocketAddr)> {
    bind_first(name, name.to_socket_addrs()?)
}

/// Listens on a loopback address. Other addresses are rejected.
pub(super) fn bind_local(name: &str) -> io::Result<LocalListener> {
    // Resolved once: a second resolution could return other addresses.
    let addresses: Vec<_> = name.to_socket_addrs()?.collect();
    if !addresses.iter().all(|address| address.ip().is_loopback()) {
        let problem = format!("invalid address {name}: not a loopback address");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    let (listener, address) = bind_first(name, addresses)?;
    let guard = LoopbackGuard::default().with_host_of(name);
    Ok(LocalListener { listener, url: format!("http://{address}"), guard })
}

fn bind_first(
    name: &str,
    addresses: impl IntoIterator<Item = SocketAddr>,
) -> io::Result<(TcpListener, SocketAddr)> {
    let mut outcome = Err(io::Error::from(io::ErrorKind::InvalidInput));
    for address in addresses {
        outcome = listen(address);
        if outcome.is_ok() {
            break;
        }
    }
    let listener =
        outcome.map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As std does: a restart does not wait for old connections in TIME_WAIT.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
