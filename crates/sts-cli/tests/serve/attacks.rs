//! Requests that are not from clients of the server. None of them gets credentials.

use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::server::{Server, read_to_end};
use crate::support::Cloud;

const TARGET: &str = "GET /container-credentials";

/// Texts that only clients may see.
struct Secrets(Vec<String>);

impl Secrets {
    fn of(server: &Server) -> Self {
        let credentials = server.credentials();
        let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
        let credentials = ["AccessKeyId", "SecretAccessKey", "Token"].map(text);
        Self(credentials.into_iter().chain([server.secret()]).collect())
    }

    #[track_caller]
    fn assert_not_in(&self, response: &str) {
        assert!(self.0.iter().all(|secret| !response.contains(secret)), "{response}");
    }
}

#[track_caller]
fn assert_rejected(response: &str) {
    assert!(response.starts_with("HTTP/1.1 403 "), "{response}");
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.contains("cache-control: no-store"), "{head}");
    assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    assert!(!head.contains("access-control-") && !head.contains("location:"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["message"], "request rejected");
}

#[test]
fn web_pages_are_rejected_even_if_they_know_the_secret() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    let secrets = Secrets::of(&server);
    let (host, secret) = (server.address.to_string(), server.secret());
    let port = server.address.port();
    let authorization = ("Authorization", &*secret);
    let mut attacks = Vec::new();
    for foreign in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", ""] {
        attacks.push(server.request(TARGET, &[("Host", foreign), authorization], ""));
    }
    let ours = ("Host", &*host);
    for headers in [
        &[authorization][..],
        &[ours, ours, authorization],
        &[ours, ("Host", "evil.example"), authorization],
        &[ours, authorization, ("Origin", "https://evil.example")],
        &[ours, authorization, ("Origin", "null")],
        &[ours, authorization, ("Sec-Fetch-Site", "cross-site")],
        &[ours, authorization, ("Sec-Fetch-Site", "same-origin")],
    ] {
        attacks.push(server.request(TARGET, headers, ""));
    }
    for line in [
        "OPTIONS /container-credentials",
        "OPTIONS *",
        &format!("GET http://{host}/container-credentials"),
        &format!("CONNECT {host}"),
    ] {
        attacks.push(server.request(line, &[ours, authorization], ""));
    }
    for response in &attacks {
        secrets.assert_not_in(response);
        assert_rejected(response);
    }
    for alias in [format!("localhost:{port}"), format!("[::1]:{port}")] {
        let response = server.request(TARGET, &[("Host", &alias), authorization], "");
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    }
}

#[test]
fn requests_without_the_secret_or_to_other_paths_are_rejected() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    let secrets = Secrets::of(&server);
    let (host, secret) = (server.address.to_string(), server.secret());
    let ours = ("Host", &*host);
    let bearer = format!("Bearer {secret}");
    let shorter = &secret[1..];
    let mut attacks = Vec::new();
    for wrong in ["", "wrong", shorter, &bearer] {
        for line in [TARGET, "POST /pod-identity"] {
            attacks.push(server.request(line, &[ours, ("Authorization", wrong)], ""));
        }
    }
    let authorization = ("Authorization", &*secret);
    attacks.push(server.request(TARGET, &[ours], ""));
    attacks.push(server.request(TARGET, &[ours, authorization, authorization], ""));
    for line in [
        "GET /",
        "GET /container-credentials/",
        "GET /container-credentials?a=b",
        "GET //container-credentials",
        "GET /pod-identity",
        "POST /container-credentials",
        "PUT /pod-identity",
        "GET /v3/projects",
        "GET /v3/projects?name=cn-north-4",
        "GET /v3/auth/domains",
    ] {
        attacks.push(server.request(line, &[ours, authorization], ""));
    }
    for (path, body) in [
        ("/v3.0/OS-AUTH/id-token/tokens", r#"{"auth":{"id_token":{"id":""}}}"#),
        ("/v3.0/OS-AUTH/id-token/tokens", r#"{"auth":{"id_token":{"id":"wrong"}}}"#),
        ("/v3.0/OS-AUTH/id-token/tokens", "{}"),
        ("/v3.0/OS-CREDENTIAL/securitytokens", r#"{"auth":{"identity":{"methods":["token"]}}}"#),
        (
            "/v3.0/OS-CREDENTIAL/securitytokens",
            r#"{"auth":{"identity":{"methods":["token"],"token":{"id":""}}}}"#,
        ),
        ("/v5/agencies/assume-with-oidc", r#"{"id_token":"wrong"}"#),
    ] {
        attacks.push(server.request(&format!("POST {path}"), &[ours], body));
    }
    for response in &attacks {
        secrets.assert_not_in(response);
        assert_rejected(response);
    }
    server.credentials();
}

#[test]
fn a_subject_token_is_used_once() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    let host = server.address.to_string();
    let body = format!(r#"{{"auth":{{"id_token":{{"id":"{}"}}}}}}"#, server.secret());
    let first = server.request("POST /v3.0/OS-AUTH/id-token/tokens", &[("Host", &host)], &body);
    assert!(first.starts_with("HTTP/1.1 201 "), "{first}");
    let token = first.lines().find_map(|line| line.strip_prefix("x-subject-token: ")).unwrap();
    let body =
        format!(r#"{{"auth":{{"identity":{{"methods":["token"],"token":{{"id":"{token}"}}}}}}}}"#);
    let line = "POST /v3.0/OS-CREDENTIAL/securitytokens";
    let second = server.request(line, &[("Host", &host)], &body);
    assert!(second.starts_with("HTTP/1.1 201 "), "{second}");
    assert_rejected(&server.request(line, &[("Host", &host)], &body));
}

#[test]
fn heads_and_bodies_are_limited() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    let secrets = Secrets::of(&server);
    let (host, secret) = (server.address.to_string(), server.secret());
    let ours = [("Host", &*host), ("Authorization", &*secret)];
    let large = "x".repeat(1 << 20);
    let head = server.request(TARGET, &[ours[0], ours[1], ("X-Large", &large)], "");
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 431 "), "{head}");
    let many = format!("{TARGET} HTTP/1.1\r\nHost: {host}\r\n{}\r\n", "A: b\r\n".repeat(1000));
    let many = server.send(many.as_bytes());
    assert!(many.is_empty() || many.starts_with("HTTP/1.1 431 "), "{many}");
    // The body of the pod's request is limited to 1 KiB, that of ID tokens to 64 KiB.
    for (line, is_accepted, size) in [
        ("POST /pod-identity", true, 1024),
        ("POST /pod-identity", false, 1025),
        ("POST /v3.0/OS-AUTH/id-token/tokens", false, 65_537),
    ] {
        let response = server.request(line, &ours, &"x".repeat(size));
        let expected = if is_accepted { "HTTP/1.1 200 " } else { "HTTP/1.1 413 " };
        assert!(response.starts_with(expected), "{line} {size}: {response}");
    }
    for response in [head, many, server.send(b"\x16\x03\x01 no HTTP\r\n\r\n")] {
        secrets.assert_not_in(&response);
    }
    server.credentials();
}

#[test]
fn slow_clients_are_disconnected() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    let secrets = Secrets::of(&server);
    let (host, secret) = (server.address.to_string(), server.secret());
    let body = format!(
        "POST /pod-identity HTTP/1.1\r\nHost: {host}\r\nAuthorization: {secret}\r\n\
         Content-Length: 10\r\n\r\n{{"
    );
    for begin in ["", "GET /container-credentials HTTP/1.1\r\nHost: ", &body] {
        let started = Instant::now();
        let mut stream = server.connect();
        stream.write_all(begin.as_bytes()).unwrap();
        let response = read_to_end(&mut stream);
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        assert!(!response.starts_with("HTTP/1.1 200"), "{response}");
        secrets.assert_not_in(&response);
    }
    server.credentials();
}
