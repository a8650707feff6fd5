//! What failed calls print.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};
use sts_emulator::{Emulator, builtin};

use crate::{TRANSPORTS, assume_json, call, run, server};

/// What a call over `transport` prints on both channels.
fn failed(transport: &str, endpoint: &str, rest: &[&str]) -> (Value, String) {
    let mut arguments = vec!["--transport", transport, "--endpoint", endpoint];
    arguments.extend(["--ak", builtin::ACCESS_KEY_ID, "--sk", builtin::SECRET_ACCESS_KEY]);
    arguments.extend(rest);
    let output = run(&arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    let line: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert!(!told.contains(builtin::SECRET_ACCESS_KEY), "{told}");
    (line, told)
}

fn causes(line: &Value) -> String {
    line["causes"].to_string()
}

#[test]
fn failures_are_one_line_of_json() {
    let emulator = Emulator::builder().start_blocking().expect("an emulator");
    for transport in TRANSPORTS {
        let rest = ["get_caller_identity", "{}"];
        let (code, line) = call(transport, emulator.url(), "wrong", &rest);
        assert_eq!(code, Some(1));
        assert_eq!(line["ok"], false);
        assert_eq!(line["kind"], "invalid_credentials");
        assert_eq!(line["status"], 401);
        assert_eq!(line["error_code"], "APIGW.0301");
        assert!(line["error_msg"].as_str().expect("text").contains("verify aksk signature fail"));
        assert!(line["request_id"].is_string());
        let signature = line["signature"].as_str().expect("text");
        assert!(signature.contains("check the secret key"), "{line}");
        assert_eq!(line["attempts"], 1);

        let unknown = assume_json("iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:unknown");
        let rest = ["assume_agency", &unknown];
        let (_, line) = call(transport, emulator.url(), builtin::SECRET_ACCESS_KEY, &rest);
        assert_eq!(
            (&line["kind"], &line["error_code"]),
            (&json!("not_found"), &json!("STS5.1106"))
        );
    }
}

#[test]
fn a_response_without_a_message_gets_one_of_the_client() {
    let empty = server("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let page =
        server("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\nConnection: close\r\n\r\n<hr>");
    for transport in TRANSPORTS {
        for (url, kind, reason) in [
            (&empty, "invalid_response", "empty body"),
            (&page, "access_denied", "HTTP status 403"),
        ] {
            let rest = ["get_caller_identity", "{}"];
            let (_, line) = call(transport, url, "secret", &rest);
            assert_eq!(line["kind"], kind, "{line}");
            assert!(line["error_msg"].as_str().expect("text").contains(reason), "{line}");
        }
    }
}

#[test]
fn attempts_are_counted_and_bounded() {
    let url = server("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    for transport in TRANSPORTS {
        for (bound, attempts) in [(None, 3), (Some("1"), 1), (Some("2"), 2)] {
            let mut rest: Vec<&str> =
                bound.into_iter().flat_map(|n| ["--max-attempts", n]).collect();
            rest.extend(["get_caller_identity", "{}"]);
            let (code, line) = call(transport, &url, "secret", &rest);
            assert_eq!((code, &line["kind"]), (Some(1), &json!("unavailable")), "{line}");
            assert_eq!(line["attempts"], attempts, "{line}");
        }
    }
}

#[test]
fn the_stable_fields_stand_first_and_in_order() {
    let emulator = Emulator::builder().start_blocking().expect("an emulator");
    let arguments = ["--transport", "hyper", "--endpoint", emulator.url()];
    let keys = ["--ak", builtin::ACCESS_KEY_ID, "--sk", "wrong", "get_caller_identity", "{}"];
    let output = run(&[&arguments[..], &keys].concat());
    let line = String::from_utf8(output.stdout).expect("text");
    let stable = ["ok", "kind", "status", "error_code", "error_msg", "request_id", "attempts"];
    let places = stable.map(|name| line.find(&format!("\"{name}\":")).expect(name));
    assert!(places.is_sorted(), "{line}");
    assert!(line.starts_with(r#"{"ok":false,"kind":"#), "{line}");
}

#[test]
fn a_refused_connection_names_endpoint_cause_and_attempts() {
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    for transport in TRANSPORTS {
        let rest = ["--max-attempts", "2", "get_caller_identity", "{}"];
        let (line, told) = failed(transport, &url, &rest);
        assert_eq!((&line["kind"], &line["attempts"]), (&json!("transport"), &json!(2)), "{line}");
        assert_eq!(line["endpoint"], url.as_str(), "{line}");
        let causes = causes(&line).to_lowercase();
        assert!(causes.contains("refused") || causes.contains("not connect"), "{line}");
        for part in [url.as_str(), "caused by: ", "attempts: 2 in", "  2. "] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}

#[test]
fn an_unknown_certificate_authority_is_named_as_the_reason() {
    let emulator = Emulator::builder().tls().start_blocking().expect("an emulator");
    for transport in ["hyper", "reqwest"] {
        let rest = ["--max-attempts", "1", "get_caller_identity", "{}"];
        let (line, told) = failed(transport, emulator.url(), &rest);
        assert!(causes(&line).contains("UnknownIssuer"), "{line}");
        assert!(told.contains("UnknownIssuer"), "{told}");
    }
}

#[test]
fn a_denial_comes_with_its_encoded_and_its_decoded_message() {
    let emulator = Emulator::builder().start_blocking().expect("an emulator");
    let json = assume_json(builtin::FORBIDDEN_AGENCY_URN);
    for transport in TRANSPORTS {
        let (line, told) = failed(transport, emulator.url(), &["assume_agency", &json]);
        assert_eq!((&line["status"], &line["attempts"]), (&json!(403), &json!(1)), "{line}");
        assert!(line["encoded_authorization_message"].is_string(), "{line}");
        let context = &line["decoded_authorization_message"]["context"];
        assert_eq!(context["resource"], builtin::FORBIDDEN_AGENCY_URN, "{line}");
        assert!(told.contains("sts:agencies:assume"), "{told}");
    }
}

#[test]
fn a_denial_that_cannot_be_decoded_comes_with_its_encoded_message() {
    let body =
        r#"{"error_code":"PAP5.0001","error_msg":"denied","encoded_authorization_message":"ZW4="}"#;
    let url = server(format!(
        "HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    ));
    let (line, told) = failed("hyper", &url, &["get_caller_identity", "{}"]);
    assert_eq!(line["encoded_authorization_message"], "ZW4=", "{line}");
    assert_eq!(line["error_msg"], "denied", "{line}");
    assert!(line.get("decoded_authorization_message").is_none(), "{line}");
    assert!(told.contains("decode_authorization_message"), "{told}");
}

#[test]
fn a_signature_that_does_not_match_comes_with_the_difference() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { return };
            let mut head = [0; 4096];
            let length = connection.read(&mut head).unwrap_or(0);
            let head = String::from_utf8_lossy(head.get(..length).unwrap_or_default());
            let date = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("x-sdk-date").then(|| value.to_owned())
            });
            let message = format!(
                "verify aksk signature fail, canonicalRequest:GET|/v5/caller-identity/||\
                 host:gateway.example.com|x-sdk-date:{}||host;x-sdk-date|e3b0c442",
                date.unwrap_or_default()
            );
            let body = json!({"error_code": "APIGW.0301", "error_msg": message}).to_string();
            let head = format!(
                "HTTP/1.1 401 Unauthorized\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = connection.write_all((head + &body).as_bytes());
        }
    });
    for transport in TRANSPORTS {
        let url = format!("http://{address}");
        let (line, told) = failed(transport, &url, &["get_caller_identity", "{}"]);
        let expected =
            format!("host signed as \"{address}\", gateway received \"gateway.example.com\"");
        assert_eq!(line["signature"], expected.as_str(), "{line}");
        assert!(told.contains(&expected), "{told}");
    }
}
