//! Runs the examples against the emulators that they start.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::env::consts::EXE_EXTENSION;
use std::process::Command;

/// Returns the output of an example that succeeds without messages on standard error.
fn printed(name: &str) -> String {
    // Cargo builds the examples beside the tests.
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    let program = examples.join(name).with_extension(EXE_EXTENSION);
    let mut command = Command::new(program);
    command.env("HOME", env!("CARGO_TARGET_TMPDIR")).env("no_proxy", "*");
    let output = command.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{complaints}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_agency_is_assumed_over_ureq() {
    let shown = printed("own_transport");
    assert!(shown.contains("access_key_id: \"HST"), "{shown}");
    assert!(shown.contains("secret_access_key: [redacted]"), "{shown}");
    assert_eq!(shown.lines().count(), 1, "{shown}");
}

#[test]
fn a_request_to_object_storage_is_signed_with_the_credentials_of_an_agency() {
    let shown = printed("obs_credentials");
    assert!(shown.contains("authorization: OBS HST"), "{shown}");
    assert!(shown.contains("x-obs-security-token: Some(Sensitive)"), "{shown}");
}

#[test]
fn an_embedded_client_retries_and_corrects_its_clock_but_does_not_retry_a_denial() {
    let shown = printed("embedding");
    assert_eq!(shown.matches("Credentials {").count(), 3, "{shown}");
    assert_eq!(shown.matches("attempt 1: rate limit exceeded").count(), 1, "{shown}");
    assert_eq!(shown.matches("attempt 1: access denied").count(), 1, "{shown}");
    assert!(!shown.contains("attempt 2") && shown.contains("offset 60m"), "{shown}");
}

#[test]
fn a_small_sdk_signs_and_retries() {
    let shown = printed("sdk_author");
    for line in [
        r#"pages: ["web 1", "web 2", "web 3", "web+4"]"#,
        r#"query: ["db 1", "web 1"] ["web+4"]"#,
        "body: job-1",
        r#"derived keys: ["db 1"]"#,
        "error: invalid request: Ecs.0005: Invalid parameter (HTTP status 400)",
        r#"rotated: ["db 1"]"#,
        r#"clock: ["db 1"]"#,
        "rejected: credentials rejected: APIGW.0301: ",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}

#[test]
fn one_call_is_driven_by_hand() {
    assert!(printed("one_call").contains("iam::"));
    assert!(printed("one_call").contains("after 1 attempt(s)"));
}

#[test]
fn a_custom_loop_retries_calls_and_refreshes_credentials() {
    let shown = printed("custom_runtime");
    assert_eq!(shown.matches("assumed-agency:demo/loop").count(), 6, "{shown}");
    assert!(shown.contains("Stale: Some(") && shown.contains("Fresh: Some("), "{shown}");
}
