//! Transports over an existing reqwest client.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::env;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;
use std::time::Duration;

use http::Response;
use reqwest::{ClientBuilder, redirect, retry};
use sts_client::transport::{
    Exchange, Limits, Progress, Transport, TransportError, TransportErrorKind,
};
use sts_proto::Body;
use sts_reqwest::ReqwestTransport;
use tokio::time::Instant;

fn settings() -> ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(redirect::Policy::none()).retry(retry::never()).no_proxy()
}

fn client() -> reqwest::Client {
    settings().build().unwrap()
}

fn get(url: &str) -> Exchange {
    let request = http::Request::get(url).header("x-security-token", "planted");
    Exchange::new(request.body(Body::empty()).unwrap(), Limits::default())
}

/// A server that responds to `count` connections and returns its URL.
fn server(response: &'static str, count: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v5", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().take(count) {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 4096]).unwrap();
            connection.write_all(response.as_bytes()).unwrap();
        }
    });
    url
}

const OK: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";

fn error(outcome: Result<Response<Body>, TransportError>) -> TransportError {
    outcome.map(|response| response.status()).unwrap_err()
}

#[tokio::test]
async fn an_existing_client_sends_the_exchange() {
    let transport = ReqwestTransport::from_client(client());
    let response = transport.send(get(&server(OK, 1))).await.unwrap();
    assert_eq!(response.body().as_ref(), b"ok");
}

#[tokio::test]
async fn direct_exchanges_need_a_client_without_proxies() {
    let proxied = || {
        let proxy = reqwest::Proxy::all("http://127.0.0.1:1").unwrap();
        ReqwestTransport::from_client(settings().proxy(proxy).build().unwrap())
    };
    for exchange in [get(&server(OK, 0)).direct(), get("http://169.254.169.254/")] {
        let error = error(proxied().send(exchange).await);
        assert_eq!(
            (error.kind(), error.progress()),
            (TransportErrorKind::Other, Progress::NotSent)
        );
        let reason = std::error::Error::source(&error).unwrap().to_string();
        assert!(reason.contains("set `direct_client`"), "{reason}");
    }
    let transport = proxied().direct_client(client());
    let response = transport.send(get(&server(OK, 1)).direct()).await.unwrap();
    assert_eq!(response.body().as_ref(), b"ok");
}

/// The settings of a client cannot be queried, so the transport detects what it did.
#[tokio::test]
async fn a_followed_redirect_is_an_error() {
    let follows = settings().redirect(redirect::Policy::limited(1)).build().unwrap();
    let target = server(OK, 1);
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nlocation: {target}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    );
    let url = server(redirect.leak(), 2);
    let error = error(ReqwestTransport::from_client(follows).send(get(&url)).await);
    assert_eq!(error.progress(), Progress::MaybeSent);
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains("followed a redirect"), "{reason}");

    let response = ReqwestTransport::from_client(client()).send(get(&url)).await.unwrap();
    assert_eq!(response.status(), 302);
}

#[tokio::test]
async fn status_407_of_an_unknown_proxy_is_not_a_response() {
    let proxy = server("HTTP/1.1 407 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", 2);
    let setting = reqwest::Proxy::all(&proxy).unwrap();
    let transport = ReqwestTransport::from_client(settings().proxy(setting).build().unwrap());
    let outcome = transport.send(get("http://sts.invalid/")).await;
    assert_eq!(error(outcome).kind(), TransportErrorKind::Proxy);
}

#[tokio::test]
async fn a_target_that_reqwest_would_normalize_is_not_sent() {
    for target in ["http://127.0.0.1:1/a/../b", "http://127.0.0.1:1/?a='", "http://127.0.0.1:1/%2e"]
    {
        let error = error(ReqwestTransport::from_client(client()).send(get(target)).await);
        assert_eq!(
            (error.kind(), error.progress()),
            (TransportErrorKind::Other, Progress::NotSent)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_longer_timeout_is_one_day() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut exchange = get(&format!("http://{}/", listener.local_addr().unwrap()));
    exchange.limits = exchange.limits.timeout(Duration::MAX);
    let started = Instant::now();
    let error = error(ReqwestTransport::from_client(client()).send(exchange).await);
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(started.elapsed().as_secs(), 24 * 60 * 60);
}

#[cfg(feature = "blocking")]
#[test]
fn a_scheme_that_reqwest_does_not_support_is_not_sent() {
    use sts_client::blocking::Transport as _;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::blocking::Client::new();
    let transport = sts_reqwest::blocking::ReqwestTransport::from_client(client);
    let error = error(transport.send(get("ftp://127.0.0.1:1/")));
    assert_eq!((error.kind(), error.progress()), (TransportErrorKind::Other, Progress::NotSent));
}

#[test]
fn an_exchange_outside_of_a_runtime_is_an_error() {
    let transport = ReqwestTransport::from_client(client());
    let exchange = transport.send(get("http://127.0.0.1:1/"));
    let error = error(sts_conformance::block_on(exchange));
    assert_eq!(error.progress(), Progress::NotSent);
}

/// Sends the exchange in a child process, because the environment is global.
#[tokio::test]
async fn a_proxy_of_the_environment_for_http_requires_none_for_https() {
    if env::var_os("STS_TEST_CHILD").is_some() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let transport = ReqwestTransport::new().unwrap();
        let response = transport.send(get("http://sts.invalid/")).await.unwrap();
        return assert_eq!(response.body().as_ref(), b"ok");
    }
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "a_proxy_of_the_environment_for_http_requires_none_for_https"]);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().to_ascii_lowercase().ends_with("_proxy") {
            child.env_remove(name);
        }
    }
    let proxy = server(OK, 1);
    child.env("STS_TEST_CHILD", "1").env("http_proxy", proxy.trim_end_matches("/v5"));
    let output = child.env_remove("REQUEST_METHOD").output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn settings_are_printed_without_secrets() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = ReqwestTransport::builder().proxy("http://user:planted@proxy.example:3128");
    let check = |shown: String| {
        assert!(shown.contains("proxy.example") && !shown.contains("planted"), "{shown}");
    };
    check(format!("{builder:?}"));
    check(format!("{:?}", builder.clone().build().unwrap()));
    #[cfg(feature = "blocking")]
    check(format!("{:?}", builder.build_blocking().unwrap()));
    let error = ReqwestTransport::builder().proxy("socks5://planted@a").build().unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(error.to_string(), "invalid proxy, expected http://user:password@host:port");
    assert!(source.to_string().contains("unsupported proxy scheme socks5"), "{source}");
}
