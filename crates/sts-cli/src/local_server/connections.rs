//! Connections, with limits on their number, time and memory.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use huaweicloud_sts::proto::{Body, BodyWriter};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::service::{Service, rejection, too_large};

/// Maximum number of connections. Others wait in the accept queue.
const CONNECTIONS: usize = 128;

/// Timeout for the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(2);

/// Timeout for the body of a request.
const BODY_TIME: Duration = Duration::from_secs(5);

/// Timeout for a connection, which has one request.
const CONNECTION_TIME: Duration = Duration::from_secs(25);

/// Maximum size of the head of a request, in bytes.
const HEAD_SIZE: usize = 16 * 1024;

/// Accepts and serves connections until the future is dropped, which closes them.
pub(super) async fn serve(listener: TcpListener, service: Arc<Service>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Probably out of file descriptors; wait until other connections are closed.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let service = Arc::clone(&service);
        connections.spawn(async move {
            // A timeout or an error concerns only this client.
            let _ = tokio::time::timeout(CONNECTION_TIME, serve_stream(stream, &service)).await;
            drop(slot);
        });
    }
}

async fn serve_stream(stream: TcpStream, service: &Service) -> Result<(), hyper::Error> {
    // Without it the response is only later.
    let _ = stream.set_nodelay(true);
    let respond = service_fn(|request| async move {
        let response = respond(request, service).await?;
        Ok::<_, hyper::Error>(response.map(|body| Full::<Bytes>::new(body.into_bytes())))
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        // Idle connections would take the place of other clients.
        .keep_alive(false)
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_SIZE)
        .serve_connection(TokioIo::new(stream), respond)
        .await
}

async fn respond(
    request: Request<Incoming>,
    service: &Service,
) -> Result<Response<Body>, hyper::Error> {
    let (head, body) = request.into_parts();
    let Some(route) = service.route(&head) else { return Ok(rejection()) };
    match tokio::time::timeout(BODY_TIME, read(body, route.body_limit())).await {
        Ok(Ok(Some(body))) => Ok(service.respond(route, &head, body.as_ref()).await),
        Ok(Ok(None)) => Ok(too_large()),
        Ok(Err(error)) => Err(error),
        Err(_) => Ok(rejection()),
    }
}

/// Returns the whole body, or `None` if it exceeds the limit.
async fn read(mut body: Incoming, limit: usize) -> Result<Option<Body>, hyper::Error> {
    let mut collected = BodyWriter::default();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame?.into_data() else { continue };
        if collected.len().saturating_add(piece.len()) > limit {
            return Ok(None);
        }
        collected.extend(&piece);
    }
    Ok(Some(collected.finish()))
}
