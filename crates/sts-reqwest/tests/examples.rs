//! Runs the examples against the emulators that they start.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::env::consts::EXE_EXTENSION;
use std::process::Command;

/// Returns the output of an example that succeeds without messages on standard error. Cargo builds the
/// examples beside the tests.
fn printed(name: &str) -> String {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    let mut command = Command::new(examples.join(name).with_extension(EXE_EXTENSION));
    command.env("HOME", env!("CARGO_TARGET_TMPDIR")).env("no_proxy", "*");
    let output = command.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && message.is_empty(), "{message}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_existing_client_gets_credentials_and_sends_signed_requests() {
    let shown = printed("reqwest_transport");
    assert!(
        shown.contains("access_key_id: \"HST") && shown.contains(":assumed-agency:"),
        "{shown}"
    );
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
