//! No freed memory block contains a secret of an exchange, apart from the buffers of isahc. Those of
//! libcurl are not visible to the allocator of Rust.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use futures_lite::AsyncReadExt as _;
use futures_lite::future::block_on;
use http::{HeaderValue, Request};
use isahc::config::{Configurable as _, ExpectContinue, VersionNegotiation};
use isahc::{AsyncBody, HttpClient};
use sts_client::blocking::Transport as _;
use sts_client::transport::{Exchange, Limits};
use sts_isahc::IsahcTransport;
use sts_proto::Body;
use xtask_secrets::{Searching, mark, serve};
use zeroize::Zeroizing;

#[global_allocator]
static ALLOCATOR: Searching = Searching::new(&[mark!()]);

const RESPONSE: &str =
    concat!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 30\r\n\r\n", mark!(), mark!());

fn request<B>(url: &str, body: B) -> Request<B> {
    let token = HeaderValue::from_static(mark!());
    Request::post(url).header("x-security-token", token).body(body).unwrap()
}

/// Sends the same with isahc alone, to memory that is never freed. The threads of a client end when
/// it is dropped.
fn send_with_isahc(url: &str) {
    let client = HttpClient::builder()
        .proxy(None)
        .version_negotiation(VersionNegotiation::http11())
        .expect_continue(ExpectContinue::disabled())
        .build()
        .unwrap();
    let request = request(url, AsyncBody::from_bytes_static(mark!()));
    block_on(async {
        let mut response = client.send_async(request).await.unwrap();
        let mut piece = Zeroizing::new([0; 4096]);
        while response.body_mut().read(piece.as_mut_slice()).await.unwrap() > 0 {}
    });
}

fn send(url: &str) {
    let transport = IsahcTransport::builder().no_proxy().build().unwrap();
    let body = Body::from(mark!().as_bytes().to_vec());
    let response = transport.send(Exchange::new(request(url, body), Limits::default())).unwrap();
    assert_eq!(response.body().as_ref(), concat!(mark!(), mark!()).as_bytes());
}

/// A single test, so that no other code frees blocks meanwhile.
#[test]
fn the_transport_adds_no_block_with_a_secret_to_those_of_isahc() {
    let url = format!("http://{}/", serve(RESPONSE));
    assert_eq!(ALLOCATOR.found_in(|| drop(mark!().to_owned())), 1, "the search works");
    let of_isahc = ALLOCATOR.found_in(|| send_with_isahc(&url));
    let ours = ALLOCATOR.found_in(|| send(&url));
    assert_eq!(ours, of_isahc);
}
