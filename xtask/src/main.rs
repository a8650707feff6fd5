//! `cargo xtask`: the checks and tools of this workspace.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

mod bench;
mod ci;
mod errors_table;
mod fuzz;
mod tools;
mod vectors;
mod wasm;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  ci [--quick]      everything that CI checks; --quick leaves out what takes minutes
  vectors FILE...   check vector files through the public API
  call ...          make one real call; `cargo xtask call --help` says more
  simulate ...      a fleet of sessions in virtual time; `cargo xtask simulate --help` says more
  bench [--json]    ours, floors and peers in one run, with ratios
  docs [--check]    write docs/errors.md from the tables that judge, or check it
  wasm              check the sans-IO crates for wasm32-unknown-unknown
  fuzz [--smoke] [--seconds N] [TARGET...]
                    run fuzz targets, ten minutes each; --smoke a minute each
";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let arguments: Vec<String> = arguments.collect();
    match command.as_str() {
        "ci" => ci::run(&arguments),
        "vectors" => vectors::run(&arguments),
        "call" => package("xtask-call", &[], &arguments),
        // A million clients take minutes; unoptimised, an hour.
        "simulate" => package("xtask-simulate", &["--release"], &arguments),
        "wasm" => wasm::run(),
        "bench" => bench::run(&arguments),
        "docs" => errors_table::run(&arguments),
        "fuzz" => fuzz::run(&arguments),
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

/// Builds a package of the workspace, if need be, and runs it with these arguments, in the
/// directory that this program was started in.
fn package(name: &str, options: &[&str], arguments: &[String]) -> ExitCode {
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
