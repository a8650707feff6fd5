//! Commands that are separate packages, built on first use, because they need HTTP, TLS
//! or optimization.

use std::env;
use std::process::ExitCode;

use crate::task::{Arguments, Stop, Task};
use crate::tools::cargo;

pub(crate) const CALL: Task = Task {
    name: "call",
    summary: "make one call of an STS operation",
    help: include_str!("../call/usage.txt"),
    run: |arguments| run("xtask-call", &[], &arguments),
};

pub(crate) const API: Task = Task {
    name: "api",
    summary: "write or check the public API listings of the crates",
    help: include_str!("../api/usage.txt"),
    run: |arguments| run("xtask-api", &[], &arguments),
};

pub(crate) const SIMULATE: Task = Task {
    name: "simulate",
    summary: "run a fleet of sessions in virtual time",
    help: include_str!("../simulate/usage.txt"),
    // A million clients take minutes; unoptimised, an hour.
    run: |arguments| run("xtask-simulate", &["--release"], &arguments),
};

pub(crate) const IMPORTS: Task = Task {
    name: "imports",
    summary: "check modules for import cycles and imports through the crate root",
    help: include_str!("../source/imports.txt"),
    run: |arguments| run("xtask-source", &[], &named("imports", arguments)),
};

pub(crate) const LANGUAGE: Task = Task {
    name: "language",
    summary: "check the wording of docs, comments and texts",
    help: include_str!("../source/language.txt"),
    run: |arguments| run("xtask-source", &[], &named("language", arguments)),
};

/// For a program that has several commands.
fn named(command: &str, arguments: Arguments) -> Arguments {
    [command.into()].into_iter().chain(arguments).collect()
}

/// Builds a package of the workspace, if need be, and runs it with these arguments, in the
/// directory that this program was started in.
fn run(package: &str, options: &[&str], arguments: &Arguments) -> Result<bool, Stop> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", package]).args(options).arg("--").args(arguments);
    if let Ok(directory) = env::current_dir() {
        command.current_dir(directory);
    }
    let status = command.status().map_err(|error| format!("cannot run cargo: {error}"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Err(Stop::Ended(code.map_or(ExitCode::FAILURE, ExitCode::from)))
}
