//! The promises of `Transport`, kept over real sockets. `sts-hyper` has the same list.

#![cfg(feature = "rustls-tls")]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod exchange;
mod failures;
mod limits;
mod server;
mod tls;

use std::pin::pin;
use std::sync::mpsc::Receiver;
use std::task::{Context, Waker};
use std::time::Duration;

use http::{Request, Response};
use sts_client::transport::{
    BlockingTransport, Exchange, Limits, Progress, Transport, TransportError, TransportErrorKind,
};
use sts_isahc::{IsahcTransport, IsahcTransportBuilder};
use sts_proto::Body;

/// For a second libcurl believes in a connection that it has used.
const UNNOTICED_CLOSE: Duration = Duration::from_millis(1100);
/// libcurl has one code for whatever goes wrong in receiving.
const HEAD_TOO_LARGE: TransportErrorKind = TransportErrorKind::Closed;
const BROKEN_CHUNK: TransportErrorKind = TransportErrorKind::Closed;

fn builder() -> IsahcTransportBuilder {
    IsahcTransport::builder()
}

fn transport() -> IsahcTransport {
    builder().build().unwrap()
}

fn send(transport: &IsahcTransport, exchange: Exchange) -> Result<Response<Body>, TransportError> {
    BlockingTransport::send(transport, exchange)
}

/// Starts an exchange and drops it when `started` says so.
fn abandon(transport: &IsahcTransport, exchange: Exchange, started: &Receiver<()>) {
    let mut future = pin!(Transport::send(transport, exchange));
    while started.try_recv().is_err() {
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        std::thread::yield_now();
    }
}

fn get(url: &str) -> Exchange {
    let request = Request::get(url).body(Body::empty()).unwrap();
    Exchange::new(request, Limits::default())
}

fn post(url: &str, body: &str) -> Exchange {
    let request = Request::post(url)
        .header("content-type", "application/json")
        .header("x-sdk-date", "20260305T070809Z")
        .body(Body::from(body.as_bytes().to_vec()))
        .unwrap();
    Exchange::new(request, Limits::default())
}

fn with_limits(exchange: Exchange, limits: Limits) -> Exchange {
    Exchange::new(exchange.request, limits)
}

fn facts(result: Result<Response<Body>, TransportError>) -> (TransportErrorKind, Progress) {
    let error = result.unwrap_err();
    (error.kind(), error.progress())
}

#[test]
fn futures_are_send() {
    fn is_send(_: &impl Send) {}
    let transport = transport();
    is_send(&Transport::send(&transport, get("http://127.0.0.1/")));
    is_send(&Transport::sleep(&transport, Duration::ZERO));
}
