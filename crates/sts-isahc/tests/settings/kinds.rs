//! Kinds where the contract leaves room: what libcurl makes of it.

use std::io::Write;

use sts_client::transport::{Progress, TransportErrorKind};
use sts_isahc::IsahcTransport;

use crate::send;
use crate::server::{Server, accept, read_request, serve};

/// A server that answers one request with these bytes.
fn serve_raw(answer: impl Into<Vec<u8>>) -> Server<()> {
    let answer = answer.into();
    serve(move |listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        // The client may close before it has read all.
        let _ = connection.write_all(&answer);
    })
}

fn facts(answer: impl Into<Vec<u8>>) -> (TransportErrorKind, Progress) {
    let server = serve_raw(answer);
    let transport = IsahcTransport::builder().no_proxy().build().unwrap();
    let error = send(&transport, &server.url()).unwrap_err();
    server.join();
    (error.kind(), error.progress())
}

const BROKEN_CHUNK: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";

fn large_head() -> String {
    format!("HTTP/1.1 200 OK\r\n{}\r\n", format!("x: {}\r\n", "y".repeat(60_000)).repeat(20))
}

#[test]
fn a_head_that_is_too_large_is_closed() {
    assert_eq!(facts(large_head()), (TransportErrorKind::Closed, Progress::MaybeSent));
}

#[test]
fn a_chunk_that_is_none_is_closed() {
    assert_eq!(facts(BROKEN_CHUNK), (TransportErrorKind::Closed, Progress::MaybeSent));
}

/// A head without a word on where the body ends would be taken for closed.
#[test]
fn a_head_that_breaks_off_after_its_encoding_is_an_answer_without_a_body() {
    let server = serve_raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n");
    let transport = IsahcTransport::builder().no_proxy().build().unwrap();
    let answer = send(&transport, &server.url()).unwrap();
    assert!(answer.body().is_empty());
    server.join();
}
