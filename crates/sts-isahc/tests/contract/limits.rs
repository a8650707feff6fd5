//! Time and size.

use std::io::Write;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sts_client::transport::{Limits, Progress, TransportErrorKind};

use crate::server::{accept, await_close, read_request, serve, serve_once};
use crate::{HEAD_TOO_LARGE, builder, facts, get, post, send, transport, with_limits};

const SHORT: Duration = Duration::from_millis(300);
/// What a busy machine may add to a limit before it counts as missed.
const SLACK: Duration = Duration::from_secs(2);

/// Two ways to send the same body.
fn framings(body: &str) -> [String; 3] {
    let length = body.len();
    let (first, rest) = body.split_at(length / 2);
    [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"),
        format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
             {:x}\r\n{first}\r\n{:x}\r\n{rest}\r\n0\r\n\r\n",
            first.len(),
            rest.len(),
        ),
        format!("HTTP/1.0 200 OK\r\n\r\n{body}"),
    ]
}

#[test]
fn a_body_at_the_limit_is_whole() {
    let body = "0123456789".repeat(1000);
    for answer in framings(&body) {
        let server = serve_once(answer);
        let limits = Limits::default().with_body(body.len());
        let response = send(&transport(), with_limits(get(&server.url("/")), limits)).unwrap();
        assert!(response.body().as_ref() == body.as_bytes());
    }
}

#[test]
fn one_byte_more_is_too_large() {
    let body = "0123456789".repeat(1000);
    for answer in framings(&body) {
        let server = serve_once(answer);
        let limits = Limits::default().with_body(body.len() - 1);
        let facts = facts(send(&transport(), with_limits(get(&server.url("/")), limits)));
        assert_eq!(facts, (TransportErrorKind::TooLarge, Progress::MaybeSent));
    }
}

#[test]
fn an_endless_body_is_stopped_at_the_limit() {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        connection.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").unwrap();
        let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
        while connection.write_all(chunk.as_bytes()).is_ok() {}
    });
    let facts = facts(send(&transport(), get(&server.url("/"))));
    assert_eq!(facts, (TransportErrorKind::TooLarge, Progress::MaybeSent));
    server.join();
}

#[test]
fn a_connection_with_the_rest_of_an_answer_is_not_used_again() {
    let server = serve(|listener| {
        let mut first = accept(listener);
        read_request(&mut first);
        first.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc").unwrap();
        let mut second = accept(listener);
        read_request(&mut second);
        second.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab").unwrap();
    });
    let transport = transport();
    let small = Limits::default().with_body(2);
    let large = send(&transport, with_limits(post(&server.url("/"), "{}"), small));
    assert_eq!(facts(large), (TransportErrorKind::TooLarge, Progress::MaybeSent));
    let response = send(&transport, with_limits(post(&server.url("/"), "{}"), small)).unwrap();
    assert_eq!(response.body().as_ref(), b"ab");
    server.join();
}

#[test]
fn a_head_without_end_is_an_error() {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        connection.write_all(b"HTTP/1.1 200 OK\r\n").unwrap();
        let header = format!("x: {}\r\n", "y".repeat(60_000));
        while connection.write_all(header.as_bytes()).is_ok() {}
    });
    let facts = facts(send(&transport(), get(&server.url("/"))));
    assert_eq!(facts, (HEAD_TOO_LARGE, Progress::MaybeSent));
    server.join();
}

#[test]
fn silence_is_a_timeout_within_the_limit() {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        await_close(&mut connection);
    });
    let limits = Limits::default().with_timeout(SHORT);
    let started = Instant::now();
    let facts = facts(send(&transport(), with_limits(post(&server.url("/"), "{}"), limits)));
    let took = started.elapsed();
    assert_eq!(facts, (TransportErrorKind::Timeout, Progress::MaybeSent));
    assert!(took < SHORT + SLACK, "{took:?}");
    // The connection was closed, not kept.
    server.join();
}

#[test]
fn a_body_that_stalls_is_a_timeout_within_the_limit() {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").unwrap();
        await_close(&mut connection);
    });
    let limits = Limits::default().with_timeout(SHORT);
    let started = Instant::now();
    let facts = facts(send(&transport(), with_limits(get(&server.url("/")), limits)));
    let took = started.elapsed();
    assert_eq!(facts, (TransportErrorKind::Timeout, Progress::MaybeSent));
    assert!(took < SHORT + SLACK, "{took:?}");
    server.join();
}

#[test]
fn a_body_that_trickles_does_not_extend_the_limit() {
    let (ended, has_ended) = mpsc::channel();
    let server = serve(move |listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").unwrap();
        while has_ended.recv_timeout(Duration::from_millis(20)).is_err() {
            let _ = connection.write_all(b".");
        }
    });
    let limits = Limits::default().with_timeout(SHORT);
    let started = Instant::now();
    let facts = facts(send(&transport(), with_limits(get(&server.url("/")), limits)));
    let took = started.elapsed();
    ended.send(()).unwrap();
    assert_eq!(facts, (TransportErrorKind::Timeout, Progress::MaybeSent));
    assert!(took < SHORT + SLACK, "{took:?}");
    server.join();
}

#[test]
fn no_time_at_all_is_a_timeout() {
    let server = serve(|listener| listener.try_clone().unwrap());
    let limits = Limits::default().with_timeout(Duration::ZERO);
    let result = send(&transport(), with_limits(get(&server.url("/")), limits));
    assert_eq!(result.unwrap_err().kind(), TransportErrorKind::Timeout);
    server.join();
}

#[test]
fn all_the_time_there_is_is_no_error() {
    let server = serve_once("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let limits = Limits::default().with_timeout(Duration::MAX);
    send(&transport(), with_limits(get(&server.url("/")), limits)).unwrap();
}

#[test]
fn a_handshake_that_stalls_ends_with_the_time_to_connect() {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        // The greeting of TLS arrives; it is never answered.
        while std::io::Read::read(&mut connection, &mut [0; 512]).is_ok_and(|read| read > 0) {}
    });
    let transport = builder().connect_timeout(SHORT).build().unwrap();
    let started = Instant::now();
    let facts = facts(send(&transport, get(&server.https_url("/"))));
    let took = started.elapsed();
    assert_eq!(facts, (TransportErrorKind::Connect, Progress::NotSent));
    assert!(took < SHORT + SLACK, "{took:?}");
    server.join();
}

#[test]
fn a_handshake_that_stalls_ends_with_the_time_for_the_exchange() {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        while std::io::Read::read(&mut connection, &mut [0; 512]).is_ok_and(|read| read > 0) {}
    });
    let limits = Limits::default().with_timeout(SHORT);
    let facts = facts(send(&transport(), with_limits(get(&server.https_url("/")), limits)));
    assert_eq!(facts, (TransportErrorKind::Timeout, Progress::NotSent));
    server.join();
}
