//! Transports over an existing isahc client, and behaviour of libcurl.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use http::Request;
use isahc::HttpClient;
use isahc::config::{Configurable, RedirectPolicy};
use isahc::net::Dialer;
use sts_client::blocking;
use sts_client::transport::{Exchange, Limits, Progress, Transport, TransportErrorKind};
use sts_isahc::IsahcTransport;
use sts_proto::Body;

/// Responds to one request without a body and returns it.
fn serve_once(response: &'static str) -> (SocketAddr, JoinHandle<String>) {
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
        connection.write_all(response.as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    (address, thread)
}

fn get(url: &str) -> Exchange {
    Exchange::new(Request::get(url).body(Body::empty()).unwrap(), Limits::default())
}

#[test]
fn contract_overrides_the_settings_of_the_client() {
    let (address, server) =
        serve_once("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n");
    let client = HttpClient::builder()
        .redirect_policy(RedirectPolicy::Follow)
        .automatic_decompression(true)
        .title_case_headers(false)
        .build()
        .unwrap();
    let transport = IsahcTransport::from_client(client);
    let response =
        blocking::Transport::send(&transport, get(&format!("http://{address}/"))).unwrap();
    assert_eq!(response.status(), 302);
    let request = server.join().unwrap();
    assert!(request.contains("\r\nUser-Agent: sts-isahc/"), "{request}");
    assert!(!request.to_lowercase().contains("accept-encoding"), "{request}");
}

/// The signature covers the port as written in the URI; libcurl omits default ports.
#[test]
fn explicit_default_port_is_kept_in_host() {
    for authority in ["sts.example:80", "sts.example", "[::1]:80"] {
        let (address, server) = serve_once("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        let client = HttpClient::builder().proxy(None).dial(Dialer::ip_socket(address));
        let transport = IsahcTransport::from_client(client.build().unwrap());
        let url = format!("http://{authority}/");
        blocking::Transport::send(&transport, get(&url)).unwrap();
        let request = server.join().unwrap();
        assert!(request.contains(&format!("\r\nHost: {authority}\r\n")), "{request}");
    }
}

#[test]
fn requests_that_libcurl_would_change_are_rejected() {
    let transport = IsahcTransport::new().unwrap();
    for target in ["/a/../b", "/a/.", "/a/%2e%2E/b", "/%c3%A9", "/?x=%2f", "/%zz"] {
        let exchange = get(&format!("http://127.0.0.1:9{target}"));
        let error = blocking::Transport::send(&transport, exchange).unwrap_err();
        assert_eq!(error.progress(), Progress::NotSent, "{target}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("libcurl"), "{target}: {source}");
    }
    let mut exchange = get("http://127.0.0.1:9/");
    let value = http::HeaderValue::from_bytes(b"caf\xc3\xa9").unwrap();
    exchange.request.headers_mut().insert("x-name", value);
    let error = blocking::Transport::send(&transport, exchange).unwrap_err();
    assert_eq!(error.progress(), Progress::NotSent);
}

#[test]
fn transport_is_async_and_blocking() {
    let transport = IsahcTransport::new().unwrap();
    let (address, _server) = serve_once("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let future = Transport::send(&transport, get(&format!("http://{address}/")));
    let response = futures_lite::future::block_on(future).unwrap();
    assert_eq!(response.body().as_ref(), b"ok");

    let (address, _server) = serve_once("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let response =
        blocking::Transport::send(&transport, get(&format!("http://{address}/"))).unwrap();
    assert_eq!(response.body().as_ref(), b"ok");
}

#[test]
fn sleep_is_async_and_blocking() {
    let transport = IsahcTransport::new().unwrap();
    let time = std::time::Duration::from_millis(20);
    let started = std::time::Instant::now();
    futures_lite::future::block_on(Transport::sleep(&transport, time));
    assert!(started.elapsed() >= time);
    blocking::Transport::sleep(&transport, time);
    assert!(started.elapsed() >= 2 * time);
}

/// libcurl may repeat a GET with the pool of an existing client. If the second connection is
/// refused, the request may already have been sent.
#[test]
fn refused_connection_after_a_closed_one_may_have_been_sent() {
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
    blocking::Transport::send(&transport, get(&url)).unwrap();
    let error = blocking::Transport::send(&transport, get(&url)).unwrap_err();
    // libcurl repeats the request unless it notices the end of the connection as an error.
    let kind = error.kind();
    assert!(matches!(kind, TransportErrorKind::Connect | TransportErrorKind::Closed), "{kind:?}");
    assert_eq!(error.progress(), Progress::MaybeSent);
    server.join().unwrap();
}

/// Set in the child process of a test.
const TARGET: &str = "STS_TEST_TARGET";

/// libcurl reads these variables itself.
#[test]
fn proxies_of_the_environment_do_not_apply_to_local_targets() {
    if let Ok(url) = std::env::var(TARGET) {
        let transport = IsahcTransport::from_client(HttpClient::new().unwrap());
        for exchange in [get(&url), get(&url).direct()] {
            let response = blocking::Transport::send(&transport, exchange).unwrap();
            assert_eq!(response.status(), 204);
        }
        return;
    }
    for name in ["http_proxy", "all_proxy", "ALL_PROXY"] {
        let (servers, url) = serve_twice("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
        let test = "proxies_of_the_environment_do_not_apply_to_local_targets";
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

/// Responds to two requests without a body, each on a new connection.
fn serve_twice(response: &'static str) -> (JoinHandle<()>, String) {
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
            connection.write_all(response.as_bytes()).unwrap();
        }
    });
    (thread, url)
}

/// The transport does not know the address of the proxy, but it must not retry.
#[test]
fn status_407_of_the_proxy_of_the_client_is_a_proxy_error() {
    for (response, kind) in [
        ("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n", TransportErrorKind::Proxy),
        ("HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n", TransportErrorKind::Connect),
    ] {
        let (address, proxy) = serve_once(response);
        let url = format!("http://{address}").parse().unwrap();
        let client = HttpClient::builder().proxy(Some(url)).build().unwrap();
        let transport = IsahcTransport::from_client(client);
        let error = blocking::Transport::send(&transport, get("https://224.0.0.9:1/")).unwrap_err();
        assert_eq!((error.kind(), error.progress()), (kind, Progress::NotSent));
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(source.contains("status 407"), kind == TransportErrorKind::Proxy, "{source}");
        assert!(proxy.join().unwrap().starts_with("CONNECT 224.0.0.9:1 "));
    }
}
