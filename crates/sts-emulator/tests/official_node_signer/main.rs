//! The signer of the official Node SDK against the emulator.
#![forbid(unsafe_code)]
#![expect(clippy::indexing_slicing, reason = "JSON that lacks a member gives null")]

#[path = "../official_clients/checks.rs"]
mod checks;
#[path = "../official_clients/install.rs"]
#[expect(dead_code, reason = "other clients need Python")]
mod install;
#[path = "../official_clients/runner.rs"]
mod runner;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use checks::{expect, expect_own_home, expect_rejection, program_of, run_guide, the_guide_runs};
use runner::{Client, Outcome, Test, bare, run, run_tests};
use serde_json::{Value, json};
use sts_emulator::{Emulator, builtin};

const PACKAGE: &str = "@huaweicloud/huaweicloud-sdk-core@3.1.211";
const CALLS: &str = include_str!("calls.js");
const GUIDE: &str = include_str!("guide.md");

const TESTS: [Test; 5] = [
    ("its_signature_of_get_caller_identity_verifies", 0, it_is_known),
    ("its_signature_with_temporary_keys_verifies", 0, its_session_is_known),
    ("a_signature_with_a_wrong_secret_does_not", 0, a_wrong_secret_is_rejected),
    ("its_home_directory_is_below_the_target_directory", 0, expect_own_home),
    ("the_program_of_the_guide_runs", 1, the_guide_runs),
];

fn main() -> ExitCode {
    let runs: [fn() -> Outcome; 2] = [|| Ok(calls(&folder()?)), || Ok(guide(&folder()?))];
    run_tests(&runs.map(|run| Client { name: "the signer of the official Node SDK", run }), &TESTS)
}

/// Returns the folder with the package.
fn folder() -> Result<PathBuf, String> {
    install::node("official-node-signer", &[PACKAGE])
}

/// Makes the calls to an emulator of their own.
fn calls(folder: &Path) -> Result<Value, String> {
    let emulator = Emulator::builder().start_blocking().map_err(|error| error.to_string())?;
    let setup = json!({
        "url": emulator.url(),
        "user": {
            "access_key_id": builtin::ACCESS_KEY_ID,
            "secret_access_key": builtin::SECRET_ACCESS_KEY,
        },
        "agency": builtin::AGENCY_URN,
    });
    let script = folder.join("calls.js");
    std::fs::write(&script, CALLS).map_err(|error| error.to_string())?;
    let printed = run(bare(Command::new("node").arg(script).arg(setup.to_string())))?;
    serde_json::from_str(&printed).map_err(|error| format!("{error}: {printed}"))
}

/// Runs the program of the guide.
fn guide(folder: &Path) -> Result<Value, String> {
    let script = folder.join("guide.js");
    std::fs::write(&script, program_of(GUIDE, "js")).map_err(|error| error.to_string())?;
    run_guide(Command::new("node").arg(script))
}

fn it_is_known(outcome: &Value) -> Result<(), String> {
    let user = format!("iam::{}:user:{}", builtin::ACCOUNT_ID, builtin::USER_NAME);
    expect("caller", &outcome["user"]["principal_urn"], &user)
}

fn its_session_is_known(outcome: &Value) -> Result<(), String> {
    let session = format!("sts::{}:assumed-agency:demo/build-42", builtin::ACCOUNT_ID);
    expect("caller", &outcome["session"]["principal_urn"], &session)
}

fn a_wrong_secret_is_rejected(outcome: &Value) -> Result<(), String> {
    let mut rejection = outcome["wrong_secret"].clone();
    rejection["code"] = rejection["error_code"].take();
    expect_rejection(&rejection, 401, "APIGW.0301")
}
