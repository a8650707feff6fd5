//! One transport on several runtimes, some of them idle or shut down.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::Request;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sts_client::transport::{Exchange, Limits, Progress, Transport, TransportErrorKind};
use sts_hyper::HyperTransport;
use sts_proto::Body;
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server that keeps connections open and responds to all requests or to none. Sends each
/// connection to the returned receiver.
fn serve(responds: bool) -> (String, Receiver<TcpStream>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (accepted, connections) = mpsc::channel();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let connection = connection.unwrap();
            accepted.send(connection.try_clone().unwrap()).unwrap_or_default();
            std::thread::spawn(move || responds.then(|| respond_to_all(connection)));
        }
    });
    (format!("http://{address}/"), connections)
}

fn respond_to_all(mut connection: impl Read + Write) {
    let mut request = Vec::new();
    let mut byte = [0];
    while connection.read(&mut byte).is_ok_and(|read| read == 1) {
        request.extend(byte);
        if request.ends_with(b"\r\n\r\n") {
            request.clear();
            let response = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            connection.write_all(response).unwrap_or_default();
            connection.flush().unwrap_or_default();
        }
    }
}

fn get(url: &str) -> Exchange {
    // Longer than any test runs.
    let limits = Limits::default().timeout(Duration::from_secs(3600));
    Exchange::new(Request::get(url).body(Body::empty()).unwrap(), limits)
}

fn transport() -> HyperTransport {
    HyperTransport::builder().no_proxy().build().unwrap()
}

#[test]
fn connections_of_an_idle_runtime_are_not_used() {
    let (url, connections) = serve(true);
    let transport = transport();
    let (first, second) = (runtime(), runtime());
    for runtime in [&first, &second, &first, &second] {
        let response = runtime.block_on(transport.send(get(&url))).unwrap();
        assert_eq!(response.body().as_ref(), b"ok");
    }
    // Each runtime reuses its own connection.
    assert_eq!(connections.try_iter().count(), 2);
}

#[test]
fn tls_connections_of_an_idle_runtime_are_not_used() {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            let stream = StreamOwned::new(session, connection.unwrap());
            std::thread::spawn(move || respond_to_all(stream));
        }
    });
    let builder = HyperTransport::builder().no_proxy();
    let transport = builder.root_certificate_pem(certified.cert.pem().as_bytes()).build().unwrap();
    let (first, second) = (runtime(), runtime());
    for runtime in [&first, &second, &first, &second] {
        let response = runtime.block_on(transport.send(get(&url))).unwrap();
        assert_eq!(response.body().as_ref(), b"ok");
    }
}

#[test]
fn each_exchange_can_use_a_new_runtime() {
    let (url, _connections) = serve(true);
    let transport = transport();
    for _ in 0..100 {
        runtime().block_on(transport.send(get(&url))).unwrap();
    }
}

#[test]
fn shutdown_of_the_runtime_cancels_its_exchanges() {
    let (url, connections) = serve(false);
    let transport = transport();
    let mut exchange = Box::pin(transport.send(get(&url)));
    let mut sleep = Box::pin(transport.sleep(Duration::from_secs(3600)));
    let first = runtime();
    first.block_on(async {
        let mut context = Context::from_waker(Waker::noop());
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        while connections.try_recv().is_err() {
            assert!(exchange.as_mut().poll(&mut context).is_pending());
            tokio::task::yield_now().await;
        }
    });
    drop(first);
    runtime().block_on(sleep);
    let error = runtime().block_on(exchange).unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Cancelled);
    assert_eq!(error.progress(), Progress::MaybeSent);
    assert!(error.source().unwrap().to_string().contains("runtime"));
}

/// Responds to one request and closes the connection.
fn respond(connections: &Receiver<TcpStream>) {
    let mut connection = connections.recv().unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        request.extend(byte);
    }
    let response = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";
    connection.write_all(response).unwrap();
}

/// All waiting callers poll the refresh of a session.
#[test]
fn exchange_can_be_polled_outside_of_its_runtime() {
    let transport = transport();
    let home = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    for other in [Some(runtime()), None] {
        let (url, connections) = serve(false);
        let mut exchange = pin!(transport.send(get(&url)));
        home.block_on(async {
            let mut context = Context::from_waker(Waker::noop());
            let polled = exchange.as_mut().poll(&mut context);
            assert!(polled.is_pending(), "{polled:?}");
        });
        let server = std::thread::spawn(move || respond(&connections));
        let response = match other {
            Some(other) => other.block_on(exchange),
            None => futures_lite::future::block_on(exchange),
        };
        assert_eq!(response.unwrap().body().as_ref(), b"ok");
        server.join().unwrap();
    }
}

#[test]
fn exchange_can_be_dropped_outside_of_its_runtime() {
    let (url, _connections) = serve(false);
    let transport = transport();
    for is_home_alive in [true, false] {
        let mut exchange = Box::pin(transport.send(get(&url)));
        let home = runtime();
        home.block_on(async {
            let mut context = Context::from_waker(Waker::noop());
            assert!(exchange.as_mut().poll(&mut context).is_pending());
        });
        let home = is_home_alive.then_some(home);
        drop(exchange);
        drop(home);
    }
}

#[test]
fn exchange_without_a_runtime_is_an_error() {
    let exchange = pin!(transport_and_send());
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(error) = exchange.poll(&mut context) else { unreachable!("it cannot wait") };
    assert_eq!(error.progress(), Progress::NotSent);
    assert!(error.source().unwrap().to_string().contains("runtime"));
}

async fn transport_and_send() -> sts_client::TransportError {
    transport().send(get("http://127.0.0.1:1/")).await.unwrap_err()
}
