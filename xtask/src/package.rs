//! The crates as they are published.

use crate::tools::{cargo, names_in, root, succeeds};

/// What is published: all in `crates`, and nothing else.
pub(crate) fn published() -> Result<Vec<String>, String> {
    names_in(&root().join("crates"))
}

/// Packs all of them. That they compile as packed is looked at before a release, by the same
/// without `--no-verify`.
pub(crate) fn run() -> Result<bool, String> {
    let mut package = cargo();
    package.args(["package", "--quiet", "--no-verify", "--allow-dirty"]);
    package.args(published()?.iter().flat_map(|name| ["-p", name]));
    succeeds(&mut package)
}
