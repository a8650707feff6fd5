//! Exchanges that are dropped before a response.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use futures_lite::future::{block_on, poll_once};
use http::Request;
use sts_client::transport::{Exchange, Limits, Transport};
use sts_isahc::IsahcTransport;
use sts_proto::Body;

/// A server that reads and never responds.
fn silent_server() -> (String, Receiver<TcpStream>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (accepted, connections) = mpsc::channel();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            if accepted.send(connection.unwrap()).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}/"), connections)
}

fn exchange(url: &str, body: &str) -> Exchange {
    let body = Body::from(body.as_bytes().to_vec());
    let method = if body.is_empty() { "GET" } else { "POST" };
    let request = Request::builder().method(method).uri(url).body(body).unwrap();
    Exchange::new(request, Limits::default().timeout(Duration::from_secs(600)))
}

/// Returns whether the client closes the connection long before the timeout of its exchange.
fn is_closed(mut connection: TcpStream) -> bool {
    connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    connection.read_to_end(&mut Vec::new()).is_ok()
}

#[test]
fn dropped_exchange_closes_its_connection_immediately() {
    let (url, connections) = silent_server();
    let transport = IsahcTransport::builder().no_proxy().build().unwrap();
    let mut held = Vec::new();
    for body in ["{}", ""].repeat(20) {
        let mut sending = pin!(Transport::send(&transport, exchange(&url, body)));
        assert!(block_on(poll_once(sending.as_mut())).is_none());
        held.push(connections.recv_timeout(Duration::from_secs(20)).unwrap());
    }
    for connection in held {
        assert!(is_closed(connection));
    }
}

#[test]
fn dropped_exchange_closes_after_concurrent_exchanges() {
    let (url, connections) = silent_server();
    let transport = IsahcTransport::builder().no_proxy().build().unwrap();
    let exchanges: Vec<_> =
        (0..20).map(|_| Transport::send(&transport, exchange(&url, "{}"))).collect();
    let mut exchanges: Vec<_> = exchanges.into_iter().map(Box::pin).collect();
    for sending in &mut exchanges {
        assert!(block_on(poll_once(sending.as_mut())).is_none());
    }
    let held: Vec<_> =
        (0..20).map(|_| connections.recv_timeout(Duration::from_secs(20)).unwrap()).collect();
    drop(exchanges);
    for connection in held {
        assert!(is_closed(connection));
    }
}
