//! The checks of the gateway, and invalid input.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::time::Duration;

use http::Request;
use http::header::CONTENT_TYPE;
use proptest::collection::vec;
use proptest::prelude::{Just, any};
use proptest::test_runner::{Config, TestRunner};
use proptest::{prop_assert, prop_oneof};
use sts_emulator::{Clock as _, Emulator, TestClock, builtin};
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Body, ErrorKind, GetCallerIdentity,
    Operation, ServiceError,
};
use time::macros::datetime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::caller::{Sts, signer, sts};

fn request(sts: &Sts, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(format!("{}{path}", sts.emulator.url()))
        .body(Body::from(body.into()))
        .unwrap()
}

async fn error(sts: &Sts, request: Request<Body>) -> ServiceError {
    AssumeAgency::read(&sts.send(request).await).unwrap_err()
}

#[track_caller]
fn assert_is(error: &ServiceError, status: u16, code: &str) {
    assert_eq!(error.status(), status, "{error}");
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some(code));
}

#[tokio::test]
async fn paths_and_methods_that_do_not_exist_are_not_found() {
    let sts = sts().await;
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/v5/agencies"),
        ("GET", "/v5/agencies/assume"),
        ("POST", "/v5/caller-identity"),
        ("BREW", "/v5/caller-identity"),
    ] {
        let error = error(&sts, request(&sts, method, path, "")).await;
        assert_is(&error, 404, "APIGW.0101");
    }
}

#[tokio::test]
async fn every_response_has_a_request_id_and_the_date_of_the_clock() {
    let sts = sts().await;
    let good = sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
    let bad = request(&sts, "GET", "/", "");
    for request in [good, bad] {
        let response = sts.send(request).await;
        let id = response.headers()["x-request-id"].to_str().unwrap();
        assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
        assert_eq!(response.headers()["date"], "Thu, 05 Mar 2026 07:08:09 GMT");
        if response.status() != 200 {
            let error = GetCallerIdentity::read(&response).unwrap_err();
            assert_eq!(error.request_ids().body.as_deref(), Some(id));
        }
    }
}

#[tokio::test]
async fn a_clock_of_another_zone_gives_the_same_date() {
    let sts = sts().await;
    sts.clock.set(datetime!(2026-03-05 09:08:09 +2));
    let response = sts.send(request(&sts, "GET", "/", "")).await;
    assert_eq!(response.headers()["date"], "Thu, 05 Mar 2026 07:08:09 GMT");
}

#[tokio::test]
async fn a_body_over_twelve_megabytes_is_too_large() {
    let sts = sts().await;
    let limit = 12 * 1024 * 1024;
    for size in [limit + 1, 2 * limit] {
        let too_large = request(&sts, "POST", AssumeAgency::PATH, vec![b' '; size]);
        assert_is(&error(&sts, too_large).await, 413, "APIGW.0201");
    }
    let largest = request(&sts, "POST", AssumeAgency::PATH, vec![b' '; limit]);
    assert_is(&error(&sts, largest).await, 401, "APIGW.0301");
}

#[tokio::test]
async fn a_client_that_sends_a_large_body_to_an_unknown_path_gets_the_response() {
    let sts = sts().await;
    // More than the buffers of both sockets.
    let size = 12 * 1024 * 1024;
    let head = format!(
        "PUT /bucket/object HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\
         Connection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(sts.emulator.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; size]).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 404 "));

    // A client that waits for permission does not have to send it.
    let head = head.replace("Connection: close", "Expect: 100-continue");
    let mut stream = TcpStream::connect(sts.emulator.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 13];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 404 ");
}

#[tokio::test]
async fn heads_over_the_limits_are_too_large() {
    let sts = sts().await;
    let long = "a".repeat(33 * 1024);
    let uri = request(&sts, "GET", &format!("/v5/caller-identity?{long}"), "");
    assert_is(&error(&sts, uri).await, 414, "APIGW.0201");

    let mut header = request(&sts, "GET", "/v5/caller-identity", "");
    header.headers_mut().insert("x-security-token", long.parse().unwrap());
    assert_is(&error(&sts, header).await, 494, "APIGW.0201");

    let mut headers = request(&sts, "GET", "/v5/caller-identity", "");
    for index in 0..5 {
        let name = http::HeaderName::try_from(format!("x-{index}")).unwrap();
        headers.headers_mut().insert(name, "a".repeat(30 * 1024).parse().unwrap());
    }
    assert_is(&error(&sts, headers).await, 494, "APIGW.0201");
}

#[tokio::test]
async fn a_signed_body_that_is_no_request_is_rejected() {
    let sts = sts().await;
    for body in ["", "{", "[]", "{}", r#"{"agency_urn":5,"agency_session_name":"s1"}"#, "\u{0}"] {
        let mut request = request(&sts, "POST", AssumeAgency::PATH, body);
        let json = "application/json".parse().unwrap();
        request.headers_mut().insert(CONTENT_TYPE, json);
        let signer = signer(&builtin::credentials());
        signer.sign(&mut request, sts.clock.now()).unwrap();
        assert_is(&error(&sts, request).await, 400, "APIGW.0106");
    }
}

#[tokio::test]
async fn a_broken_limit_is_named() {
    let sts = sts().await;
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "s").duration(Duration::from_secs(5));
    let error = sts.call(assume).await.unwrap_err();
    assert_is(&error, 400, "EMULATOR.0001");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let message = error.message().unwrap();
    assert!(message.contains("agency_session_name"), "{message}");
    assert!(message.contains("duration_seconds"), "{message}");
}

#[tokio::test]
async fn federation_looks_at_no_signature_and_finds_no_provider() {
    let sts = sts().await;
    let provider = format!("iam::{}:oidcProvider:ci", builtin::ACCOUNT_ID);
    let oidc = AssumeAgencyWithOidc::new(&provider, builtin::AGENCY_URN, "run-7", "eyJhbGciOi");
    let saml = AssumeAgencyWithSaml::new(&provider, builtin::AGENCY_URN, "PHNhbWw+");
    let endpoint = sts.emulator.endpoint();
    for mut request in [oidc.to_request(endpoint).unwrap(), saml.to_request(endpoint).unwrap()] {
        let wrong = "SDK-HMAC-SHA256 nonsense".parse().unwrap();
        request.headers_mut().insert("authorization", wrong);
        let error = error(&sts, request).await;
        assert_is(&error, 404, "EMULATOR.0004");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn garbage_gets_a_response_or_is_cut_off() {
    let sts = sts().await;
    let garbage: [&[u8]; 9] = [
        b"\0\xff\xfe\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /v5/caller-identity HTTP/1.1\r\nAuthorization: \xff\xfe\r\n\r\n",
        b"POST /v5/agencies/assume HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v5/agencies/assume HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /v5/agencies/assume HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    for bytes in garbage {
        let mut stream = TcpStream::connect(sts.emulator.address()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // A reset ends the response as well.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{bytes:?}");
    }
    sts.call(GetCallerIdentity::new()).await.unwrap();
}

/// Returns the response to `bytes`; a reset ends it as well.
fn response_to(emulator: &Emulator, bytes: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut stream = std::net::TcpStream::connect(emulator.address()).unwrap();
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn no_bytes_stop_it() {
    let clock = TestClock::new(datetime!(2026-03-05 07:08:09 UTC));
    let emulator = Emulator::builder().clock(clock).start_blocking().unwrap();
    let mut runner = TestRunner::new(Config { cases: 200, ..Config::default() });
    let paths = prop_oneof![Just("/v5/caller-identity"), Just("/v5/agencies/assume"), Just("/")];
    let authorization = "(SDK|V11)-HMAC-SHA256 [A-Za-z]{0,10}=[ -~]{0,40},? ?[ -~]{0,60}";
    let strategy = (paths, authorization, "[ -~]{0,40}", vec(any::<u8>(), 0..200));
    runner
        .run(&strategy, |(path, authorization, token, body)| {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: h\r\nAuthorization: {authorization}\r\n\
                 X-Sdk-Date: 20260305T070809Z\r\nX-Security-Token: {token}\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let whole = [head.as_bytes(), &body].concat();
            for bytes in [&whole, &body] {
                let answer = response_to(&emulator, bytes);
                prop_assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"));
            }
            Ok(())
        })
        .unwrap();
    let answer = response_to(&emulator, b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with(b"HTTP/1.1 404 "));
}
