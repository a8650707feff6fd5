//! What went wrong, how far it got, and nothing that is secret.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::Write;

use sts_client::transport::{Exchange, Limits, Progress, TransportError, TransportErrorKind};

use crate::server::{accept, await_close, read_head, read_request, serve, serve_once};
use crate::{BROKEN_CHUNK, facts, get, post, send, transport, with_limits};

/// Nobody listens at the lowest of the ports.
const NOBODY: &str = "http://127.0.0.1:1/";

#[test]
fn a_refused_connection_is_not_sent() {
    for exchange in [get(NOBODY), post(NOBODY, "{}")] {
        let facts = facts(send(&transport(), exchange));
        assert_eq!(facts, (TransportErrorKind::Connect, Progress::NotSent));
    }
}

#[test]
fn a_name_without_an_address_is_not_sent() {
    let facts = facts(send(&transport(), get("http://name.invalid/")));
    assert_eq!(facts, (TransportErrorKind::Resolve, Progress::NotSent));
}

#[test]
fn a_uri_without_a_host_is_not_sent() {
    let error = send(&transport(), get("/v5/caller-identity")).unwrap_err();
    assert_eq!(error.progress(), Progress::NotSent);
}

#[test]
fn a_scheme_that_is_not_http_is_not_sent() {
    let error = send(&transport(), get("ftp://127.0.0.1/")).unwrap_err();
    assert_eq!(error.progress(), Progress::NotSent);
}

#[test]
fn a_connection_closed_without_an_answer_may_be_sent() {
    for request in [get as fn(&str) -> Exchange, |url| post(url, "{}")] {
        let server = serve(|listener| {
            read_request(&mut accept(listener));
        });
        let facts = facts(send(&transport(), request(&server.url("/"))));
        assert_eq!(facts, (TransportErrorKind::Closed, Progress::MaybeSent));
        server.join();
    }
}

#[test]
fn a_head_cut_short_may_be_sent() {
    for answer in [
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nx-request-id: r\r\ncontent-le",
        "HTTP/1.1 503 Busy\r\ncontent-length: 10\r\n",
    ] {
        let server = serve_once(answer);
        let facts = facts(send(&transport(), get(&server.url("/"))));
        assert_eq!(facts, (TransportErrorKind::Closed, Progress::MaybeSent), "{answer}");
    }
}

#[test]
fn a_body_cut_short_may_be_sent() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhalf",
    ] {
        let server = serve_once(answer);
        let facts = facts(send(&transport(), get(&server.url("/"))));
        assert_eq!(facts, (TransportErrorKind::Closed, Progress::MaybeSent), "{answer}");
    }
}

#[test]
fn a_reset_may_be_sent() {
    for answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"] {
        let server = serve(move |listener| {
            let mut connection = accept(listener);
            read_head(&mut connection);
            connection.write_all(answer.as_bytes()).unwrap();
            // The body is in the socket, unread: closing it now resets the connection.
            connection.peek(&mut [0]).unwrap();
        });
        let facts = facts(send(&transport(), post(&server.url("/"), "{}")));
        assert_eq!(facts, (TransportErrorKind::Closed, Progress::MaybeSent), "{answer}");
        server.join();
    }
}

#[test]
fn garbage_is_a_protocol_error() {
    for answer in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "<html><body>hello</body></html>\r\n\r\n",
        "HTTP/1.1 two hundred\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno header at all\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: ten\r\n\r\n",
    ] {
        let server = serve_once(answer);
        let facts = facts(send(&transport(), post(&server.url("/"), "{}")));
        assert_eq!(facts, (TransportErrorKind::Protocol, Progress::MaybeSent), "{answer}");
    }
}

#[test]
fn a_chunk_that_is_none_is_an_error() {
    let server =
        serve_once("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nbody\r\n0\r\n\r\n");
    let facts = facts(send(&transport(), post(&server.url("/"), "{}")));
    assert_eq!(facts, (BROKEN_CHUNK, Progress::MaybeSent));
}

#[test]
fn a_protocol_that_nobody_asked_for_is_a_protocol_error() {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        let answer =
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n";
        connection.write_all(answer.as_bytes()).unwrap();
    });
    let error = send(&transport(), get(&server.url("/"))).unwrap_err();
    assert!(matches!(error.kind(), TransportErrorKind::Protocol | TransportErrorKind::Closed));
    assert_eq!(error.progress(), Progress::MaybeSent);
}

#[test]
fn errors_show_no_secret() {
    for error in failures() {
        let mut shown = format!("{error} {error:?} {error:#?}");
        let mut source = error.source();
        while let Some(error) = source {
            write!(shown, "{error} {error:?} {error:#?}").unwrap();
            source = error.source();
        }
        assert!(!shown.contains("planted"), "{shown}");
    }
}

/// One of each kind, of a request and answers full of secrets.
fn failures() -> Vec<TransportError> {
    let secret = |url: &str| {
        let mut exchange = post(url, "{\"id_token\":\"planted-body\"}");
        let headers = exchange.request.headers_mut();
        for name in ["authorization", "x-security-token"] {
            let mut value = http::HeaderValue::from_static("planted-header");
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        exchange
    };
    let mut failures = vec![
        send(&transport(), secret(NOBODY)).unwrap_err(),
        send(&transport(), secret("http://name.invalid/")).unwrap_err(),
    ];
    for answer in [
        "",
        "planted-garbage\r\n\r\n",
        "HTTP/1.1 200 planted\r\nplanted-header planted\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: planted\r\n\r\nplanted",
        "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nplanted",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nplanted\r\nplanted",
    ] {
        let server = serve_once(answer);
        failures.push(send(&transport(), secret(&server.url("/"))).unwrap_err());
    }
    let server = serve_once("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nplanted");
    let small = Limits::default().with_body(6);
    failures.push(send(&transport(), with_limits(secret(&server.url("/")), small)).unwrap_err());

    let server = serve(|listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nplanted").unwrap();
        await_close(&mut connection);
    });
    let short = Limits::default().with_timeout(std::time::Duration::from_millis(200));
    failures.push(send(&transport(), with_limits(secret(&server.url("/")), short)).unwrap_err());
    failures
}
