//! Tunnels through a proxy (`CONNECT`).

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

use crate::connect_error::ConnectError;
use crate::proxy;

type Tcp = TokioIo<TcpStream>;

/// Opens a tunnel to `target` through the proxy that `tcp` is connected to.
///
/// The tunnel of hyper-util does not return the status of a rejection and accepts only 200.
pub(crate) async fn open(tcp: Tcp, proxy: &Proxy, target: &Uri) -> Result<Tcp, ConnectError> {
    let failed = |error: hyper::Error| ConnectError::tunnel(error, tunnel_failed(proxy));
    let request = connect(proxy, target)
        .map_err(|error| ConnectError::tunnel(error, tunnel_failed(proxy)))?;
    let (mut sender, mut connection) = http1::Builder::new()
        .title_case_headers(true)
        .handshake::<_, Empty<Bytes>>(tcp)
        .await
        .map_err(failed)?;
    let mut response = pin!(sender.send_request(request));
    let mut is_closed = false;
    let response = poll_fn(|context| {
        // Stops after the head: the bytes that follow are not HTTP.
        is_closed = is_closed || connection.poll_without_shutdown(context).is_ready();
        response.as_mut().poll(context)
    });
    let status = response.await.map_err(failed)?.status();
    if !status.is_success() {
        return Err(ConnectError::proxy(proxy.refused(status)));
    }
    let parts = connection.into_parts();
    if parts.read_buf.is_empty() {
        Ok(parts.io)
    } else {
        // In TLS the client sends first.
        let error = "unexpected data after the response to CONNECT";
        Err(ConnectError::tunnel(error, tunnel_failed(proxy)))
    }
}

fn tunnel_failed(proxy: &Proxy) -> String {
    format!("no tunnel through proxy {}", proxy.uri().authority().map_or("", Authority::as_str))
}

fn connect(proxy: &Proxy, target: &Uri) -> http::Result<Request<Empty<Bytes>>> {
    let host = target.host().unwrap_or_default();
    let authority = format!("{host}:{}", target.port_u16().unwrap_or(443));
    let mut request = Request::new(Empty::new());
    *request.method_mut() = Method::CONNECT;
    request.headers_mut().insert(HOST, HeaderValue::try_from(&authority)?);
    *request.uri_mut() = authority.parse()?;
    if let Some(authorization) = proxy::authorization(proxy) {
        request.headers_mut().insert(PROXY_AUTHORIZATION, authorization);
    }
    Ok(request)
}
