//! Runs an official client against the emulator.
//!
//! The client is installed into the target directory at the first run, and found there later.
//! Where it cannot be had, the tests are skipped: that is said loudly and never counted as passed.
//! With `--required` it is a failure.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a runner of tests")]

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use serde_json::Value;

/// A promise, which of the outcomes shows it, and what must have come of the calls.
pub(crate) type Test = (&'static str, usize, fn(&Value) -> Result<(), String>);

/// Runs the tests over the outcomes that `calls` gives; its error says why the client cannot be
/// had.
pub(crate) fn run_tests(
    client: &str,
    tests: &[Test],
    calls: impl FnOnce() -> Result<Vec<Result<Value, String>>, String>,
) -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let filters: Vec<_> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let chosen = tests.iter().filter(|(name, ..)| {
        filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
    });
    let chosen: Vec<_> = chosen.collect();
    if arguments.iter().any(|word| word == "--list") {
        for (name, ..) in &chosen {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    let is_required = arguments.iter().any(|word| word == "--required");
    println!("\nrunning {} tests", chosen.len());
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    if !chosen.is_empty() {
        match calls() {
            Ok(outcomes) => {
                for (name, index, check) in &chosen {
                    let outcome = outcomes.get(*index).ok_or_else(|| "no such outcome".to_owned());
                    match outcome.and_then(|outcome| check(outcome.as_ref().map_err(Clone::clone)?))
                    {
                        Ok(()) => {
                            passed += 1;
                            println!("test {name} ... ok");
                        }
                        Err(why) => {
                            failed += 1;
                            println!("test {name} ... FAILED\n{why}");
                        }
                    }
                }
            }
            Err(why) => {
                skipped = chosen.len();
                for (name, ..) in &chosen {
                    println!("test {name} ... skipped");
                }
                eprintln!("SKIPPED, NOT TESTED: {client} cannot be had: {why}");
            }
        }
    }
    let is_ok = failed == 0 && !(is_required && skipped > 0);
    let verdict = if is_ok { "ok" } else { "FAILED" };
    let hidden = tests.len() - chosen.len();
    println!(
        "\ntest result: {verdict}. {passed} passed; {failed} failed; {skipped} ignored; \
         0 measured; {hidden} filtered out\n"
    );
    if is_ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The home directory of a client. The official ones read profiles there and write logs to it, and
/// without the variable they find the real one by the user's name.
const HOME: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/home-of-official-clients");

/// Removes everything from a command's environment that is the machine's own cloud setup or proxy,
/// and gives it a home directory below the target directory.
pub(crate) fn bare(command: &mut Command) -> &mut Command {
    let kept = ["PATH", "SYSTEMROOT"];
    command
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| kept.iter().any(|k| name == k)));
    command.env("HOME", HOME).env("USERPROFILE", HOME)
}

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

/// Runs a command to its end: standard output, or what it said on standard error.
pub(crate) fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let stderr = String::from_utf8_lossy(&output.stderr);
        Err(format!("{name}: {}: {}", output.status, stderr.trim()))
    }
}

pub(crate) fn expect(what: &str, found: &Value, expected: &str) -> Result<(), String> {
    match found.as_str() {
        Some(found) if found == expected => Ok(()),
        _ => Err(format!("{what}: expected {expected:?}, found {found}")),
    }
}

pub(crate) fn expect_rejection(refusal: &Value, status: u16, code: &str) -> Result<(), String> {
    expect("code", &refusal["code"], code)?;
    let has_id = refusal["request_id"].as_str().is_some_and(|id| id.len() == 32);
    if refusal["status"] == status && has_id {
        return Ok(());
    }
    Err(format!("expected {status} with a request id, found {refusal}"))
}
