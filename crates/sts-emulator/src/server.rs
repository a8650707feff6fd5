//! An HTTP server.

mod blocking_pool;
mod body;
mod connection;
mod cut;
mod error;
mod local;
mod loopback;
mod memory;
mod response;
mod secret_guard;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use sts_proto::Body;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
#[cfg(feature = "tls")]
use tokio_rustls::TlsAcceptor;

pub(crate) use self::blocking_pool::{BLOCKING_THREADS, BlockingPool};
pub(crate) use self::body::{BodyReader, discard_body};
pub(crate) use self::connection::Connection;
pub(crate) use self::cut::CutPoint;
pub(crate) use self::error::ConnectionError;
pub(crate) use self::local::{Local, LocalEndpoint};
pub(crate) use self::loopback::{LoopbackGuard, reject_other_than_json};
pub(crate) use self::memory::Memory;
pub(crate) use self::response::{error_response, html_response, json_response, text_response};
pub(crate) use self::secret_guard::SecretGuard;
use self::stream::{ConnectionStream, OverTcp};

/// Maximum number of concurrent connections; others wait in the accept queue.
pub(crate) const CONNECTIONS: usize = 12_000;

/// Timeout for the head of a request, and for idle connections.
const HEAD_TIME: Duration = Duration::from_secs(30);
#[cfg(feature = "tls")]
const TLS_TIME: Duration = Duration::from_secs(10);

/// Time for a response that the client does not read.
const WRITE_TIME: Duration = Duration::from_secs(60);

/// Maximum size of a head. It exceeds the limits of the gateway, so that the gateway rejects.
const HEAD_BUFFER: usize = 192 * 1024;

/// A service that responds to requests.
pub(crate) trait Respond: Send + Sync + 'static {
    /// Returns the response. An error closes the connection without a response.
    fn respond(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> impl Future<Output = Result<Response<Body>, ConnectionError>> + Send;
}

/// The transport below HTTP.
#[derive(Clone)]
pub(crate) enum Transport {
    Tcp,
    #[cfg(feature = "tls")]
    Tls(TlsAcceptor),
}

impl Transport {
    /// Returns the scheme of URLs.
    pub(crate) const fn scheme(&self) -> &'static str {
        match self {
            Self::Tcp => "http",
            #[cfg(feature = "tls")]
            Self::Tls(_) => "https",
        }
    }
}

/// A port to serve. All ports of an emulator share the memory limit.
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    pub(crate) transport: Transport,
    pub(crate) memory: Memory,
    /// One permit for each further connection.
    pub(crate) slots: Arc<Semaphore>,
}

/// Accepts and serves connections until the future is dropped.
pub(crate) async fn serve(port: Port, service: impl Respond) {
    let Port { listener, transport, memory, slots } = port;
    let service = Arc::new(service);
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            // Probably out of file descriptors; wait until other connections are closed.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let (service, transport) = (Arc::clone(&service), transport.clone());
        let connection = Arc::new(Connection::new(memory.register()));
        tokio::spawn(async move {
            // An error concerns only this client.
            let _ = serve_stream(stream, transport, connection, &*service).await;
            drop(slot);
        });
    }
}

async fn serve_stream(
    stream: TcpStream,
    transport: Transport,
    connection: Arc<Connection>,
    service: &impl Respond,
) -> Result<(), ConnectionError> {
    stream.set_nodelay(true)?;
    match transport {
        Transport::Tcp => serve_http(stream, connection, service).await,
        #[cfg(feature = "tls")]
        Transport::Tls(tls) => {
            let handshake = tokio::time::timeout(TLS_TIME, tls.accept(stream));
            let stream = handshake.await.map_err(|_| ConnectionError)??;
            serve_http(stream, connection, service).await
        }
    }
}

async fn serve_http(
    stream: impl OverTcp,
    connection: Arc<Connection>,
    service: &impl Respond,
) -> Result<(), ConnectionError> {
    let stream = ConnectionStream::new(stream, Arc::clone(&connection), WRITE_TIME);
    let connection = &*connection;
    let service = service_fn(|request| async move {
        let response = service.respond(request, connection).await?;
        connection.memory().served();
        Ok::<_, ConnectionError>(response.map(|body| Full::<Bytes>::new(body.into_bytes())))
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        // A client that has closed its sending side still receives its response.
        .half_close(true)
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BUFFER)
        .serve_connection(TokioIo::new(stream), service)
        .await
        .map_err(|_| ConnectionError)
}
