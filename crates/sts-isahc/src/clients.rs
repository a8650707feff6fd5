//! The clients of isahc under a transport.

use std::fmt;
use std::process;
use std::sync::Arc;
use std::thread;

use arc_swap::ArcSwapOption;
use isahc::{Error, HttpClient};
use sts_client::transport::{TransportError, TransportErrorKind};

type Make = dyn Fn() -> Result<HttpClient, Error> + Send + Sync;

/// A client of isahc, made when it is needed, and made anew where the one before does no more.
///
/// A client has a thread of its own. That thread does not exist in a process that was forked, and
/// it does not notice that an exchange was dropped before a byte of its response came.
///
/// It takes no lock: one that another thread holds during a `fork` is held for ever in the child.
pub(crate) struct ClientSlot {
    current: ArcSwapOption<Client>,
    /// `None`: a client of the user, which cannot be made again.
    make: Option<Box<Make>>,
}

impl ClientSlot {
    pub(crate) fn new(
        make: impl Fn() -> Result<HttpClient, Error> + Send + Sync + 'static,
    ) -> Self {
        Self { current: ArcSwapOption::empty(), make: Some(Box::new(make)) }
    }

    pub(crate) fn of_user(client: HttpClient) -> Self {
        Self { current: ArcSwapOption::from_pointee(Client::new(client)), make: None }
    }

    /// Makes the client now, and not with the first exchange.
    pub(crate) fn start(&self) -> Result<(), Error> {
        let Some(make) = &self.make else { return Ok(()) };
        self.current.store(Some(Arc::new(Client::new(make()?))));
        Ok(())
    }

    /// The client for one exchange.
    pub(crate) fn begin(&self) -> Result<(InFlight<'_>, HttpClient), TransportError> {
        let refused = TransportError::not_sent(TransportErrorKind::Other);
        let client = match self.current.load_full() {
            Some(client) if client.is_of_this_process() => client,
            _ => {
                let Some(make) = &self.make else { return Err(refused.with_source(FORKED)) };
                let client = make().map_err(|error| refused.with_source(error))?;
                let client = Arc::new(Client::new(client));
                self.current.store(Some(Arc::clone(&client)));
                client
            }
        };
        let http = client.http.clone();
        Ok((InFlight { slot: self, client: Some(client), is_over: false }, http))
    }
}

const FORKED: &str = "the process was forked after isahc's client was made, and its thread is not \
                      in the child; make the client after the fork";

impl fmt::Debug for ClientSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSlot")
            .field("is_of_user", &self.make.is_none())
            .finish_non_exhaustive()
    }
}

/// A client and the process that its thread runs in.
struct Client {
    http: HttpClient,
    process: u32,
}

impl Client {
    fn new(http: HttpClient) -> Self {
        Self { http, process: process::id() }
    }

    fn is_of_this_process(&self) -> bool {
        self.process == process::id()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // isahc waits for the end of its thread, which in another process never comes.
        if !self.is_of_this_process() {
            std::mem::forget(self.http.clone());
        }
    }
}

/// An exchange of a client. If it is dropped before it is over, the client gets no more exchanges:
/// its connections are closed as soon as those that run beside have ended.
pub(crate) struct InFlight<'a> {
    slot: &'a ClientSlot,
    client: Option<Arc<Client>>,
    is_over: bool,
}

impl InFlight<'_> {
    /// libcurl has nothing left to do for it.
    pub(crate) const fn is_over(&mut self) {
        self.is_over = true;
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if !self.is_over && self.slot.make.is_some() {
            let current = self.slot.current.load();
            if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, &client)) {
                self.slot.current.compare_and_swap(&*current, None);
            }
        }
        if let Some(last) = Arc::into_inner(client) {
            // isahc waits for its thread, and the thread for a resolver: not where it is dropped.
            let close = thread::Builder::new().name("sts-isahc-close".to_owned());
            // If no thread can be made, it is dropped here.
            let _detached = close.spawn(move || drop(last));
        }
    }
}

/// The clients of a transport. Each has a thread of its own, so the one that few programs need is
/// made when it is.
#[derive(Debug)]
pub(crate) struct Clients {
    /// Keeps connections.
    pub(crate) kept: ClientSlot,
    /// For what libcurl could repeat: it makes a connection for each request.
    pub(crate) fresh: ClientSlot,
}
