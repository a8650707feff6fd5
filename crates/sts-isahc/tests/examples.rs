//! Runs the examples against emulators.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::env::consts::EXE_EXTENSION;
use std::process::{Command, Output};

use serde_json::Value;
use sts_emulator::{Emulator, builtin};
use sts_isahc::IsahcTransport;
use sts_proto::Credentials;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Runs an example. Cargo builds the examples beside the tests.
fn example(name: &str, arguments: &[&str]) -> Output {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    Command::new(examples.join(name).with_extension(EXE_EXTENSION))
        .args(arguments)
        .env("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID)
        .env("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY)
        .env_remove("HUAWEICLOUD_SDK_SECURITY_TOKEN")
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("no_proxy", "*")
        .output()
        .unwrap()
}

/// Returns the output of an example that succeeds without messages on standard error.
fn printed(name: &str, arguments: &[&str]) -> String {
    let output = example(name, arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && message.is_empty(), "{message}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn one_call_is_driven_by_hand() {
    let shown = printed("one_call", &[]);
    assert!(shown.contains("iam::") && shown.contains("after 1 attempt(s)"), "{shown}");
}

#[test]
fn a_custom_loop_retries_calls_and_refreshes_credentials() {
    let shown = printed("custom_runtime", &[]);
    assert_eq!(shown.matches("assumed-agency:demo/loop").count(), 6, "{shown}");
    assert!(shown.contains("Stale: Some(") && shown.contains("Fresh: Some("), "{shown}");
    let credentials: Vec<&str> =
        shown.lines().filter_map(|line| line.split_once(": Some(")).map(|(_, rest)| rest).collect();
    assert!(credentials.len() == 2 && credentials[0] != credentials[1], "{shown}");
}

#[test]
fn the_json_is_version_1_of_credential_process_and_its_credentials_are_valid() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let text = printed("credential_process", &[emulator.url(), builtin::AGENCY_URN]);
    let object: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&String> = object.as_object().unwrap().keys().collect();
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

    let issued = Credentials::temporary(
        text("AccessKeyId"),
        text("SecretAccessKey"),
        text("SessionToken"),
        end,
    );
    let client = IsahcTransport::builder().no_proxy().build().unwrap().client();
    let client = client.endpoint(emulator.endpoint().clone()).credentials(issued);
    let urn = client.build_blocking().unwrap().caller_identity().unwrap().principal_urn;
    assert!(urn.ends_with("/credential_process"), "{urn}");
}

#[test]
fn a_rejection_is_reported_on_standard_error_and_by_the_exit_code() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let output = example("credential_process", &[emulator.url(), builtin::FORBIDDEN_AGENCY_URN]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("403") && !message.contains(builtin::SECRET_ACCESS_KEY), "{message}");
}

#[test]
fn a_missing_or_surplus_argument_is_rejected() {
    for arguments in [&[][..], &["cn-north-4"], &["cn-north-4", builtin::AGENCY_URN, "surplus"]] {
        let output = example("credential_process", arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty() && message.lines().count() == 1, "{message}");
    }
}
