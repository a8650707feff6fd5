//! Runs tests of clients that may be missing. The tests of a missing client are skipped: that is
//! reported and never counted as passed. With `--required` it is a failure.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a runner of tests")]

use std::process::{Command, ExitCode, Stdio};
use std::thread;

use serde_json::Value;

/// Name, index of the client, and check of what the client printed.
pub(crate) type Test = (&'static str, usize, fn(&Value) -> Result<(), String>);

/// What a client printed, or why it failed. The outer error says why it is not available.
pub(crate) type Outcome = Result<Result<Value, String>, String>;

/// A client.
pub(crate) struct Client {
    pub(crate) name: &'static str,
    pub(crate) run: fn() -> Outcome,
}

pub(crate) fn run_tests(clients: &[Client], tests: &[Test]) -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let filters: Vec<_> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let is_selected = |name: &str| {
        filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()))
    };
    let selected: Vec<_> = tests.iter().filter(|(name, ..)| is_selected(name)).collect();
    if arguments.iter().any(|word| word == "--list") {
        for (name, ..) in &selected {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    let is_required = arguments.iter().any(|word| word == "--required");
    println!("\nrunning {} tests", selected.len());
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (index, outcome) in outcomes(clients, &selected) {
        if let Err(why) = &outcome {
            let name = clients.get(index).map_or("client", |client| client.name);
            eprintln!("SKIPPED, NOT TESTED: {name} is not available: {why}");
        }
        for (name, _, check) in selected.iter().filter(|(_, client, _)| *client == index) {
            let Ok(outcome) = &outcome else {
                skipped += 1;
                println!("test {name} ... skipped");
                continue;
            };
            match outcome.as_ref().map_err(Clone::clone).and_then(check) {
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
    let is_ok = failed == 0 && !(is_required && skipped > 0);
    let verdict = if is_ok { "ok" } else { "FAILED" };
    let hidden = tests.len() - selected.len();
    println!(
        "\ntest result: {verdict}. {passed} passed; {failed} failed; {skipped} ignored; \
         0 measured; {hidden} filtered out\n"
    );
    if is_ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the clients of the tests at the same time.
fn outcomes(clients: &[Client], tests: &[&Test]) -> Vec<(usize, Outcome)> {
    let used = |index: &usize| tests.iter().any(|(_, client, _)| client == index);
    let panicked = || Ok(Err("the test panicked".to_owned()));
    thread::scope(|scope| {
        let running: Vec<_> = (0..clients.len())
            .filter(used)
            .filter_map(|index| Some((index, scope.spawn(clients.get(index)?.run))))
            .collect();
        running
            .into_iter()
            .map(|(index, thread)| (index, thread.join().unwrap_or_else(|_| panicked())))
            .collect()
    })
}

/// The home directory of a client. The official ones read profiles there and write logs to it, and
/// without the variable they find the real one by the name of the user.
pub(crate) const HOME: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/home-of-official-clients");

/// Removes everything from the environment of a command that is the machine's own cloud setup or proxy,
/// and gives it a home directory below the target directory.
pub(crate) fn bare(command: &mut Command) -> &mut Command {
    let kept = ["PATH", "SYSTEMROOT"];
    command
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| kept.iter().any(|k| name == k)));
    command.env("HOME", HOME).env("USERPROFILE", HOME)
}

/// Runs a command to its end: standard output, or what it printed on standard error.
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
