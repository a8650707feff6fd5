//! Calls that succeed, and where their credentials and certificates come from.

use std::path::PathBuf;

use serde_json::{Value, json};
use sts_emulator::{Emulator, builtin};

use crate::{TRANSPORTS, assume_json, call, run, run_in};

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
        (&[][..], &[][..], "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set; missing --ak"),
        (&[ak], &[], "HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not"),
        (&[ak, sk], &["--ak", "EXAMPLEAK00000000001"], "missing --sk"),
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
fn checks_can_be_switched_off() {
    let emulator = Emulator::builder().start_blocking().expect("an emulator");
    let json = r#"{"agency_urn":"iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:demo","agency_session_name":"x"}"#;
    let rest = ["--no-validate", "assume_agency", json];
    let (code, line) = call("hyper", emulator.url(), builtin::SECRET_ACCESS_KEY, &rest);
    assert_eq!((code, &line["status"]), (Some(1), &json!(400)), "{line}");
}
