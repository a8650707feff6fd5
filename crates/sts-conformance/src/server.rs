//! A server on the loopback that does what a case says, byte by byte.

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

/// The longest that anything here waits: a case that fails ends all the same.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
const POLL: Duration = Duration::from_millis(1);

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// It takes any number of connections, each on a thread of its own, until it is
/// [finished](Self::finish) or dropped.
pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    seen: Arc<Seen>,
    acceptor: Option<JoinHandle<()>>,
}

/// What all connections of a server share.
#[derive(Default)]
pub(crate) struct Seen {
    is_stopped: AtomicBool,
    gate: AtomicBool,
    connections: AtomicUsize,
    /// Connections that the client has closed.
    closed: AtomicUsize,
    requests: Mutex<Vec<Received>>,
    first_bytes: Mutex<Vec<u8>>,
    /// Second handles of the connections whose scripts run, by their numbers. A connection ends
    /// with its last handle.
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

    /// The same at an address of choice.
    pub(crate) fn start_at<S>(address: IpAddr, script: S) -> io::Result<Self>
    where
        S: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    {
        Self::listen(address, None, script)
    }

    /// The same over TLS.
    pub(crate) fn start_tls<S>(config: ServerConfig, script: S) -> io::Result<Self>
    where
        S: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
    {
        Self::listen(Ipv4Addr::LOCALHOST.into(), Some(Arc::new(config)), script)
    }

    /// Answers every request with `answer`, and keeps connections.
    pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> io::Result<Self> {
        let answer = answer.into();
        Self::start(move |connection| {
            loop {
                connection.request()?;
                connection.write(&answer)?;
            }
        })
    }

    /// Answers one request on each connection with `answer`, and closes.
    pub(crate) fn answering_once(answer: impl Into<Vec<u8>>) -> io::Result<Self> {
        let answer = answer.into();
        Self::start(move |connection| {
            connection.request()?;
            connection.write(&answer)
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

    /// The URL of `target`, by address.
    pub(crate) fn url(&self, target: &str) -> String {
        format!("{}://{}{target}", self.scheme, self.address)
    }

    /// The URL of `target`, under the name that certificates are made for.
    pub(crate) fn url_by_name(&self, target: &str) -> String {
        format!("{}://localhost:{}{target}", self.scheme, self.address.port())
    }

    /// As [`url_by_name`](Self::url_by_name) for a server that is taken for one that has TLS.
    pub(crate) fn https_url(&self, target: &str) -> String {
        format!("https://localhost:{}{target}", self.address.port())
    }

    /// Host and port.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// What came first on a connection that [is watched for it](Connection::greeting).
    pub(crate) fn first_bytes(&self) -> Vec<u8> {
        self.seen.first_bytes().clone()
    }

    /// Lets scripts go on that [wait for it](Connection::wait_for_gate).
    pub(crate) fn open_gate(&self) {
        self.seen.gate.store(true, Ordering::SeqCst);
    }

    /// Waits until this many requests have arrived.
    pub(crate) async fn until_requests(&self, count: usize) -> Result<(), Stop> {
        let has_come = || self.seen.requests().len() >= count;
        until(has_come).await.map_err(|()| Stop::failed("the request did not arrive"))
    }

    /// Waits until this many connections were closed by the client while a script
    /// [stalled](Connection::stall).
    pub(crate) async fn until_closed(&self, count: usize) -> Result<(), Stop> {
        let are_closed = || self.seen.closed.load(Ordering::SeqCst) >= count;
        let problem = "the transport did not close its connection";
        until(are_closed).await.map_err(|()| Stop::failed(problem))
    }

    /// Stops, and gives the requests that have arrived; there must be `count` of them.
    pub(crate) fn finish(mut self, count: usize) -> Result<Vec<Received>, Stop> {
        let requests = self.stop();
        let found = requests.len();
        expect(found == count, || format!("{found} requests arrived in place of {count}"))?;
        Ok(requests)
    }

    /// Stops, and gives the one request that has arrived.
    pub(crate) fn finish_one(self) -> Result<Received, Stop> {
        self.finish(1)?.pop().ok_or_else(|| Stop::failed("no request arrived"))
    }

    /// Stops when what has arrived so far is read, and gives it.
    pub(crate) fn stop(&mut self) -> Vec<Received> {
        self.seen.is_stopped.store(true, Ordering::SeqCst);
        if let Some(acceptor) = self.acceptor.take() {
            // A script that panics has failed its client, which tells.
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
                        // How it went is seen by the client.
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
    // What has arrived is read nevertheless; then there is nothing more to come.
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
