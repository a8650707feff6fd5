//! `cargo xtask call` against the emulator, as a user runs it.
#![expect(clippy::expect_used, reason = "a test that goes wrong panics")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;

use serde_json::{Value, json};
use sts_emulator::{Emulator, builtin};

const TRANSPORTS: [&str; 3] = ["hyper", "isahc", "isahc-blocking"];

fn run(arguments: &[&str]) -> Output {
    run_in(&[], arguments)
}

/// With these variables as all of the environment that is about keys.
fn run_in(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-call"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HUAWEICLOUD_")) {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).args(arguments).output().expect("it runs")
}

fn call(transport: &str, endpoint: &str, secret: &str, rest: &[&str]) -> (Option<i32>, Value) {
    let mut arguments = vec!["--transport", transport, "--endpoint", endpoint];
    arguments.extend(["--ak", builtin::ACCESS_KEY_ID, "--sk", secret]);
    arguments.extend(rest);
    let output = run(&arguments);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(text.lines().count(), 1, "one line: {text:?}");
    (output.status.code(), serde_json::from_str(&text).expect("JSON"))
}

fn assume_json(agency: &str) -> String {
    json!({"agency_urn": agency, "agency_session_name": "from-call"}).to_string()
}

#[test]
fn each_transport_assumes_an_agency_and_uses_the_keys() {
    let emulator = Emulator::builder().start_blocking().expect("an emulator");
    for transport in TRANSPORTS {
        let json = assume_json(builtin::AGENCY_URN);
        let rest = ["assume_agency", &json];
        let (code, line) = call(transport, emulator.url(), builtin::SECRET_ACCESS_KEY, &rest);
        assert_eq!((code, &line["ok"]), (Some(0), &json!(true)), "{line}");
        let keys = &line["result"]["credentials"];
        let text = |name: &str| keys[name].as_str().expect("text");
        let output = run(&[
            "--transport",
            transport,
            "--endpoint",
            emulator.url(),
            "--ak",
            text("access_key_id"),
            "--sk",
            text("secret_access_key"),
            "--token",
            text("security_token"),
            "get_caller_identity",
            "{}",
        ]);
        let line: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let urn = line["result"]["principal_urn"].as_str().expect("a URN");
        assert!(urn.ends_with(":assumed-agency:demo/from-call"), "{line}");
    }
}

#[test]
fn keys_that_are_not_given_are_those_of_the_environment() {
    let emulator = Emulator::builder().start_blocking().expect("an emulator");
    let ak = ("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID);
    let sk = ("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY);
    let caller = ["get_caller_identity", "{}"];
    let endpoint = ["--transport", "hyper", "--endpoint", emulator.url()];
    let output = run_in(&[ak, sk], &[&endpoint[..], &caller].concat());
    let line: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(line["result"]["account_id"], builtin::ACCOUNT_ID, "{line}");

    // Those that are given win.
    let wrong = ["--ak", builtin::ACCESS_KEY_ID, "--sk", "wrong"];
    let output = run_in(&[ak, sk], &[&endpoint[..], &wrong, &caller].concat());
    let line: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(line["kind"], "invalid_credentials", "{line}");

    for (variables, given, naming) in [
        (&[][..], &[][..], "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set, and --ak"),
        (&[ak], &[], "HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not"),
        (&[ak, sk], &["--ak", "EXAMPLEAK00000000001"], "--sk is missing"),
        (&[ak, sk], &["--token", "token"], "--token"),
    ] {
        let output = run_in(variables, &[&endpoint[..], given, &caller].concat());
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(complaint.contains(naming), "{complaint}");
    }
}

#[test]
fn each_transport_verifies_tls() {
    let emulator = Emulator::builder().tls().start_blocking().expect("an emulator");
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ca.pem");
    std::fs::write(&path, emulator.ca_certificate_pem().expect("a certificate")).expect("written");
    let ca = path.to_str().expect("a path");
    for transport in TRANSPORTS {
        let secret = builtin::SECRET_ACCESS_KEY;
        let rest = ["--ca", ca, "get_caller_identity", "{}"];
        let (code, line) = call(transport, emulator.url(), secret, &rest);
        assert_eq!((code, &line["ok"]), (Some(0), &json!(true)), "{transport}: {line}");

        let rest = ["--max-attempts", "1", "get_caller_identity", "{}"];
        let (code, line) = call(transport, emulator.url(), secret, &rest);
        assert_eq!((code, &line["kind"]), (Some(1), &json!("transport")), "{transport}: {line}");
    }
}

#[test]
fn failures_are_told_in_one_line_of_json() {
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
        assert_eq!(line["attempts"], 1);

        let unknown = assume_json("iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:nobody");
        let rest = ["assume_agency", &unknown];
        let (_, line) = call(transport, emulator.url(), builtin::SECRET_ACCESS_KEY, &rest);
        assert_eq!(
            (&line["kind"], &line["error_code"]),
            (&json!("not_found"), &json!("STS5.1106"))
        );
    }
}

/// Answers every connection with this, for as long as it is called.
fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { return };
            let mut head = [0; 4096];
            let _ = connection.read(&mut head);
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

#[test]
fn an_answer_without_a_message_is_told_in_our_words() {
    let empty = server("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let page =
        server("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\nConnection: close\r\n\r\n<hr>");
    for transport in TRANSPORTS {
        for (url, kind, reason) in [
            (&empty, "unreadable_answer", "the body is empty"),
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
fn wrong_usage_is_told_in_one_line_and_sends_nothing() {
    // Nothing listens there, so a request would give an outcome in place of a complaint.
    let endpoint = ["--endpoint", "http://127.0.0.1:9"];
    let keys = ["--ak", "EXAMPLEAK00000000001", "--sk", "secret"];
    let good = |rest: &[&'static str]| {
        [&["--transport", "hyper"], &endpoint[..], &keys[..], rest].concat()
    };
    let cases: &[(Vec<&str>, &str)] = &[
        (good(&["assume_agency", "{\"agency_urn\":\"iam::a:agency:b\"}"]), "agency_session_name"),
        (
            good(&[
                "assume_agency",
                r#"{"agency_urn":"iam::a:agency:b","agency_session_name":"x"}"#,
            ]),
            "2 to 128",
        ),
        (
            good(&[
                "assume_agency",
                r#"{"agency_urn":"iam::a:agency:b","agency_session_name":"xx","duration_seconds":60}"#,
            ]),
            "duration_seconds",
        ),
        (good(&["assume_agency", "{"]), "JSON"),
        (good(&["assume_agency", "[]"]), "JSON"),
        (good(&["assume_everything", "{}"]), "assume_everything"),
        (good(&["get_caller_identity"]), "JSON is missing"),
        (good(&["--max-attempts", "0", "get_caller_identity", "{}"]), "--max-attempts"),
        (good(&["--ca", "there/is/none.pem", "get_caller_identity", "{}"]), "none.pem"),
        (good(&["--colour", "get_caller_identity", "{}"]), "--colour"),
        (good(&["--region", "Beijing", "get_caller_identity", "{}"]), "Beijing"),
        (good(&["--endpoint", "127.0.0.1:9", "get_caller_identity", "{}"]), "--endpoint"),
        (good(&["--endpoint", "https://u:p@127.0.0.1", "get_caller_identity", "{}"]), "user info"),
        (good(&["--transport", "carrier-pigeon", "get_caller_identity", "{}"]), "carrier-pigeon"),
        (vec!["--transport", "hyper", "get_caller_identity", "{}"], "--endpoint"),
        (
            vec!["--transport", "hyper", endpoint[0], endpoint[1], "get_caller_identity", "{}"],
            "--ak",
        ),
    ];
    for (arguments, naming) in cases {
        let output = run(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.contains(naming), "{arguments:?}: {complaint}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn checks_can_be_switched_off() {
    let emulator = Emulator::builder().start_blocking().expect("an emulator");
    let json = r#"{"agency_urn":"iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:demo","agency_session_name":"x"}"#;
    let rest = ["--no-validate", "assume_agency", json];
    let (code, line) = call("hyper", emulator.url(), builtin::SECRET_ACCESS_KEY, &rest);
    assert_eq!((code, &line["status"]), (Some(1), &json!(400)), "{line}");
}
