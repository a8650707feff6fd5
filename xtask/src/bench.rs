//! Runs the benchmarks, which are a separate workspace because of their peers.

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
    // Checked before the build, which takes minutes.
    if Options::parse(lexopt::Parser::from_args(arguments.iter().cloned()))?.is_for_help {
        return Err(Stop::Help);
    }
    let mut command = cargo();
    command
        .args(["run", "--quiet", "--release", "--target-dir"])
        .arg(root().join("target/bench"))
        .arg("--")
        .args(arguments)
        // All servers are on loopback, so a proxy of the environment must not be used.
        .env("NO_PROXY", "localhost")
        .env("no_proxy", "localhost")
        // With them, our transports would read a list of certificates that isahc does not read.
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR")
        // glibc would return the freed buffers of libcurl to the kernel after each exchange, and page faults
        // would take half of the time.
        .env("MALLOC_TRIM_THRESHOLD_", "1073741824")
        .current_dir(root().join("xtask/bench"));
    Ok(succeeds(&mut command)?)
}
