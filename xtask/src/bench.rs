//! Benchmarks, in a workspace of their own because of the peers.

#[path = "../bench/src/arguments.rs"]
mod arguments;

use self::arguments::Options;
use crate::task::{Arguments, Stop, Task};
use crate::tools::{cargo, root, succeeds};

pub(crate) const TASK: Task = Task {
    name: "bench",
    summary: "measure these crates, floors and peers in one run, with ratios",
    help: arguments::HELP,
    run,
};

fn run(arguments: Arguments) -> Result<bool, Stop> {
    // Checked here as well, for to build the peers takes minutes.
    if Options::parse(lexopt::Parser::from_args(arguments.iter().cloned()))?.is_for_help {
        return Err(Stop::Help);
    }
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
    Ok(succeeds(&mut command)?)
}
