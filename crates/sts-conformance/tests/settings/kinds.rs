//! Error kinds where the contract permits several: hyper distinguishes them, libcurl does not.

use std::io::Write;

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{Server, accept, read_request, serve};
use crate::stacks::{HYPER, ISAHC, Settings, Stack};

/// Responds to one request with these bytes.
fn serve_raw(response: impl Into<Vec<u8>>) -> Server<()> {
    let response = response.into();
    serve(move |listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        // The client may close the connection early.
        let _ = connection.write_all(&response);
    })
}

fn facts(stack: &Stack, response: impl Into<Vec<u8>>) -> (TransportErrorKind, Progress) {
    let server = serve_raw(response);
    let transport = stack.built(&Settings { no_proxy: true, ..Settings::default() });
    let error = transport.send(&server.url()).unwrap_err();
    server.join();
    (error.kind(), error.progress())
}

const INVALID_CHUNK: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";

fn large_head() -> String {
    format!("HTTP/1.1 200 OK\r\n{}\r\n", format!("x: {}\r\n", "y".repeat(60_000)).repeat(20))
}

const TRUNCATED_CHUNK: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf";

const CLOSED: (TransportErrorKind, Progress) = (TransportErrorKind::Closed, Progress::MaybeSent);

#[test]
fn hyper_distinguishes_a_large_head_from_a_truncated_one() {
    let too_large = (TransportErrorKind::TooLarge, Progress::MaybeSent);
    assert_eq!(facts(&HYPER, large_head()), too_large);
    assert_eq!(facts(&HYPER, "HTTP/1.1 200 OK\r\nx: y\r\n"), CLOSED);
}

#[test]
fn hyper_distinguishes_an_invalid_chunk_from_a_truncated_one() {
    let protocol = (TransportErrorKind::Protocol, Progress::MaybeSent);
    assert_eq!(facts(&HYPER, INVALID_CHUNK), protocol);
    assert_eq!(facts(&HYPER, TRUNCATED_CHUNK), CLOSED);
}

#[test]
fn isahc_reports_a_large_head_as_closed() {
    assert_eq!(facts(&ISAHC, large_head()), CLOSED);
}

#[test]
fn isahc_reports_an_invalid_chunk_as_closed() {
    assert_eq!(facts(&ISAHC, INVALID_CHUNK), CLOSED);
}

/// Without `Transfer-Encoding` the response would be reported as closed.
#[test]
fn isahc_returns_an_empty_body_for_a_head_truncated_after_its_encoding() {
    let server = serve_raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n");
    let transport = ISAHC.built(&Settings { no_proxy: true, ..Settings::default() });
    let response = transport.send(&server.url()).unwrap();
    assert!(response.body().is_empty());
    server.join();
}
