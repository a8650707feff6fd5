//! What the builder can be told, and which kinds this transport picks where the contract leaves
//! room.

#![cfg(feature = "rustls-tls")]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod connections;
mod kinds;
mod proxies;
mod server;
mod trust;

use std::time::Duration;

use http::{Request, Response};
use sts_client::transport::{BlockingTransport, Exchange, Limits, Transport, TransportError};
use sts_isahc::IsahcTransport;
use sts_proto::Body;

fn send(transport: &IsahcTransport, url: &str) -> Result<Response<Body>, TransportError> {
    BlockingTransport::send(transport, post(url))
}

fn post(url: &str) -> Exchange {
    let request = Request::post(url).body(Body::from(b"{}".to_vec())).unwrap();
    Exchange::new(request, Limits::default())
}

#[test]
fn futures_are_send() {
    fn is_send(_: &impl Send) {}
    let transport = IsahcTransport::new().unwrap();
    is_send(&Transport::send(&transport, post("http://127.0.0.1/")));
    is_send(&Transport::sleep(&transport, Duration::ZERO));
}
