//! Kinds where the contract leaves room: hyper tells them apart, libcurl does not.

use std::io::Write;

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{Server, accept, read_request, serve};
use crate::stacks::{HYPER, ISAHC, Settings, Stack};

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

fn facts(stack: &Stack, answer: impl Into<Vec<u8>>) -> (TransportErrorKind, Progress) {
    let server = serve_raw(answer);
    let transport = stack.built(&Settings { no_proxy: true, ..Settings::default() });
    let error = transport.send(&server.url()).unwrap_err();
    server.join();
    (error.kind(), error.progress())
}

const BROKEN_CHUNK: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";

fn large_head() -> String {
    format!("HTTP/1.1 200 OK\r\n{}\r\n", format!("x: {}\r\n", "y".repeat(60_000)).repeat(20))
}

const BROKEN_OFF_CHUNK: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf";

const CLOSED: (TransportErrorKind, Progress) = (TransportErrorKind::Closed, Progress::MaybeSent);

#[test]
fn hyper_tells_a_head_that_is_too_large_from_one_that_breaks_off() {
    let too_large = (TransportErrorKind::TooLarge, Progress::MaybeSent);
    assert_eq!(facts(&HYPER, large_head()), too_large);
    assert_eq!(facts(&HYPER, "HTTP/1.1 200 OK\r\nx: y\r\n"), CLOSED);
}

#[test]
fn hyper_tells_a_chunk_that_is_none_from_one_that_breaks_off() {
    let protocol = (TransportErrorKind::Protocol, Progress::MaybeSent);
    assert_eq!(facts(&HYPER, BROKEN_CHUNK), protocol);
    assert_eq!(facts(&HYPER, BROKEN_OFF_CHUNK), CLOSED);
}

#[test]
fn to_isahc_a_head_that_is_too_large_is_closed() {
    assert_eq!(facts(&ISAHC, large_head()), CLOSED);
}

#[test]
fn to_isahc_a_chunk_that_is_none_is_closed() {
    assert_eq!(facts(&ISAHC, BROKEN_CHUNK), CLOSED);
}

/// A head without a word on where the body ends would be taken for closed.
#[test]
fn to_isahc_a_head_that_breaks_off_after_its_encoding_is_an_answer_without_a_body() {
    let server = serve_raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n");
    let transport = ISAHC.built(&Settings { no_proxy: true, ..Settings::default() });
    let answer = transport.send(&server.url()).unwrap();
    assert!(answer.body().is_empty());
    server.join();
}
