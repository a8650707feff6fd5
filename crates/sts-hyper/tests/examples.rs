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
fn each_provider_of_a_machine_finds_an_identity() {
    let shown = printed("machine_identity");
    let identities = shown
        .lines()
        .filter(|line| line.starts_with("   iam::") || line.contains(":assumed-agency:"));
    assert_eq!(identities.count(), 3, "{shown}");
}

#[test]
fn an_id_token_takes_precedence_over_the_machine() {
    let shown = printed("provider_chain");
    let (without, with) = shown.split_once("2. with").unwrap();
    assert_ne!(without.lines().nth(1), with.lines().nth(1), "{shown}");
    assert!(with.contains("oidc"), "{shown}");
}

#[test]
fn a_request_to_object_storage_is_signed_with_the_credentials_of_an_agency() {
    let shown = printed("obs_credentials");
    assert!(shown.contains("authorization: OBS HST"), "{shown}");
    assert!(shown.contains("x-obs-security-token: Some(Sensitive)"), "{shown}");
}
