//! `cargo xtask`: the checks and tools of this workspace.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

mod bench;
mod ci;
mod clone;
mod errors_table;
mod examples;
mod fuzz;
mod least_versions;
mod package;
mod readme;
mod tool;
mod tools;
mod vectors;
mod wasm;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  ci [--quick | --list]
                    everything that CI checks; --quick leaves out what takes minutes
  vectors FILE...   check vector files through the public API
  call ...          make one real call; `cargo xtask call --help` says more
  simulate ...      a fleet of sessions in virtual time; `cargo xtask simulate --help` says more
  bench [--json] [--build]
                    ours, floors and peers in one run, with ratios; --build: what building costs
  api [--check | --features]
                    write the public API of each crate to a file; `cargo xtask api --help` says more
  docs [--check]    write docs/errors.md from the tables that judge, or check it
  examples          run every example of the guides
  wasm              check the sans-IO crates for wasm32, weigh them and run them
  fuzz [--smoke] [--seconds N] [TARGET...]
                    run fuzz targets, ten minutes each; --smoke a minute each
  least-versions    check the crates with the least versions of dependencies they ask for
  package           pack the crates as they are published
  readme            run the commands of the README in a fresh clone
  imports           check modules for import cycles and imports through the crate root
  language [--measure]
                    check docs, comments and texts for words that the project does not use
  tool NAME ...     run cargo-deny, cargo-hack, cargo-machete or typos
";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let arguments: Vec<String> = arguments.collect();
    match command.as_str() {
        "ci" => ci::run(&arguments),
        "vectors" => vectors::run(&arguments),
        "call" => run_package("xtask-call", &[], &arguments),
        "api" => run_package("xtask-api", &[], &arguments),
        // A million clients take minutes; unoptimised, an hour.
        "simulate" => run_package("xtask-simulate", &["--release"], &arguments),
        "imports" | "language" => run_package("xtask-source", &[], &{
            let mut all = vec![command];
            all.extend(arguments);
            all
        }),
        "wasm" => wasm::run(),
        "bench" => bench::run(&arguments),
        "docs" => errors_table::run(&arguments),
        "examples" => report(examples::run()),
        "fuzz" => fuzz::run(&arguments),
        "least-versions" => report(least_versions::run()),
        "package" => report(package::run()),
        "readme" => report(readme::run()),
        "tool" => tool::run(&arguments),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprint!("xtask: no such command: {command:?}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// The end of a command that passes or fails; its error says why it could do neither.
fn report(outcome: Result<bool, String>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(complaint) => {
            eprintln!("xtask: {complaint}");
            ExitCode::FAILURE
        }
    }
}

/// Builds a package of the workspace, if need be, and runs it with these arguments, in the
/// directory that this program was started in.
fn run_package(name: &str, options: &[&str], arguments: &[String]) -> ExitCode {
    let mut command = tools::cargo();
    command.args(["run", "--quiet", "--package", name]).args(options).arg("--").args(arguments);
    if let Ok(directory) = env::current_dir() {
        command.current_dir(directory);
    }
    match command.status() {
        Ok(status) => match status.code().and_then(|code| u8::try_from(code).ok()) {
            Some(code) => ExitCode::from(code),
            None => ExitCode::FAILURE,
        },
        Err(error) => {
            eprintln!("xtask: cannot run cargo: {error}");
            ExitCode::FAILURE
        }
    }
}
