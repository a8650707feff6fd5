//! Listening sockets.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};

use tokio::net::{TcpListener, TcpSocket};

use super::listen_error::{ListenError, Problem};
use crate::server::LoopbackGuard;

/// Length of the accept queue. The default is too short for a burst of thousands of connections.
const BACKLOG: u32 = 4096;

/// Where an emulator listens.
pub(super) struct Addresses {
    /// Whether addresses other than loopback addresses are accepted.
    pub(super) allows_remote: bool,
    /// Names of this machine besides `localhost`.
    pub(super) host_names: Vec<String>,
}

/// The listener of an endpoint beside the STS.
pub(super) struct LocalListener {
    pub(super) listener: TcpListener,
    pub(super) url: String,
    pub(super) guard: LoopbackGuard,
    pub(super) is_loopback: bool,
}

impl Addresses {
    /// Listens on the first usable address that `name` resolves to. `setting` is the name of the
    /// setting that contains it.
    pub(super) fn bind(
        &self,
        setting: &'static str,
        name: &str,
    ) -> io::Result<(TcpListener, SocketAddr)> {
        let failed = |problem| ListenError::new(setting, name, problem).into_io();
        // Resolved once: a second resolution could return other addresses.
        let addresses: Vec<_> =
            name.to_socket_addrs().map_err(|error| failed(Problem::Address(error)))?.collect();
        if !self.allows_remote && !addresses.iter().all(|address| is_loopback(address.ip())) {
            return Err(failed(Problem::Remote));
        }
        let mut outcome = Err(io::Error::from(io::ErrorKind::AddrNotAvailable));
        for address in addresses {
            outcome = listen(address);
            if outcome.is_ok() {
                break;
            }
        }
        let bound = outcome.and_then(|listener| Ok((listener.local_addr()?, listener)));
        bound
            .map(|(address, listener)| (listener, address))
            .map_err(|error| failed(Problem::Bind(error)))
    }

    /// Listens for programs on this machine, or for those of other machines as well if this is
    /// allowed.
    pub(super) fn bind_local(
        &self,
        setting: &'static str,
        name: &str,
    ) -> io::Result<LocalListener> {
        let (listener, address) = self.bind(setting, name)?;
        let is_loopback = is_loopback(address.ip());
        let mut guard = LoopbackGuard::default().with_host_of(name);
        for host in &self.host_names {
            guard = guard.with_host(host);
        }
        if !is_loopback {
            guard = guard.with_addresses();
        }
        let url = match self.host_names.first() {
            Some(host) if address.ip().is_unspecified() => {
                format!("http://{host}:{}", address.port())
            }
            _ => format!("http://{address}"),
        };
        Ok(LocalListener { listener, url, guard, is_loopback })
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As std does: a restart does not wait for old connections in TIME_WAIT.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
