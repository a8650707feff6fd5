//! What the builder can be told, and which kinds this transport picks where the contract leaves
//! room.

#![cfg(any(feature = "ring", feature = "aws-lc-rs"))]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod connections;
mod kinds;
mod proxies;
mod server;
mod trust;

use std::sync::LazyLock;
use std::time::Duration;

use http::{Request, Response};
use sts_client::transport::{Exchange, Limits, Transport, TransportError};
use sts_hyper::HyperTransport;
use sts_proto::Body;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

fn send(transport: &HyperTransport, url: &str) -> Result<Response<Body>, TransportError> {
    RUNTIME.block_on(transport.send(post(url)))
}

fn post(url: &str) -> Exchange {
    let request = Request::post(url).body(Body::from(b"{}".to_vec())).unwrap();
    Exchange::new(request, Limits::default())
}

#[test]
fn futures_are_send() {
    fn is_send(_: &impl Send) {}
    let transport = HyperTransport::new().unwrap();
    is_send(&transport.send(post("http://127.0.0.1/")));
    is_send(&transport.sleep(Duration::ZERO));
}
