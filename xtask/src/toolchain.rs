//! Toolchains for other targets.
//!
//! A toolchain without the standard library of a target can build it, if it has its source:
//! Debian's packages `rustc-web`, `cargo-web` and `rust-web-src` are such a toolchain.

use std::path::Path;
use std::process::Command;

use crate::tools::{cargo, root};

const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// A toolchain that can build for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one that runs this program has the target.
    Own,
    /// Debian's builds the standard library as well.
    Debian,
}

impl Toolchain {
    /// Returns a toolchain of this machine for `target`, as in `i686-unknown-linux-gnu`.
    pub(crate) fn find(target: &str) -> Option<Self> {
        if Path::new(&target_libdir(Some(target))?).exists() {
            return Some(Self::Own);
        }
        let files = [DEBIAN_CARGO, DEBIAN_RUSTC, DEBIAN_LIBRARY];
        files.iter().all(|file| Path::new(file).exists()).then_some(Self::Debian)
    }

    /// Returns a command of cargo for `target`. `library` names the crates of the standard library
    /// that are built if they are not installed.
    pub(crate) fn cargo(
        self,
        command: &str,
        target: &str,
        target_dir: &str,
        library: &str,
    ) -> Command {
        let mut cargo = match self {
            Self::Own => cargo(),
            Self::Debian => Command::new(DEBIAN_CARGO),
        };
        cargo.current_dir(root()).args([command, "--quiet", "--target", target]);
        cargo.args(["--target-dir", target_dir]);
        if self == Self::Debian {
            cargo
                .arg(format!("-Zbuild-std={library}"))
                // Allows `-Z` on a stable compiler.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTC", DEBIAN_RUSTC)
                .env_remove("RUSTUP_TOOLCHAIN");
        }
        cargo
    }
}

/// Returns the directory of the standard library of a target, or of the host. It may not exist.
pub(crate) fn target_libdir(target: Option<&str>) -> Option<String> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(root()).args(["--print", "target-libdir"]);
    if let Some(target) = target {
        rustc.args(["--target", target]);
    }
    let output = rustc.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
