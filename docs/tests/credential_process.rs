//! The example that prints keys, as other programs run and read it.

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

/// Whom the emulator takes the keys for.
fn whose(emulator: &Emulator, keys: [&str; 3]) -> String {
    let [access_key_id, secret, token] = keys;
    let end = OffsetDateTime::now_utc() + time::Duration::HOUR;
    let keys = Credentials::temporary(access_key_id, secret, token, end);
    let client = IsahcTransport::builder().no_proxy().build().unwrap().client();
    let client = client.endpoint(emulator.endpoint().clone()).credentials(Arc::new(keys));
    client.build_blocking().unwrap().caller_identity().unwrap().principal_urn
}

#[test]
fn the_json_is_version_1_of_credential_process_and_its_keys_are_good() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let given = ["--endpoint", emulator.url(), "--agency", builtin::AGENCY_URN];
    let text = printed(example(&given));

    let object: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    let names: Vec<&str> = object.keys().map(String::as_str).collect();
    assert_eq!(names, ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken", "Version"]);
    // A number, and nothing but.
    assert_eq!(object["Version"], 1);
    let text = |name: &str| object[name].as_str().unwrap();
    let end = OffsetDateTime::parse(text("Expiration"), &Rfc3339).unwrap();
    let left = end - OffsetDateTime::now_utc();
    assert!((3500..=3600).contains(&left.whole_seconds()), "{left}");
    // What the strictest readers know: whole seconds, in UTC.
    assert_eq!(text("Expiration").len(), "2026-03-05T08:08:09Z".len());
    assert!(text("Expiration").ends_with('Z'));

    let keys = ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(text);
    assert!(whose(&emulator, keys).contains("credential_process"));
}

#[cfg(unix)]
#[test]
fn a_shell_takes_the_variables_of_the_official_tools() {
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
        assert!(whose(&emulator, keys.try_into().unwrap()).contains("credential_process"));
    }
}

#[test]
fn a_refusal_is_told_on_the_other_channel_and_by_the_exit_code() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let given = ["--endpoint", emulator.url(), "--agency", builtin::FORBIDDEN_AGENCY_URN];
    let output = example(&given);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("403") && !told.contains(builtin::SECRET_ACCESS_KEY), "{told}");
}

#[test]
fn an_emulator_has_to_be_asked_for() {
    for arguments in [
        &[][..],
        &["--format", "env"],
        &["--agency", builtin::AGENCY_URN],
        // A real region, but the agency is not that of the emulator.
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
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(output.stdout.is_empty() && told.lines().count() == 1, "{arguments:?}: {told}");
    }
}

#[test]
fn the_credentials_of_an_emulator_are_called_that() {
    let output = example(&["--emulator"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("of an emulator") && told.contains("nothing accepts them"), "{told}");
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["Version"], 1);
}
