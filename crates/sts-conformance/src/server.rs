//! Scripted server on the loopback interface.

mod black_hole;
mod certificates;
mod connection;
mod received;

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_io::Timer;
use rustls::ServerConfig;

pub(crate) use self::black_hole::BlackHole;
pub(crate) use self::certificates::{Authority, Certificate};
pub(crate) use self::connection::Connection;
pub(crate) use self::received::Received;
use crate::stop::{Stop, expect};

/// Maximum time of any wait, so that failing cases end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
const POLL: Duration = Duration::from_millis(1);

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A scripted server.
///
/// It accepts any number of connections, each on a thread of its own, until it is
/// [finished](Self::finish) or dropped.
pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    seen: Arc<Seen>,
    acceptor: Option<JoinHandle<()>>,
}

/// State shared by all connections of a server.
#[derive(Default)]
pub(crate) struct Seen {
    is_stopped: AtomicBool,
    gate: AtomicBool,
    connections: AtomicUsize,
    /// Number of connections closed by the client.
    closed: AtomicUsize,
    requests: Mutex<Vec<Received>>,
    first_bytes: Mutex<Vec<u8>>,
    /// Handles of the connections whose scripts run, by number. A connection is closed with its last
    /// handle.
    open: Mutex<HashMap<usize, TcpStream>>,
}

impl Seen {
    fn open(&self) -> MutexGuard<'_, HashMap<usize, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn requests(&self) -> MutexGuard<'_, Vec<Received>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn first_bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.first_bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// Runs `script` on each connection; the connection is closed when it returns.
    pub(crate) fn start<S>(script: S) -> io::Result<Self>
    where
        S: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    {
        Self::listen(Ipv4Addr::LOCALHOST.into(), None, script)
    }

    /// As [`start`](Self::start), at the given address.
    pub(crate) fn start_at<S>(address: IpAddr, script: S) -> io::Result<Self>
    where
        S: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    {
        Self::listen(address, None, script)
    }

    /// As [`start`](Self::start), over TLS.
    pub(crate) fn start_tls<S>(config: ServerConfig, script: S) -> io::Result<Self>
    where
        S: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    {
        Self::listen(Ipv4Addr::LOCALHOST.into(), Some(Arc::new(config)), script)
    }

    /// Sends `response` to every request and keeps connections open.
    pub(crate) fn responding(response: impl Into<Vec<u8>>) -> io::Result<Self> {
        let response = response.into();
        Self::start(move |connection| {
            loop {
                connection.request()?;
                connection.write(&response)?;
            }
        })
    }

    /// Sends `response` to one request on each connection and closes it.
    pub(crate) fn responding_once(response: impl Into<Vec<u8>>) -> io::Result<Self> {
        let response = response.into();
        Self::start(move |connection| {
            connection.request()?;
            connection.write(&response)
        })
    }

    fn listen<S>(address: IpAddr, tls: Option<Arc<ServerConfig>>, script: S) -> io::Result<Self>
    where
        S: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind((address, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let seen = Arc::new(Seen::default());
        let acceptor = {
            let seen = Arc::clone(&seen);
            std::thread::spawn(move || accept(&listener, tls.as_ref(), &Arc::new(script), &seen))
        };
        Ok(Self { address, scheme, seen, acceptor: Some(acceptor) })
    }

    /// Returns the URL of `target` with the IP address of the server.
    pub(crate) fn url(&self, target: &str) -> String {
        format!("{}://{}{target}", self.scheme, self.address)
    }

    /// Returns the URL of `target` with the host name of the certificates.
    pub(crate) fn url_by_name(&self, target: &str) -> String {
        format!("{}://localhost:{}{target}", self.scheme, self.address.port())
    }

    /// As [`url_by_name`](Self::url_by_name), with https for a server without TLS.
    pub(crate) fn https_url(&self, target: &str) -> String {
        format!("https://localhost:{}{target}", self.address.port())
    }

    /// Host and port.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the number of connections accepted so far.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Returns whether a script has recorded a request or the first bytes of one.
    pub(crate) fn has_received(&self) -> bool {
        !self.seen.requests().is_empty() || !self.seen.first_bytes().is_empty()
    }

    /// Returns the bytes read by [`Connection::read_first_bytes`].
    pub(crate) fn first_bytes(&self) -> Vec<u8> {
        self.seen.first_bytes().clone()
    }

    /// Resumes the scripts in [`Connection::wait_for_gate`].
    pub(crate) fn open_gate(&self) {
        self.seen.gate.store(true, Ordering::SeqCst);
    }

    /// Waits until this many requests have arrived.
    pub(crate) async fn until_requests(&self, count: usize) -> Result<(), Stop> {
        let has_come = || self.seen.requests().len() >= count;
        until(has_come).await.map_err(|()| Stop::failed("the request did not arrive"))
    }

    /// Waits until the client has closed this many connections during [`Connection::stall`].
    pub(crate) async fn until_closed(&self, count: usize) -> Result<(), Stop> {
        let are_closed = || self.seen.closed.load(Ordering::SeqCst) >= count;
        let problem = "the transport did not close its connection";
        until(are_closed).await.map_err(|()| Stop::failed(problem))
    }

    /// Stops the server and returns the received requests. Fails unless there are `count`.
    pub(crate) fn finish(mut self, count: usize) -> Result<Vec<Received>, Stop> {
        let requests = self.stop();
        let found = requests.len();
        expect(found == count, || format!("expected {count} requests, received {found}"))?;
        Ok(requests)
    }

    /// Stops the server and returns the only received request.
    pub(crate) fn finish_one(self) -> Result<Received, Stop> {
        self.finish(1)?.pop().ok_or_else(|| Stop::failed("no request arrived"))
    }

    /// Stops the server after the received bytes are read, and returns the requests.
    pub(crate) fn stop(&mut self) -> Vec<Received> {
        self.seen.is_stopped.store(true, Ordering::SeqCst);
        if let Some(acceptor) = self.acceptor.take() {
            // A script that panicked closed its connection, which fails the case.
            let _ = acceptor.join();
        }
        self.seen.requests().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.seen.is_stopped.store(true, Ordering::SeqCst);
    }
}

fn accept<S>(
    listener: &TcpListener,
    tls: Option<&Arc<ServerConfig>>,
    script: &Arc<S>,
    seen: &Arc<Seen>,
) where
    S: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
{
    let mut threads = Vec::new();
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                let number = seen.connections.fetch_add(1, Ordering::SeqCst);
                let Ok(handle) = stream.try_clone() else { continue };
                seen.open().insert(number, handle);
                let (tls, script, seen) = (tls.cloned(), Arc::clone(script), Arc::clone(seen));
                threads.push(std::thread::spawn(move || {
                    let connection = Connection::new(stream, number, tls, Arc::clone(&seen));
                    if let Ok(mut connection) = connection {
                        // The client observes the failure.
                        let _ = script(&mut connection);
                        connection.end();
                        seen.open().remove(&number);
                    }
                }));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if seen.is_stopped.load(Ordering::SeqCst) {
                    break;
                }
                std::thread::sleep(POLL);
            }
            Err(_) => break,
        }
    }
    // Scripts still read the received bytes and then reach the end.
    for stream in seen.open().values() {
        let _ = stream.shutdown(Shutdown::Both);
    }
    for thread in threads {
        let _ = thread.join();
    }
}

async fn until(mut holds: impl FnMut() -> bool) -> Result<(), ()> {
    let started = Instant::now();
    while !holds() {
        if started.elapsed() > PATIENCE {
            return Err(());
        }
        Timer::after(POLL).await;
    }
    Ok(())
}
