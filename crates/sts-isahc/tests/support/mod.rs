//! Exchanges with secrets, for the tests of logs.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};

use http::{HeaderValue, Request};
use isahc::HttpClient;
use sts_client::blocking;
use sts_client::transport::{Exchange, Limits, TransportError};
use sts_isahc::IsahcTransport;
use sts_proto::Body;

/// Serves a number of requests, each on a new connection.
pub(crate) fn serve(times: usize) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for _ in 0..times {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let is_whole = |request: &[u8]| {
                let is_get = request.starts_with(b"GET");
                request.ends_with(if is_get { b"\r\n\r\n" } else { b"planted-body" })
            };
            while !is_whole(&request) {
                let mut byte = [0];
                connection.read_exact(&mut byte).unwrap();
                request.extend(byte);
            }
            let response = "HTTP/1.1 200 OK\r\nconnection: close\r\nx-secret: planted-response\r\n\
                            content-length: 15\r\n\r\nplanted-content";
            connection.write_all(response.as_bytes()).unwrap();
        }
    });
    format!("http://{address}/")
}

/// Sends a request with isahc alone, whose exchanges are logged.
pub(crate) fn send_without_transport(url: &str) {
    let request = Request::post(url).body("planted-body").unwrap();
    HttpClient::new().unwrap().send(request).unwrap();
}

/// Sends [`EXCHANGES`] requests over transports and an existing client.
pub(crate) fn send_secrets(url: &str) -> Result<(), TransportError> {
    let transport = IsahcTransport::new().unwrap();
    let own = IsahcTransport::from_client(HttpClient::new().unwrap());
    for transport in [&transport, &transport.clone(), &own] {
        for (method, body) in [("POST", "planted-body"), ("GET", "")] {
            let mut token = HeaderValue::from_static("planted-token");
            token.set_sensitive(true);
            let request = Request::builder()
                .method(method)
                .uri(url)
                .header("x-security-token", token)
                .body(Body::from(body.as_bytes().to_vec()))
                .unwrap();
            let exchange = Exchange::new(request, Limits::default());
            let response = blocking::Transport::send(transport, exchange)?;
            assert_eq!(response.body().as_ref(), b"planted-content");
        }
    }
    Ok(())
}

/// Number of requests of [`send_secrets`].
pub(crate) const EXCHANGES: usize = 6;

/// Sends a request with credentials to a proxy that rejects the tunnel.
pub(crate) fn send_to_refusing_proxy() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let proxy = format!("http://planted:planted@{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            connection.read_exact(&mut byte).unwrap();
            request.extend(byte);
        }
        let response = "HTTP/1.1 407 Refused\r\nx-secret: planted-response\r\n\
                        content-length: 0\r\n\r\n";
        connection.write_all(response.as_bytes()).unwrap();
    });
    let transport = IsahcTransport::builder().proxy(&proxy).build().unwrap();
    let request = Request::post("https://sts.example/").body(Body::from(b"planted".to_vec()));
    let exchange = Exchange::new(request.unwrap(), Limits::default());
    let error = blocking::Transport::send(&transport, exchange).unwrap_err();
    // A subscriber that panics on isahc's thread would cause another error.
    assert!(format!("{error:?}").contains("407"), "{error:?}");
    server.join().unwrap();
}
