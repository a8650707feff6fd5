//! Runs the example against the emulator that it starts.
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
fn an_agency_is_assumed_over_ureq() {
    let shown = printed("ureq_transport");
    assert!(shown.contains("access_key_id: \"HST"), "{shown}");
    assert!(shown.contains("secret_access_key: [redacted]"), "{shown}");
    assert_eq!(shown.lines().count(), 1, "{shown}");
}
