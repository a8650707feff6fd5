//! Checks of what a client printed, and the programs of the guides.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::runner::{HOME, bare, run};

/// Returns the blocks of a guide in this language, which form one program.
pub(crate) fn program_of(guide: &str, language: &str) -> String {
    let fence = format!("```{language}\n");
    let blocks = guide.split(&fence).skip(1).filter_map(|rest| rest.split_once("```"));
    blocks.map(|(block, _)| block).collect::<Vec<_>>().join("\n")
}

/// Runs the program of a guide, which starts the emulator. It fails if an assertion fails.
pub(crate) fn run_guide(command: &mut Command) -> Result<Value, String> {
    let program = Path::new(env!("CARGO_BIN_EXE_sts-emulator"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = program.parent().map(Path::to_owned).into_iter();
    let path = std::env::join_paths(folders.chain(std::env::split_paths(&path)));
    let path = path.map_err(|error| format!("PATH: {error}"))?;
    run(bare(command).env("PATH", path)).map(Value::String)
}

/// Whether the program of a guide ran to its end. It prints nothing.
pub(crate) fn the_guide_runs(outcome: &Value) -> Result<(), String> {
    expect("output", outcome, "")
}

/// Whether a client took that directory for the home directory.
pub(crate) fn expect_own_home(outcome: &Value) -> Result<(), String> {
    expect("home directory", &outcome["home"], HOME)
}

pub(crate) fn expect(what: &str, found: &Value, expected: &str) -> Result<(), String> {
    match found.as_str() {
        Some(found) if found == expected => Ok(()),
        _ => Err(format!("{what}: expected {expected:?}, found {found}")),
    }
}

pub(crate) fn expect_rejection(rejection: &Value, status: u16, code: &str) -> Result<(), String> {
    expect("code", &rejection["code"], code)?;
    let has_id = rejection["request_id"].as_str().is_some_and(|id| id.len() == 32);
    if rejection["status"] == status && has_id {
        return Ok(());
    }
    Err(format!("expected {status} with a request id, found {rejection}"))
}
