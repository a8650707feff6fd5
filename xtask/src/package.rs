//! Packages the published crates.

use crate::task::{Task, no_arguments};
use crate::tools::{cargo, names_in, root, succeeds};

pub(crate) const TASK: Task = Task {
    name: "package",
    summary: "pack the crates as they are published",
    help: "\
usage: cargo xtask package

Packs every crate in crates/ as it is published, into target/package. The packed sources are not
compiled.
",
    run: |arguments| {
        no_arguments(arguments)?;
        Ok(run()?)
    },
};

/// Returns the published crates: those in `crates`.
pub(crate) fn published() -> Result<Vec<String>, String> {
    names_in(&root().join("crates"))
}

/// Packs all of them. That they compile as packed is looked at before a release, by the same
/// without `--no-verify`.
fn run() -> Result<bool, String> {
    let mut package = cargo();
    package.args(["package", "--quiet", "--no-verify", "--allow-dirty"]);
    package.args(published()?.iter().flat_map(|name| ["-p", name]));
    succeeds(&mut package)
}
