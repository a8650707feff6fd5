//! A tunnel through a proxy: `CONNECT` and what the proxy says to it.

use std::future::poll_fn;
use std::pin::pin;

use bytes::Bytes;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::uri::Authority;
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use sts_client::transport::Proxy;
use tokio::net::TcpStream;

use crate::connector::ConnectFailure;
use crate::proxy;

type Tcp = TokioIo<TcpStream>;

/// Asks the proxy at the other end of `tcp` for a tunnel to `target`.
///
/// hyper-util has this too, but keeps the status of a refusal to itself and takes no 2xx but 200.
pub(crate) async fn open(tcp: Tcp, proxy: &Proxy, target: &Uri) -> Result<Tcp, ConnectFailure> {
    let failed = |error: hyper::Error| ConnectFailure::tunnel(error, no_tunnel(proxy));
    let request =
        connect(proxy, target).map_err(|error| ConnectFailure::tunnel(error, no_tunnel(proxy)))?;
    let (mut sender, mut connection) = http1::Builder::new()
        .title_case_headers(true)
        .handshake::<_, Empty<Bytes>>(tcp)
        .await
        .map_err(failed)?;
    let mut reply = pin!(sender.send_request(request));
    let mut is_over = false;
    // Until the head is there; what follows it is not HTTP.
    let reply = poll_fn(|context| {
        is_over = is_over || connection.poll_without_shutdown(context).is_ready();
        reply.as_mut().poll(context)
    });
    let status = reply.await.map_err(failed)?.status();
    if !status.is_success() {
        return Err(ConnectFailure::proxy(proxy.refused(status)));
    }
    let parts = connection.into_parts();
    if parts.read_buf.is_empty() {
        Ok(parts.io)
    } else {
        // A server says nothing before its client in TLS.
        let error = "unexpected data after the response to CONNECT";
        Err(ConnectFailure::tunnel(error, no_tunnel(proxy)))
    }
}

fn no_tunnel(proxy: &Proxy) -> String {
    format!("no tunnel through proxy {}", proxy.uri().authority().map_or("", Authority::as_str))
}

fn connect(proxy: &Proxy, target: &Uri) -> http::Result<Request<Empty<Bytes>>> {
    let host = target.host().unwrap_or_default();
    let authority = format!("{host}:{}", target.port_u16().unwrap_or(443));
    let mut request = Request::new(Empty::new());
    *request.method_mut() = Method::CONNECT;
    request.headers_mut().insert(HOST, HeaderValue::try_from(&authority)?);
    *request.uri_mut() = authority.parse()?;
    if let Some(credentials) = proxy::authorization(proxy) {
        request.headers_mut().insert(PROXY_AUTHORIZATION, credentials);
    }
    Ok(request)
}
