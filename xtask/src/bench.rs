//! Benchmarks, in a workspace of their own because of the peers.

use std::process::ExitCode;

use crate::tools::{cargo, root};

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let mut command = cargo();
    command
        .args(["run", "--quiet", "--release", "--target-dir"])
        .arg(root().join("target/bench"))
        .arg("--")
        .args(arguments)
        // All of it is on loopback, whatever proxy the environment names.
        .env("NO_PROXY", "localhost")
        .env("no_proxy", "localhost")
        .current_dir(root().join("xtask/bench"));
    match command.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: cannot run cargo: {error}");
            ExitCode::FAILURE
        }
    }
}
