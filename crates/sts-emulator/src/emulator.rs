//! The emulator as its users hold it: built, started, and stopped by dropping it.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread;

use sts_proto::Endpoint;
use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;

use crate::clock::{Clock, SystemClock};
use crate::gateway::{Gateway, Observer};
use crate::key_lock::KeyLock;
use crate::operations::Service;
use crate::request_log::RequestLog;
use crate::seal::Seal;
use crate::tls::Tls;
use crate::{World, random, server};

/// An STS that runs in this process, on a port of its own.
///
/// It has a thread of its own, so it answers whatever runtime the test uses, and blocking clients
/// too. Dropping it closes the port and all connections. Any number can run at once.
///
/// ```
/// use sts_emulator::{Emulator, builtin};
/// use sts_proto::{GetCallerIdentity, Operation};
///
/// let emulator = Emulator::builder().start_blocking()?;
/// let request = GetCallerIdentity::new().to_request(emulator.endpoint())?;
/// // Sign it with `builtin::credentials()` and send it.
/// assert!(emulator.url().starts_with("http://127.0.0.1:"));
/// # let _ = (request, builtin::credentials());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Emulator {
    url: String,
    endpoint: Endpoint,
    address: SocketAddr,
    ca_certificate_pem: Option<String>,
    /// Dropped to stop the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Emulator {
    /// An emulator with the built-in world, over plain http, on a free port of 127.0.0.1, unless
    /// the builder is told otherwise.
    pub fn builder() -> Builder {
        Builder {
            listen: "127.0.0.1:0".to_owned(),
            world: World::default(),
            clock: Arc::new(SystemClock),
            seed: None,
            tls: false,
            echo: false,
            observer: None,
        }
    }

    /// The URL to call, as in `http://127.0.0.1:45678`; with TLS it begins with `https`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The endpoint to build requests for.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate, in PEM, that clients have to trust; `None` without TLS.
    #[must_use]
    pub fn ca_certificate_pem(&self) -> Option<&str> {
        self.ca_certificate_pem.as_deref()
    }
}

impl Drop for Emulator {
    /// Waits until the port is closed.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It holds nothing that a panic of it could have left half-done.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What an emulator is to be like. Made by [`Emulator::builder`].
#[must_use]
pub struct Builder {
    listen: String,
    world: World,
    clock: Arc<dyn Clock>,
    seed: Option<Vec<u8>>,
    tls: bool,
    echo: bool,
    observer: Option<Observer>,
}

impl Builder {
    /// Listens on this address, as in `127.0.0.1:8090` or `[::1]:0`; port 0 is a free one. A
    /// free port of 127.0.0.1 by default.
    pub fn listen(self, address: impl fmt::Display) -> Self {
        Self { listen: address.to_string(), ..self }
    }

    /// Has these users, keys and agencies. The [built-in world](crate::builtin) by default.
    pub fn world(self, world: World) -> Self {
        Self { world, ..self }
    }

    /// Goes by this clock. The [`SystemClock`] by default.
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Makes the key of its security tokens from this seed, so that they outlive a restart and
    /// hold at every emulator with the same seed. Random by default.
    pub fn seed(self, seed: impl Into<Vec<u8>>) -> Self {
        Self { seed: Some(seed.into()), ..self }
    }

    /// Speaks TLS, with a certificate for `localhost`, `127.0.0.1` and `::1`. Clients have to
    /// trust [`Emulator::ca_certificate_pem`]. Plain http by default.
    pub fn tls(self) -> Self {
        Self { tls: true, ..self }
    }

    /// Answers a wrong signature with its own canonical request, as the gateway sometimes does.
    /// It holds the values of signed headers, the security token included. Off by default.
    pub fn echo_canonical_request(self) -> Self {
        Self { echo: true, ..self }
    }

    /// Calls `observer` after each request. It runs on the emulator's thread: it must not block.
    pub fn on_request(self, observer: impl Fn(&RequestLog) + Send + Sync + 'static) -> Self {
        Self { observer: Some(Box::new(observer)), ..self }
    }

    /// Starts it, on any runtime or none of them: the emulator brings its own.
    ///
    /// It fails when the address cannot be listened on, or the machine has no more threads.
    pub async fn start(self) -> io::Result<Emulator> {
        let (tell, told) = oneshot::channel();
        let thread = self.launch(|outcome| drop(tell.send(outcome)))?;
        let started = told.await.map_err(io::Error::other)??;
        Ok(started.on(thread))
    }

    /// The same, for code that is not asynchronous.
    pub fn start_blocking(self) -> io::Result<Emulator> {
        let (tell, told) = mpsc::sync_channel(1);
        let thread = self.launch(move |outcome| drop(tell.send(outcome)))?;
        let started = told.recv().map_err(io::Error::other)??;
        Ok(started.on(thread))
    }

    /// Starts the thread, which then reports whether it listens.
    fn launch(
        self,
        report: impl FnOnce(io::Result<Started>) + Send + 'static,
    ) -> io::Result<thread::JoinHandle<()>> {
        let thread = thread::Builder::new().name("sts-emulator".to_owned());
        thread.spawn(move || match self.open() {
            Ok((runtime, started, stopped)) => {
                report(Ok(started));
                // An error says that the other end was dropped, which is how one stops it.
                let _ = runtime.block_on(stopped);
            }
            Err(error) => report(Err(error)),
        })
    }

    fn open(self) -> io::Result<(Runtime, Started, oneshot::Receiver<()>)> {
        let listener = TcpListener::bind(&self.listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let tls = self.tls.then(Tls::generate).transpose()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{address}");
        let seed = self.seed.unwrap_or_else(|| random::bytes::<32>().to_vec());
        let gateway = Gateway {
            service: Service { world: self.world, seal: Seal::new(&seed) },
            clock: self.clock,
            locks: KeyLock::default(),
            echo: self.echo,
            observer: self.observer,
        };
        let (acceptor, ca_certificate_pem) =
            tls.map(|tls| (tls.acceptor, tls.ca_certificate_pem)).unzip();

        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _context = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        runtime.spawn(server::serve(listener, acceptor, gateway));
        let (stop, stopped) = oneshot::channel();
        let started = Started {
            endpoint: Endpoint::parse_allowing_http(&url).map_err(io::Error::other)?,
            url,
            address,
            ca_certificate_pem,
            stop,
        };
        Ok((runtime, started, stopped))
    }
}

/// An emulator that listens, but for its thread.
struct Started {
    url: String,
    endpoint: Endpoint,
    address: SocketAddr,
    ca_certificate_pem: Option<String>,
    stop: oneshot::Sender<()>,
}

impl Started {
    fn on(self, thread: thread::JoinHandle<()>) -> Emulator {
        Emulator {
            url: self.url,
            endpoint: self.endpoint,
            address: self.address,
            ca_certificate_pem: self.ca_certificate_pem,
            stop: Some(self.stop),
            thread: Some(thread),
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("listen", &self.listen)
            .field("world", &self.world)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}
