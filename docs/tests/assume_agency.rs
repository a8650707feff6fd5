//! Runs the example `assume_agency` with its options.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::env::consts::EXE_EXTENSION;
use std::process::{Command, Output};

use sts_emulator::{Emulator, builtin};

/// Cargo builds the examples beside the tests.
fn example(arguments: &[&str]) -> Output {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let program = profile.join("examples").join("assume_agency").with_extension(EXE_EXTENSION);
    Command::new(program)
        .args(arguments)
        .env("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID)
        .env("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY)
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("no_proxy", "*")
        .output()
        .unwrap()
}

fn shown(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_separate_emulator_needs_no_agency() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let output = example(&["--endpoint", emulator.url()]);
    let (out, err) = shown(&output);
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert!(!out.contains("left out"), "{out}");
    assert_eq!(out.matches("APIGW.0301").count(), 2, "once over each transport: {out}");
}

#[test]
fn a_remote_service_requires_an_agency() {
    // Nothing is sent.
    let output = example(&["--region", "cn-north-4"]);
    let (out, err) = shown(&output);
    assert_eq!(output.status.code(), Some(2), "{out}{err}");
    assert!(out.is_empty() && err.contains("missing --agency"), "{out}{err}");
}

#[test]
fn a_remote_service_gets_a_wrong_signature_only_with_an_option() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    // A spelling of 127.0.0.1 that the example does not recognize as loopback.
    let url = format!("http://[::ffff:127.0.0.1]:{}", emulator.address().port());
    let given = ["--endpoint", &url, "--agency", builtin::AGENCY_URN];
    let output = example(&given);
    let (out, err) = shown(&output);
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert_eq!(out.matches("left out").count(), 4, "two steps over each transport: {out}");
    assert!(!out.contains("APIGW.0301"), "{out}");

    let output = example(&[&given[..], &["--wrong-secret"]].concat());
    let (out, err) = shown(&output);
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert_eq!(out.matches("APIGW.0301").count(), 2, "{out}");
}

#[test]
fn an_unexpected_result_is_a_failure() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let given = ["--endpoint", emulator.url(), "--forbidden", builtin::AGENCY_URN];
    let output = example(&given);
    let (out, err) = shown(&output);
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    assert!(err.contains("a call succeeded that must fail"), "{out}{err}");
}

#[test]
fn invalid_options_are_rejected() {
    for arguments in [
        &["--agencies", builtin::AGENCY_URN][..],
        &["surplus"],
        &["--endpoint"],
        &["--endpoint", "not a URL"],
        &["--wrong-secret=yes"],
        &["--region", "cn-north-4", "--endpoint", "https://sts.example.com"],
        &["--agency", "a", "--agency", "b"],
    ] {
        let output = example(arguments);
        let (out, err) = shown(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {out}{err}");
        assert!(out.is_empty() && !err.is_empty(), "{arguments:?}: {out}");
    }
}
