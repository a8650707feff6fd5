//! `cargo xtask`: the checks and tools of this workspace.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

mod bench;
mod ci;
mod cli_docs;
mod clone;
mod concurrency;
mod errors_table;
mod examples;
mod fuzz;
mod minimal_versions;
mod mutants;
mod package;
mod portability;
mod programs;
mod prove_checks;
mod readme;
mod status_meanings;
mod task;
mod tool;
mod toolchain;
mod tools;
mod vectors;
mod wasm;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use self::task::{Stop, Task};

const TASKS: &[Task] = &[
    ci::TASK,
    prove_checks::TASK,
    vectors::TASK,
    programs::CALL,
    programs::SIMULATE,
    bench::TASK,
    programs::API,
    errors_table::TASK,
    cli_docs::TASK,
    examples::TASK,
    wasm::TASK,
    portability::TASK,
    fuzz::TASK,
    concurrency::TASK,
    mutants::TASK,
    minimal_versions::TASK,
    package::TASK,
    readme::TASK,
    programs::IMPORTS,
    programs::LANGUAGE,
    tool::TASK,
];

/// The exit code for wrong usage.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let Some(name) = arguments.next() else {
        eprint!("xtask: missing command\n{}", overview());
        return ExitCode::from(USAGE);
    };
    let arguments: Vec<OsString> = arguments.collect();
    match (name.to_str(), arguments.as_slice()) {
        (Some("help" | "--help" | "-h"), []) => {
            print!("{}", overview());
            ExitCode::SUCCESS
        }
        (Some("help"), [name]) => find(name).map_or_else(|| unknown(name), help),
        (Some("help" | "--help" | "-h"), _) => {
            eprintln!("xtask: help takes at most the name of one command");
            ExitCode::from(USAGE)
        }
        _ => find(&name).map_or_else(|| unknown(&name), |command| run(command, arguments)),
    }
}

fn find(name: &OsString) -> Option<&'static Task> {
    TASKS.iter().find(|command| name == command.name)
}

fn unknown(name: &OsString) -> ExitCode {
    eprint!("xtask: unknown command {}\n{}", name.display(), overview());
    ExitCode::from(USAGE)
}

fn help(command: &Task) -> ExitCode {
    print!("{}", command.help);
    ExitCode::SUCCESS
}

fn run(command: &Task, arguments: Vec<OsString>) -> ExitCode {
    let name = command.name;
    // Checked before a command that is a package of its own is built.
    if arguments.first().is_some_and(|first| first == "--help" || first == "-h") {
        return help(command);
    }
    match (command.run)(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Stop::Help) => help(command),
        Err(Stop::Usage(complaint)) => {
            eprintln!("xtask: {name}: {complaint}; see `cargo xtask {name} --help`");
            ExitCode::from(USAGE)
        }
        Err(Stop::Failed(complaint)) => {
            eprintln!("xtask: {name}: {complaint}");
            ExitCode::FAILURE
        }
        Err(Stop::Ended(code)) => code,
    }
}

fn overview() -> String {
    let line = |Task { name, summary, .. }: &Task| format!("  {name:<18}{summary}\n");
    let lines: String = TASKS.iter().map(line).collect();
    format!(
        "usage: cargo xtask COMMAND [ARGUMENTS]\n\n{lines}\n\
         `cargo xtask COMMAND --help` describes a command and its options.\n"
    )
}
