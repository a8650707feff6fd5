//! Compiles the published crates with the minimal versions of their direct dependencies, because a
//! version requirement that is too low stays unnoticed otherwise.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::clone;
use crate::package::published;
use crate::task::{Task, no_arguments};
use crate::tools::{root, succeeds};

pub(crate) const TASK: Task = Task {
    name: "minimal-versions",
    summary: "check the crates with the minimal versions of their dependencies",
    help: "\
usage: cargo xtask minimal-versions

Checks the published crates in a fresh clone, each direct dependency in the lowest version that its
requirement allows.
",
    run: |arguments| {
        no_arguments(arguments)?;
        Ok(run()?)
    },
};

fn run() -> Result<bool, String> {
    let place = clone::fresh("minimal-versions")?;
    let mut update = cargo_in(&place);
    // Direct dependencies only: the requirements of other crates may be too low. The variable
    // allows `-Z` on a stable compiler.
    update.args(["update", "--quiet", "-Z", "direct-minimal-versions"]).env("RUSTC_BOOTSTRAP", "1");
    let mut check = cargo_in(&place);
    check
        .args(["check", "--quiet", "--lib", "--all-features"])
        .args(published()?.iter().flat_map(|name| ["-p", name]))
        .arg("--target-dir")
        .arg(root().join("target/minimal-versions"));
    Ok(succeeds(&mut update)? && succeeds(&mut check)?)
}

fn cargo_in(place: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(place);
    cargo
}
