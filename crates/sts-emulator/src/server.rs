//! An HTTP server: connections in, requests to whoever answers them, answers out.

mod answer;
mod body;
mod line;

use std::io;
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
use tokio_rustls::TlsAcceptor;

pub(crate) use self::answer::{json_answer, text_answer};
pub(crate) use self::body::BodyReader;
pub(crate) use self::line::{Cut, Cutter};
use self::line::{Line, OverTcp};

/// So many connections are served at a time; others wait to be accepted.
const CONNECTIONS: usize = 12_000;

/// A head must have come, and a connection between requests be used again, within this time.
const HEAD_TIME: Duration = Duration::from_secs(30);
const TLS_TIME: Duration = Duration::from_secs(10);

/// Room for a head a little over the gateway's limits, so that it is the gateway who refuses it.
const HEAD_BUFFER: usize = 192 * 1024;

/// Answers requests.
pub(crate) trait Respond: Send + Sync + 'static {
    /// The answer. An error closes the connection without one; `cutter` cuts it off while the
    /// answer goes out.
    fn respond(
        &self,
        request: Request<Incoming>,
        cutter: &Cutter,
    ) -> impl Future<Output = Result<Response<Body>, BrokenConnection>> + Send;
}

/// Serves connections until it is dropped.
pub(crate) async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, service: impl Respond) {
    let service = Arc::new(service);
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely; others will be closed soon.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let (service, tls) = (Arc::clone(&service), tls.clone());
        tokio::spawn(async move {
            // A connection that breaks is its client's affair.
            let _ = serve_stream(stream, tls, &*service).await;
            drop(slot);
        });
    }
}

async fn serve_stream(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    service: &impl Respond,
) -> Result<(), BrokenConnection> {
    stream.set_nodelay(true)?;
    match tls {
        None => serve_http(stream, service).await,
        Some(tls) => {
            let handshake = tokio::time::timeout(TLS_TIME, tls.accept(stream));
            let stream = handshake.await.map_err(|_| BrokenConnection)??;
            serve_http(stream, service).await
        }
    }
}

async fn serve_http(stream: impl OverTcp, service: &impl Respond) -> Result<(), BrokenConnection> {
    let cutter = &Cutter::default();
    let stream = Line::new(stream, cutter.clone());
    let service = service_fn(|request| async move {
        let response = service.respond(request, cutter).await?;
        Ok::<_, BrokenConnection>(response.map(|body| Full::<Bytes>::new(body.into_bytes())))
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        // Who has said all it has to say is answered all the same.
        .half_close(true)
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BUFFER)
        .serve_connection(TokioIo::new(stream), service)
        .await
        .map_err(|_| BrokenConnection)
}

/// A connection that can only be closed.
#[derive(Debug, thiserror::Error)]
#[error("the connection broke or was too slow")]
pub(crate) struct BrokenConnection;

impl From<io::Error> for BrokenConnection {
    fn from(_: io::Error) -> Self {
        Self
    }
}
