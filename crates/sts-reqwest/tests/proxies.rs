//! Errors of proxies.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use sts_client::transport::{Exchange, Limits, Progress, Transport, TransportErrorKind};
use sts_proto::Body;
use sts_reqwest::ReqwestTransport;

#[tokio::test]
async fn a_rejected_tunnel_names_the_proxy_and_its_status() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let proxy = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let length = connection.read(&mut request).unwrap();
        let response = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
        connection.write_all(response.as_bytes()).unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let url = format!("http://planted:planted@{address}");
    let transport = ReqwestTransport::builder().proxy(&url).build().unwrap();
    let request = http::Request::get("https://sts.invalid/v5/caller-identity");
    let exchange = Exchange::new(request.body(Body::empty()).unwrap(), Limits::default());
    let error = transport.send(exchange).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Proxy);
    assert_eq!(error.progress(), Progress::NotSent);
    let shown = format!("{error} {error:?}");
    let expected =
        format!("proxy {address} (given to the builder) refused the request with status 407");
    assert!(shown.contains(&expected) && !shown.contains("planted"), "{shown}");
    assert!(proxy.join().unwrap().starts_with("CONNECT sts.invalid:443 "));
}
