//! No freed memory block contains a secret of an exchange, apart from the buffers of hyper.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sts_client::transport::{Exchange, Limits, Transport as _};
use sts_hyper::HyperTransport;
use sts_proto::Body;
use xtask_secrets::{Searching, mark, serve};

/// The secret in base64, as the password of a proxy is sent.
const IN_BASE64: &str = "cExhTnRFZDBTZUNyRXQw";
const PROXY_AUTHORIZATION: &str = "Basic YWI6cExhTnRFZDBTZUNyRXQw";

#[global_allocator]
static ALLOCATOR: Searching = Searching::new(&[mark!(), IN_BASE64]);

const RESPONSE: &str =
    concat!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 30\r\n\r\n", mark!(), mark!());

fn request<B>(url: &str, body: B) -> Request<B> {
    let token = HeaderValue::from_static(mark!());
    Request::post(url).header("x-security-token", token).body(body).unwrap()
}

fn exchange(url: &str) -> Exchange {
    let body = Body::from(mark!().as_bytes().to_vec());
    Exchange::new(request(url, body), Limits::default())
}

/// Runs a future on a runtime of its own, so that all tasks have ended afterwards.
fn run(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future);
}

/// Sends the same with hyper alone, from memory that is never freed.
fn send_with_hyper(url: &str, authorization: Option<&'static str>) {
    run(async {
        let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        let mut request = request(url, Full::new(Bytes::from_static(mark!().as_bytes())));
        if let Some(value) = authorization {
            let value = HeaderValue::from_static(value);
            request.headers_mut().insert("proxy-authorization", value);
        }
        let response = client.request(request).await.unwrap();
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            assert!(frame.unwrap().is_data());
        }
    });
}

fn send(transport: HyperTransport, url: &str) {
    run(async {
        let response = transport.send(exchange(url)).await.unwrap();
        assert_eq!(response.body().as_ref(), concat!(mark!(), mark!()).as_bytes());
        drop((response, transport));
    });
}

/// A single test, so that no other code frees blocks meanwhile.
#[test]
fn the_transport_adds_no_block_with_a_secret_to_those_of_hyper() {
    let url = format!("http://{}/", serve(RESPONSE));
    let transport = || HyperTransport::builder().no_proxy().build().unwrap();
    let of_hyper = ALLOCATOR.found_in(|| send_with_hyper(&url, None));
    assert!(of_hyper > 0, "the search works: hyper wipes none of its buffers");
    let ours = ALLOCATOR.found_in(|| send(transport(), &url));
    assert_eq!(ours, of_hyper);

    // The server accepts requests to a proxy too.
    let proxy = url.replace("http://", concat!("http://ab:", mark!(), "@"));
    let of_hyper = ALLOCATOR.found_in(|| send_with_hyper(&url, Some(PROXY_AUTHORIZATION)));
    let transport = HyperTransport::builder().proxy(&proxy).build().unwrap();
    let ours = ALLOCATOR.found_in(|| send(transport, "http://sts.example/"));
    assert_eq!(ours, of_hyper, "through a proxy");
}
