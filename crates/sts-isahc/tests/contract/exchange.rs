//! One request, as given; any answer, whole.

use std::io::Write;
use std::sync::mpsc;

use http::StatusCode;
use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{
    accept, await_close, body, has_waiting, header, read_request, serve, serve_all, serve_once,
};
use crate::{UNNOTICED_CLOSE, abandon, builder, facts, get, post, send, transport};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[test]
fn the_request_arrives_as_given() {
    let server = serve_once(OK);
    let authority = server.authority();
    let response = send(&transport(), post(&server.url("/v5/agencies/assume"), "{\"a\":1}"));
    assert_eq!(response.unwrap().body().as_ref(), b"ok");

    let request = server.join();
    assert!(request.starts_with("POST /v5/agencies/assume HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("\r\nHost: {authority}\r\n")), "{request}");
    assert!(request.contains("\r\nContent-Type: application/json\r\n"), "{request}");
    assert!(request.contains("\r\nX-Sdk-Date: 20260305T070809Z\r\n"), "{request}");
    assert_eq!(body(&request), "{\"a\":1}");
}

#[test]
fn the_target_is_left_as_it_is() {
    for target in ["/", "/a//b/", "/%7Euser/%2F%C3%A9", "/a;b=1,2/~x?y=%2F+*'()&z", "/a?b=c?d=e//"]
    {
        let server = serve_once(OK);
        send(&transport(), get(&server.url(target))).unwrap();
        let request = server.join();
        assert!(request.starts_with(&format!("GET {target} HTTP/1.1\r\n")), "{request}");
    }
}

#[test]
fn a_host_that_the_request_names_is_kept() {
    let server = serve_once(OK);
    let mut exchange = get(&server.url("/"));
    let host = "sts.cn-north-4.example:443".parse().unwrap();
    exchange.request.headers_mut().insert(http::header::HOST, host);
    send(&transport(), exchange).unwrap();
    let request = server.join();
    assert_eq!(header(&request, "host"), Some("sts.cn-north-4.example:443"));
    assert_eq!(request.to_lowercase().matches("\r\nhost:").count(), 1, "{request}");
}

#[test]
fn a_user_agent_is_added_only_where_there_is_none() {
    let transport = builder().user_agent("backup/7".parse().unwrap()).build().unwrap();

    let server = serve_once(OK);
    send(&transport, get(&server.url("/"))).unwrap();
    assert_eq!(header(&server.join(), "user-agent"), Some("backup/7"));

    let server = serve_once(OK);
    let mut exchange = get(&server.url("/"));
    exchange.request.headers_mut().insert("user-agent", "mine/1".parse().unwrap());
    send(&transport, exchange).unwrap();
    assert_eq!(header(&server.join(), "user-agent"), Some("mine/1"));
}

#[test]
fn a_large_body_goes_out_at_once_and_whole() {
    let sent = "x".repeat(2 << 20);
    let server = serve_once(OK);
    send(&transport(), post(&server.url("/"), &sent)).unwrap();
    let request = server.join();
    assert_eq!(header(&request, "expect"), None);
    assert_eq!(header(&request, "transfer-encoding"), None);
    assert!(body(&request) == sent);
}

#[test]
fn a_post_without_a_body_says_so() {
    let server = serve_once(OK);
    send(&transport(), post(&server.url("/"), "")).unwrap();
    assert_eq!(header(&server.join(), "content-length"), Some("0"));
}

#[test]
fn no_encoding_is_offered_and_none_undone() {
    let server = serve_once(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1f\x0bz",
    );
    let response = send(&transport(), get(&server.url("/"))).unwrap();
    assert_eq!(response.body().as_ref(), b"\x1f\x0bz");
    assert_eq!(header(&server.join(), "accept-encoding"), None);
}

#[test]
fn any_status_is_an_answer() {
    for status in [200, 201, 202, 299, 300, 304, 400, 401, 403, 404, 407, 417, 429, 500, 503, 599] {
        let length = if status == 304 { "" } else { "content-length: 0\r\n" };
        let server = serve_once(format!("HTTP/1.1 {status} So\r\n{length}x-request-id: r\r\n\r\n"));
        let response = send(&transport(), post(&server.url("/"), "{}")).unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers()["x-request-id"], "r");
        server.join();
    }
}

#[test]
fn an_answer_without_a_length_ends_with_the_connection() {
    let server = serve_once("HTTP/1.0 200 OK\r\n\r\nto the end");
    let response = send(&transport(), get(&server.url("/"))).unwrap();
    assert_eq!(response.body().as_ref(), b"to the end");
}

#[test]
fn a_redirect_is_handed_back_and_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = serve(|listener| listener.try_clone().unwrap());
        let location = elsewhere.url("/");
        let server = serve_once(format!(
            "HTTP/1.1 {status} Go\r\nlocation: {location}\r\ncontent-length: 4\r\n\r\nthis"
        ));
        let response = send(&transport(), post(&server.url("/"), "{}")).unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers()["location"], location.as_str());
        assert_eq!(response.body().as_ref(), b"this");
        server.join();
        assert!(!has_waiting(&elsewhere.join()));
    }
}

#[test]
fn informational_answers_are_consumed() {
    let server = serve_once(format!(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n{OK}"
    ));
    let response = send(&transport(), post(&server.url("/"), "{}")).unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers().get("link"), None);
    assert_eq!(response.body().as_ref(), b"ok");
}

#[test]
fn no_cookie_is_kept() {
    let server =
        serve_all(|_| Some("HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n"));
    let transport = transport();
    for _ in 0..3 {
        send(&transport, post(&server.url("/"), "{}")).unwrap();
    }
    drop(transport);
    for request in server.stop().requests {
        assert_eq!(header(&request, "cookie"), None);
    }
}

#[test]
fn connections_are_used_again() {
    let server = serve_all(|_| Some(OK));
    let transport = transport();
    for _ in 0..20 {
        send(&transport.clone(), post(&server.url("/"), "{}")).unwrap();
    }
    drop(transport);
    let seen = server.stop();
    assert_eq!(seen.requests.len(), 20);
    assert!(seen.connections < 20, "{}", seen.connections);
}

#[test]
fn no_connection_is_kept_where_none_shall_be() {
    let server = serve(|listener| {
        for _ in 0..2 {
            let mut connection = accept(listener);
            read_request(&mut connection);
            connection.write_all(OK.as_bytes()).unwrap();
            await_close(&mut connection);
        }
    });
    let transport = builder().pool_max_idle(0).build().unwrap();
    for _ in 0..2 {
        send(&transport, post(&server.url("/"), "{}")).unwrap();
    }
    server.join();
}

#[test]
fn a_kept_connection_that_was_closed_is_replaced() {
    let (closed, is_closed) = mpsc::channel();
    let server = serve(move |listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        connection.write_all(OK.as_bytes()).unwrap();
        drop(connection);
        closed.send(()).unwrap();
        let mut connection = accept(listener);
        read_request(&mut connection);
        connection.write_all(OK.as_bytes()).unwrap();
    });
    let transport = transport();
    send(&transport, post(&server.url("/"), "{}")).unwrap();
    is_closed.recv().unwrap();
    std::thread::sleep(UNNOTICED_CLOSE);
    send(&transport, post(&server.url("/"), "{}")).unwrap();
    server.join();
}

#[test]
fn a_request_that_was_read_is_not_repeated() {
    for last in [|url: &str| post(url, "{}"), get] {
        let server = serve_all(|number| (number < 20).then_some(OK));
        let transport = transport();
        for _ in 0..20 {
            send(&transport, post(&server.url("/"), "{}")).unwrap();
        }
        let facts = facts(send(&transport, last(&server.url("/"))));
        assert_eq!(facts, (TransportErrorKind::Closed, Progress::MaybeSent));
        drop(transport);
        assert_eq!(server.stop().requests.len(), 21);
    }
}

#[test]
fn a_dropped_exchange_leaves_the_transport_usable() {
    let (received, is_received) = mpsc::channel();
    let server = serve(move |listener| {
        let mut connection = accept(listener);
        read_request(&mut connection);
        received.send(()).unwrap();
        // The answer to the dropped exchange comes late, and nobody may take it for another's.
        let mut second = accept(listener);
        let late = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate";
        let _ = connection.write_all(late.as_bytes());
        read_request(&mut second);
        second.write_all(OK.as_bytes()).unwrap();
    });
    let transport = transport();
    abandon(&transport, post(&server.url("/"), "{}"), &is_received);
    let response = send(&transport, post(&server.url("/"), "{}")).unwrap();
    assert_eq!(response.body().as_ref(), b"ok");
    server.join();
}
