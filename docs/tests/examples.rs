//! The short examples, as a reader runs them: against the emulator that they start.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::env::consts::EXE_EXTENSION;
use std::process::Command;

/// What a program prints that ends well and complains of nothing.
fn printed(name: &str) -> String {
    // Cargo builds the examples beside the tests.
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    let program = examples.join(name).with_extension(EXE_EXTENSION);
    let output = Command::new(program).env("no_proxy", "*").output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{complaints}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_agency_is_assumed_over_ureq_and_over_reqwest() {
    for name in ["own_transport", "reqwest_transport"] {
        let shown = printed(name);
        assert!(shown.contains("access_key_id: \"HST"), "{name}: {shown}");
        assert!(shown.contains("secret_access_key: [redacted]"), "{name}: {shown}");
        assert_eq!(shown.lines().count(), 1, "{name}: {shown}");
    }
}

#[test]
fn a_request_to_object_storage_is_signed_with_the_keys_of_an_agency() {
    let shown = printed("obs_credentials");
    assert!(shown.contains("authorization: OBS HST"), "{shown}");
    assert!(shown.contains("x-obs-security-token: Some(Sensitive)"), "{shown}");
}
