//! No freed memory block contains a secret of an exchange, apart from the buffers of reqwest.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use http::{HeaderValue, Request};
use reqwest::{redirect, retry};
use sts_client::transport::{Exchange, Limits, Transport as _};
use sts_proto::Body;
use sts_reqwest::ReqwestTransport;
use xtask_secrets::{Searching, mark, serve};

#[global_allocator]
static ALLOCATOR: Searching = Searching::new(&[mark!()]);

const RESPONSE: &str =
    concat!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 30\r\n\r\n", mark!(), mark!());

fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(redirect::Policy::none());
    client.retry(retry::never()).referer(false).no_proxy().build().unwrap()
}

/// Runs a future on a runtime of its own, so that all tasks have ended afterwards.
fn run(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future);
}

/// Sends the same with reqwest alone, from memory that is never freed.
fn send_with_reqwest(url: &str) {
    run(async {
        let token = HeaderValue::from_static(mark!());
        let request = client().post(url).header("x-security-token", token).body(mark!());
        let mut response = request.send().await.unwrap();
        while response.chunk().await.unwrap().is_some() {}
    });
}

fn exchange(url: &str) -> Exchange {
    let token = HeaderValue::from_static(mark!());
    let body = Body::from(mark!().as_bytes().to_vec());
    let request = Request::post(url).header("x-security-token", token).body(body).unwrap();
    Exchange::new(request, Limits::default())
}

fn send(url: &str) {
    run(async {
        let transport = ReqwestTransport::from_client(client()).direct_client(client());
        let response = transport.send(exchange(url)).await.unwrap();
        assert_eq!(response.body().as_ref(), concat!(mark!(), mark!()).as_bytes());
    });
}

/// A single test, so that no other code frees blocks meanwhile.
#[test]
fn the_transport_adds_no_block_with_a_secret_to_those_of_reqwest() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("http://{}/", serve(RESPONSE));
    let of_reqwest = ALLOCATOR.found_in(|| send_with_reqwest(&url));
    assert!(of_reqwest > 0, "the search works: reqwest wipes none of its buffers");
    assert_eq!(ALLOCATOR.found_in(|| send(&url)), of_reqwest);

    #[cfg(feature = "blocking")]
    blocking::adds_none(&url);
}

#[cfg(feature = "blocking")]
mod blocking {
    use std::io::Read as _;

    use sts_client::blocking::Transport as _;
    use sts_reqwest::blocking::ReqwestTransport;

    use super::*;

    fn client() -> reqwest::blocking::Client {
        let client = reqwest::blocking::Client::builder().redirect(redirect::Policy::none());
        client.retry(retry::never()).referer(false).no_proxy().build().unwrap()
    }

    pub(super) fn adds_none(url: &str) {
        let of_reqwest = ALLOCATOR.found_in(|| {
            let token = HeaderValue::from_static(mark!());
            let request = client().post(url).header("x-security-token", token).body(mark!());
            let mut response = request.send().unwrap();
            let mut piece = [0; 4096];
            while response.read(&mut piece).unwrap() > 0 {}
        });
        let ours = ALLOCATOR.found_in(|| {
            let transport = ReqwestTransport::from_client(client()).direct_client(client());
            let response = transport.send(exchange(url)).unwrap();
            assert_eq!(response.body().as_ref(), concat!(mark!(), mark!()).as_bytes());
        });
        assert!(ours <= of_reqwest, "{ours}, {of_reqwest} of reqwest alone");
    }
}
