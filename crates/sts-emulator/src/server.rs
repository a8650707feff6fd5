//! The HTTP server: connections in, requests to the gateway, answers out.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use sts_proto::{Body, BodyWriter};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::gateway::{self, Gateway, LARGEST_BODY};
use crate::refusal::{Refusal, TooLarge};

/// So many connections are served at a time; others wait to be accepted.
const CONNECTIONS: usize = 512;

/// Longer bodies are read a few at a time, so that memory stays bounded.
const LARGE_BODY: usize = 64 * 1024;
const LARGE_BODIES_AT_A_TIME: usize = 8;

/// A head must have come, and a connection between requests be used again, within this time.
const HEAD_TIME: Duration = Duration::from_secs(30);
const TLS_TIME: Duration = Duration::from_secs(10);
const BODY_TIME: Duration = Duration::from_secs(60);

/// Room for a head a little over the gateway's limits, so that it is the gateway who refuses it.
const HEAD_BUFFER: usize = 192 * 1024;

/// Serves connections until it is dropped.
pub(crate) async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, gateway: Gateway) {
    let server = Arc::new(Server { gateway, large_bodies: Semaphore::new(LARGE_BODIES_AT_A_TIME) });
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely; others will be closed soon.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let (server, tls) = (Arc::clone(&server), tls.clone());
        tokio::spawn(async move {
            // A connection that breaks is its client's affair.
            let _ = server.serve_stream(stream, tls).await;
            drop(slot);
        });
    }
}

struct Server {
    gateway: Gateway,
    large_bodies: Semaphore,
}

impl Server {
    async fn serve_stream(
        self: Arc<Self>,
        stream: TcpStream,
        tls: Option<TlsAcceptor>,
    ) -> Result<(), BrokenConnection> {
        stream.set_nodelay(true)?;
        match tls {
            None => self.serve_http(stream).await,
            Some(tls) => {
                let handshake = tokio::time::timeout(TLS_TIME, tls.accept(stream));
                let stream = handshake.await.map_err(|_| BrokenConnection)??;
                self.serve_http(stream).await
            }
        }
    }

    async fn serve_http(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Unpin,
    ) -> Result<(), BrokenConnection> {
        let service = service_fn(|request| self.respond(request));
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

    /// An error closes the connection without an answer.
    async fn respond(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, BrokenConnection> {
        let (head, body) = request.into_parts();
        let mut call = self.gateway.call(&head);
        let outcome = match gateway::admit(&head) {
            Ok(()) => match self.read_body(body).await? {
                Some(body) => call.answer(&Request::from_parts(head, body)),
                None => Err(Refusal::TooLarge(TooLarge::Body)),
            },
            Err(refusal) => Err(refusal),
        };
        let response = call.conclude(outcome);
        Ok(response.map(|body| Full::new(body.into_bytes())))
    }

    /// The whole body, or nothing if it is longer than the gateway allows.
    async fn read_body(&self, body: Incoming) -> Result<Option<Body>, BrokenConnection> {
        tokio::time::timeout(BODY_TIME, self.collect(body)).await.map_err(|_| BrokenConnection)?
    }

    async fn collect(&self, mut body: Incoming) -> Result<Option<Body>, BrokenConnection> {
        let mut collected = BodyWriter::default();
        let mut turn = None;
        while let Some(frame) = body.frame().await {
            let Ok(piece) = frame.map_err(|_| BrokenConnection)?.into_data() else {
                continue;
            };
            let length = collected.len().saturating_add(piece.len());
            if length > LARGEST_BODY {
                drop(turn);
                return discard(body).await.map(|()| None);
            }
            if length > LARGE_BODY && turn.is_none() {
                turn = self.large_bodies.acquire().await.ok();
            }
            collected.extend(&piece);
        }
        Ok(Some(collected.finish()))
    }
}

/// Reads the rest of a body that is refused: a client that still writes would not see an answer.
async fn discard(mut body: Incoming) -> Result<(), BrokenConnection> {
    while let Some(frame) = body.frame().await {
        frame.map_err(|_| BrokenConnection)?;
    }
    Ok(())
}

/// A connection that can only be closed.
#[derive(Debug, thiserror::Error)]
#[error("the connection broke or was too slow")]
struct BrokenConnection;

impl From<io::Error> for BrokenConnection {
    fn from(_: io::Error) -> Self {
        Self
    }
}
