//! The isahc clients of a transport.

use std::fmt;
use std::process;
use std::sync::Arc;
use std::thread;

use arc_swap::ArcSwapOption;
use isahc::{Error, HttpClient};
use sts_client::transport::{TransportError, TransportErrorKind};

type Create = dyn Fn() -> Result<HttpClient, Error> + Send + Sync;

/// An isahc client that is created on demand and replaced when it is no longer usable.
///
/// A client runs a thread. The thread does not exist in the child of a `fork`, and it does not
/// notice that an exchange was dropped before the first byte of its response.
///
/// The slot is lock-free, because a lock held during a `fork` stays locked in the child.
pub(crate) struct ClientSlot {
    current: ArcSwapOption<Client>,
    /// `None` for a client passed to `from_client`, which cannot be recreated.
    create: Option<Box<Create>>,
}

impl ClientSlot {
    pub(crate) fn new(
        create: impl Fn() -> Result<HttpClient, Error> + Send + Sync + 'static,
    ) -> Self {
        Self { current: ArcSwapOption::empty(), create: Some(Box::new(create)) }
    }

    pub(crate) fn from_client(client: HttpClient) -> Self {
        Self { current: ArcSwapOption::from_pointee(Client::new(client)), create: None }
    }

    /// Creates the client now instead of with the first exchange.
    pub(crate) fn start(&self) -> Result<(), Error> {
        let Some(create) = &self.create else { return Ok(()) };
        self.current.store(Some(Arc::new(Client::new(create()?))));
        Ok(())
    }

    /// Returns the client for one exchange.
    pub(crate) fn begin(&self) -> Result<(InFlight<'_>, HttpClient), TransportError> {
        let error = TransportError::not_sent(TransportErrorKind::Other);
        let client = match self.current.load_full() {
            Some(client) if client.is_of_current_process() => client,
            _ => {
                let Some(create) = &self.create else { return Err(error.with_source(FORKED)) };
                let client = create().map_err(|source| error.with_source(source))?;
                let client = Arc::new(Client::new(client));
                self.current.store(Some(Arc::clone(&client)));
                client
            }
        };
        let http = client.http.clone();
        Ok((InFlight { slot: self, client: Some(client), is_complete: false }, http))
    }
}

const FORKED: &str = "the process was forked after the isahc client was created; create the client \
                      after the fork";

impl fmt::Debug for ClientSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSlot")
            .field("is_from_client", &self.create.is_none())
            .finish_non_exhaustive()
    }
}

/// An isahc client and the process in which its thread runs.
struct Client {
    http: HttpClient,
    process: u32,
}

impl Client {
    fn new(http: HttpClient) -> Self {
        Self { http, process: process::id() }
    }

    fn is_of_current_process(&self) -> bool {
        self.process == process::id()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Dropping an isahc client joins its thread, which does not exist in another process.
        if !self.is_of_current_process() {
            std::mem::forget(self.http.clone());
        }
    }
}

/// A running exchange of a client.
///
/// If it is dropped before it is complete, the client is not used for further exchanges. Its
/// connections are closed when its other exchanges have ended.
pub(crate) struct InFlight<'a> {
    slot: &'a ClientSlot,
    client: Option<Arc<Client>>,
    is_complete: bool,
}

impl InFlight<'_> {
    /// Records that libcurl has completed the exchange.
    pub(crate) const fn complete(&mut self) {
        self.is_complete = true;
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if !self.is_complete && self.slot.create.is_some() {
            let current = self.slot.current.load();
            if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, &client)) {
                self.slot.current.compare_and_swap(&*current, None);
            }
        }
        if let Some(last) = Arc::into_inner(client) {
            // Dropping the client joins its thread, which may wait for name resolution.
            let close = thread::Builder::new().name("sts-isahc-close".to_owned());
            // If the thread cannot be created, the client is dropped here.
            let _detached = close.spawn(move || drop(last));
        }
    }
}

/// The clients of a transport. Each runs a thread, so `fresh` is created on demand.
#[derive(Debug)]
pub(crate) struct Clients {
    /// Keeps idle connections.
    pub(crate) kept: ClientSlot,
    /// Opens a connection for each request. For requests that libcurl could repeat.
    pub(crate) fresh: ClientSlot,
}
