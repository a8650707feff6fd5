//! A client of the user's own, and what isahc does besides.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use http::Request;
use isahc::HttpClient;
use isahc::config::{Configurable, RedirectPolicy};
use isahc::net::Dialer;
use sts_client::transport::{
    BlockingTransport, Exchange, Limits, Progress, Transport, TransportErrorKind,
};
use sts_isahc::IsahcTransport;
use sts_proto::Body;

/// A server that answers one request without a body, and tells what it was.
fn serve_once(answer: &'static str) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            connection.read_exact(&mut byte).unwrap();
            request.extend(byte);
        }
        connection.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    (address, thread)
}

fn get(url: &str) -> Exchange {
    Exchange::new(Request::get(url).body(Body::empty()).unwrap(), Limits::default())
}

#[test]
fn the_contract_overrides_the_settings_of_an_own_client() {
    let (address, server) =
        serve_once("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n");
    let client = HttpClient::builder()
        .redirect_policy(RedirectPolicy::Follow)
        .automatic_decompression(true)
        .title_case_headers(false)
        .build()
        .unwrap();
    let transport = IsahcTransport::from_client(client);
    let response = BlockingTransport::send(&transport, get(&format!("http://{address}/"))).unwrap();
    assert_eq!(response.status(), 302);
    let request = server.join().unwrap();
    assert!(request.contains("\r\nUser-Agent: sts-isahc/"), "{request}");
    assert!(!request.to_lowercase().contains("accept-encoding"), "{request}");
}

/// The signature covers the port as the URI has it; by itself libcurl leaves a usual port out.
#[test]
fn a_usual_port_stays_in_the_host_when_the_uri_has_it() {
    for authority in ["sts.example:80", "sts.example", "[::1]:80"] {
        let (address, server) = serve_once("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        let client = HttpClient::builder().proxy(None).dial(Dialer::ip_socket(address));
        let transport = IsahcTransport::from_client(client.build().unwrap());
        let url = format!("http://{authority}/");
        BlockingTransport::send(&transport, get(&url)).unwrap();
        let request = server.join().unwrap();
        assert!(request.contains(&format!("\r\nHost: {authority}\r\n")), "{request}");
    }
}

#[test]
fn what_would_not_go_out_as_it_is_is_refused() {
    let transport = IsahcTransport::new().unwrap();
    for target in ["/a/../b", "/a/.", "/a/%2e%2E/b", "/%c3%A9", "/?x=%2f", "/%zz"] {
        let exchange = get(&format!("http://127.0.0.1:9{target}"));
        let error = BlockingTransport::send(&transport, exchange).unwrap_err();
        assert_eq!(error.progress(), Progress::NotSent, "{target}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("libcurl"), "{target}: {source}");
    }
    let mut exchange = get("http://127.0.0.1:9/");
    let value = http::HeaderValue::from_bytes(b"caf\xc3\xa9").unwrap();
    exchange.request.headers_mut().insert("x-name", value);
    let error = BlockingTransport::send(&transport, exchange).unwrap_err();
    assert_eq!(error.progress(), Progress::NotSent);
}

#[test]
fn both_halves_share_one_transport() {
    let transport = IsahcTransport::new().unwrap();
    let (address, _server) = serve_once("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let future = Transport::send(&transport, get(&format!("http://{address}/")));
    let response = futures_lite::future::block_on(future).unwrap();
    assert_eq!(response.body().as_ref(), b"ok");

    let (address, _server) = serve_once("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let response = BlockingTransport::send(&transport, get(&format!("http://{address}/"))).unwrap();
    assert_eq!(response.body().as_ref(), b"ok");
}

#[test]
fn both_halves_can_wait() {
    let transport = IsahcTransport::new().unwrap();
    let time = std::time::Duration::from_millis(20);
    let started = std::time::Instant::now();
    futures_lite::future::block_on(Transport::sleep(&transport, time));
    assert!(started.elapsed() >= time);
    BlockingTransport::sleep(&transport, time);
    assert!(started.elapsed() >= 2 * time);
}

/// With a pool of the user's own, libcurl may repeat a GET. What it is then refused may have been
/// sent before.
#[test]
fn a_refusal_after_a_connection_that_died_may_be_sent() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        drop(listener);
        let read_head = |connection: &mut TcpStream| {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                connection.read_exact(&mut byte).unwrap();
                head.extend(byte);
            }
        };
        read_head(&mut connection);
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
        read_head(&mut connection);
    });
    let transport = IsahcTransport::from_client(HttpClient::new().unwrap());
    let url = format!("http://{address}/");
    BlockingTransport::send(&transport, get(&url)).unwrap();
    let error = BlockingTransport::send(&transport, get(&url)).unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Connect);
    assert_eq!(error.progress(), Progress::MaybeSent);
    server.join().unwrap();
}

/// The environment of the test that runs itself again.
const TARGET: &str = "STS_TEST_TARGET";

/// libcurl reads these variables by itself.
#[test]
fn variables_of_the_environment_do_not_apply_to_this_machine() {
    if let Ok(url) = std::env::var(TARGET) {
        let transport = IsahcTransport::from_client(HttpClient::new().unwrap());
        for exchange in [get(&url), get(&url).direct()] {
            let response = BlockingTransport::send(&transport, exchange).unwrap();
            assert_eq!(response.status(), 204);
        }
        return;
    }
    for name in ["http_proxy", "all_proxy", "ALL_PROXY"] {
        let (servers, url) = serve_twice("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
        let test = "variables_of_the_environment_do_not_apply_to_this_machine";
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env_remove("no_proxy")
            .env_remove("NO_PROXY")
            .env(TARGET, url)
            .env(name, "http://127.0.0.1:1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
        servers.join().unwrap();
    }
}

/// A server that answers two requests without a body, each on a connection of its own.
fn serve_twice(answer: &'static str) -> (JoinHandle<()>, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                connection.read_exact(&mut byte).unwrap();
                request.extend(byte);
            }
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    (thread, url)
}

/// What its address is only the client knows, but not that it must not be asked again.
#[test]
fn a_proxy_of_its_own_that_refuses_credentials_is_known() {
    for (answer, kind) in [
        ("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n", TransportErrorKind::Proxy),
        ("HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n", TransportErrorKind::Connect),
    ] {
        let (address, proxy) = serve_once(answer);
        let url = format!("http://{address}").parse().unwrap();
        let client = HttpClient::builder().proxy(Some(url)).build().unwrap();
        let transport = IsahcTransport::from_client(client);
        let error = BlockingTransport::send(&transport, get("https://224.0.0.9:1/")).unwrap_err();
        assert_eq!((error.kind(), error.progress()), (kind, Progress::NotSent));
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(source.contains("status 407"), kind == TransportErrorKind::Proxy, "{source}");
        assert!(proxy.join().unwrap().starts_with("CONNECT 224.0.0.9:1 "));
    }
}
