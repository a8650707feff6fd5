//! The crates as they are published.

use crate::tools::{cargo, succeeds};

/// In the order in which they are published.
pub(crate) const PUBLISHED: [&str; 7] = [
    "sts-proto",
    "sts-sign",
    "sts-client",
    "sts-conformance",
    "sts-hyper",
    "sts-isahc",
    "sts-emulator",
];

/// Packs all of them. That they compile as packed is looked at before a release, by the same
/// without `--no-verify`.
pub(crate) fn run() -> Result<bool, String> {
    let mut package = cargo();
    package
        .args(["package", "--quiet", "--no-verify", "--allow-dirty"])
        .args(PUBLISHED.iter().flat_map(|name| ["-p", name]));
    succeeds(&mut package)
}
