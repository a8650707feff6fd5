//! Runs the example that prints credentials, and reads its output like other programs.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;
use std::env::consts::EXE_EXTENSION;
use std::process::{Command, Output};
use std::sync::Arc;

use serde_json::Value;
use sts_emulator::{Emulator, builtin};
use sts_isahc::IsahcTransport;
use sts_proto::Credentials;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Cargo builds the examples beside the tests.
fn example(arguments: &[&str]) -> Output {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let program = profile.join("examples/credential_process").with_extension(EXE_EXTENSION);
    Command::new(program)
        .args(arguments)
        .env("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID)
        .env("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY)
        .env_remove("HUAWEICLOUD_SDK_SECURITY_TOKEN")
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("no_proxy", "*")
        .output()
        .unwrap()
}

fn printed(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "readers may log it");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the identity of the credentials at the emulator.
fn identity(emulator: &Emulator, keys: [&str; 3]) -> String {
    let [access_key_id, secret, token] = keys;
    let end = OffsetDateTime::now_utc() + time::Duration::HOUR;
    let keys = Credentials::temporary(access_key_id, secret, token, end);
    let client = IsahcTransport::builder().no_proxy().build().unwrap().client();
    let client = client.endpoint(emulator.endpoint().clone()).credentials(Arc::new(keys));
    client.build_blocking().unwrap().caller_identity().unwrap().principal_urn
}

#[test]
fn the_json_is_version_1_of_credential_process_and_its_credentials_are_valid() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let given = ["--endpoint", emulator.url(), "--agency", builtin::AGENCY_URN];
    let text = printed(example(&given));

    let object: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    let names: Vec<&str> = object.keys().map(String::as_str).collect();
    assert_eq!(names, ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken", "Version"]);
    // The version is a number.
    assert_eq!(object["Version"], 1);
    let text = |name: &str| object[name].as_str().unwrap();
    let end = OffsetDateTime::parse(text("Expiration"), &Rfc3339).unwrap();
    let left = end - OffsetDateTime::now_utc();
    assert!((3500..=3600).contains(&left.whole_seconds()), "{left}");
    // Whole seconds in UTC, which all readers accept.
    assert_eq!(text("Expiration").len(), "2026-03-05T08:08:09Z".len());
    assert!(text("Expiration").ends_with('Z'));

    let keys = ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(text);
    assert!(identity(&emulator, keys).contains("credential_process"));
}

#[cfg(unix)]
#[test]
fn a_shell_evaluates_the_variables_of_the_official_tools() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let lines = printed(example(&[
        "--endpoint",
        emulator.url(),
        "--agency",
        builtin::AGENCY_URN,
        "--format",
        "env",
    ]));
    for names in [
        ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"],
        ["HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN"],
    ] {
        let script = format!("{lines}\nprintenv {}", names.join(" "));
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        let values = String::from_utf8(output.stdout).unwrap();
        let keys: Vec<&str> = values.lines().collect();
        assert!(identity(&emulator, keys.try_into().unwrap()).contains("credential_process"));
    }
}

#[test]
fn a_rejection_is_reported_on_standard_error_and_by_the_exit_code() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let given = ["--endpoint", emulator.url(), "--agency", builtin::FORBIDDEN_AGENCY_URN];
    let output = example(&given);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("403") && !message.contains(builtin::SECRET_ACCESS_KEY), "{message}");
}

#[test]
fn an_emulator_is_used_only_on_request() {
    for arguments in [
        &[][..],
        &["--format", "env"],
        &["--agency", builtin::AGENCY_URN],
        // A region without an agency.
        &["--region", "cn-north-4"],
        &["--emulator", "--region", "cn-north-4"],
        &["--emulator", "--agency", builtin::AGENCY_URN],
        &["--emulator", "surplus"],
        &["--region", "cn-north-4", "--endpoint", "https://sts.example.com", "--agency", "a"],
        &["--agency", "a", "--agency", "b", "--region", "cn-north-4"],
        &["--emulate"],
        &["--emulator", "--format", "yaml"],
    ] {
        let output = example(arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(
            output.stdout.is_empty() && message.lines().count() == 1,
            "{arguments:?}: {message}"
        );
    }
}

#[test]
fn the_credentials_of_an_emulator_are_called_that() {
    let output = example(&["--emulator"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{message}");
    assert!(
        message.contains("of an emulator") && message.contains("nothing accepts them"),
        "{message}"
    );
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["Version"], 1);
}
