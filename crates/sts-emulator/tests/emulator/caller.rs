//! A client of the emulator: signs requests, sends them over a socket, reads responses.

use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sts_emulator::{Clock as _, Emulator, TestClock, builtin};
use sts_proto::{Body, Credentials, Operation, ServiceError};
use sts_sign::Signer;
use time::macros::datetime;
use tokio::net::TcpStream;

/// An emulator with a test clock.
pub(crate) struct Sts {
    pub(crate) emulator: Emulator,
    pub(crate) clock: TestClock,
}

pub(crate) async fn sts() -> Sts {
    sts_with(|builder| builder).await
}

pub(crate) async fn sts_with(
    configure: impl FnOnce(sts_emulator::Builder) -> sts_emulator::Builder,
) -> Sts {
    let clock = TestClock::new(datetime!(2026-03-05 07:08:09.512 UTC));
    let builder = Emulator::builder().clock(clock.clone());
    let emulator = configure(builder).start().await.unwrap();
    Sts { emulator, clock }
}

impl Sts {
    /// Calls with the built-in credentials.
    pub(crate) async fn call<O: Operation>(&self, operation: O) -> Result<O::Output, ServiceError> {
        self.call_with(&builtin::credentials(), operation).await
    }

    /// Calls with these credentials.
    pub(crate) async fn call_with<O: Operation>(
        &self,
        credentials: &Credentials,
        operation: O,
    ) -> Result<O::Output, ServiceError> {
        let request = self.signed(credentials, &operation);
        O::read(&self.send(request).await)
    }

    /// Returns the signed request of an operation without validating it.
    pub(crate) fn signed<O: Operation>(
        &self,
        credentials: &Credentials,
        operation: &O,
    ) -> Request<Body> {
        let endpoint = self.emulator.endpoint();
        let mut request = operation.to_request_unvalidated(endpoint).unwrap();
        let now = self.clock.now();
        signer(credentials).sign(&mut request, now).unwrap();
        request
    }

    /// Sends JSON without a signature. `Value::Null` is an empty body.
    pub(crate) async fn send_json(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Response<Body> {
        self.send(self.json_request(method, path, headers, body)).await
    }

    /// Sends JSON that is signed with these credentials.
    pub(crate) async fn send_signed_json(
        &self,
        credentials: &Credentials,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Response<Body> {
        let mut request = self.json_request(method, path, &[], body);
        signer(credentials).sign(&mut request, self.clock.now()).unwrap();
        self.send(request).await
    }

    fn json_request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Request<Body> {
        let uri = format!("{}{path}", self.emulator.url());
        let mut request = Request::builder().method(method).uri(uri);
        request = request.header("content-type", "application/json;charset=utf8");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        request.body(Body::from(body)).unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        send(&self.emulator, request).await
    }

    /// Sends a request on a connection that may fail.
    pub(crate) async fn try_send(&self, request: Request<Body>) -> hyper::Result<Response<Body>> {
        let stream = TcpStream::connect(self.emulator.address()).await.unwrap();
        try_send_over(TokioIo::new(stream), request).await
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// Returns the JSON of a response with this status.
#[track_caller]
pub(crate) fn json_of(response: &Response<Body>, status: u16) -> Value {
    let text = String::from_utf8_lossy(response.body().as_ref());
    assert_eq!(response.status(), status, "{text}");
    assert_eq!(response.headers()["x-request-id"].len(), 32);
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn signer(credentials: &Credentials) -> Signer {
    Signer::new(credentials).unwrap()
}

/// Sends one request on a connection of its own.
async fn send(emulator: &Emulator, request: Request<Body>) -> Response<Body> {
    let stream = TcpStream::connect(emulator.address()).await.unwrap();
    send_over(TokioIo::new(stream), request).await
}

/// Sends one request over `stream`.
pub(crate) async fn send_over(
    stream: impl Read + Write + Unpin + Send + 'static,
    request: Request<Body>,
) -> Response<Body> {
    try_send_over(stream, request).await.unwrap()
}

async fn try_send_over(
    stream: impl Read + Write + Unpin + Send + 'static,
    mut request: Request<Body>,
) -> hyper::Result<Response<Body>> {
    let (mut sender, connection) = http1::handshake(stream).await?;
    tokio::spawn(connection);
    // Origin form and a Host header, like HTTP clients.
    let uri = request.uri().clone();
    let host = uri.authority().unwrap().as_str().parse().unwrap();
    request.headers_mut().entry("host").or_insert(host);
    *request.uri_mut() = uri.path_and_query().unwrap().as_str().parse().unwrap();
    let request = request.map(|body| Full::new(body.into_bytes()));
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Response::from_parts(head, Body::from(body.to_vec())))
}
