//! The promises of `Transport`, kept over real sockets. `sts-isahc` has the same list.

#![cfg(any(feature = "ring", feature = "aws-lc-rs"))]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod exchange;
mod failures;
mod limits;
mod server;
mod tls;

use std::pin::pin;
use std::sync::LazyLock;
use std::sync::mpsc::Receiver;
use std::task::{Context, Waker};
use std::time::Duration;

use http::{Request, Response};
use sts_client::transport::{
    Exchange, Limits, Progress, Transport, TransportError, TransportErrorKind,
};
use sts_hyper::{HyperTransport, HyperTransportBuilder};
use sts_proto::Body;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// hyper takes another connection when the request was not written yet.
const UNNOTICED_CLOSE: Duration = Duration::ZERO;
const HEAD_TOO_LARGE: TransportErrorKind = TransportErrorKind::TooLarge;
const BROKEN_CHUNK: TransportErrorKind = TransportErrorKind::Protocol;

fn builder() -> HyperTransportBuilder {
    HyperTransport::builder()
}

fn transport() -> HyperTransport {
    builder().build().unwrap()
}

fn send(transport: &HyperTransport, exchange: Exchange) -> Result<Response<Body>, TransportError> {
    RUNTIME.block_on(transport.send(exchange))
}

/// Starts an exchange and drops it when `started` says so.
fn abandon(transport: &HyperTransport, exchange: Exchange, started: &Receiver<()>) {
    let _runtime = RUNTIME.enter();
    let mut future = pin!(transport.send(exchange));
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
    is_send(&transport.send(get("http://127.0.0.1/")));
    is_send(&transport.sleep(Duration::ZERO));
}
