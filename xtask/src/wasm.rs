//! The sans-IO crates, checked for wasm32-unknown-unknown.
//!
//! A toolchain without that target's standard library can do it all the same if it has the
//! library's source: Debian's packages `rustc-web`, `cargo-web` and `rust-web-src` are such a
//! toolchain. They put it where these paths say.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::tools::{root, succeeds};

const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

const CRATES: [&str; 3] = ["sts-proto", "sts-sign", "sts-client"];

/// Why the check cannot be made here; `None` if it can.
pub(crate) fn missing() -> Option<&'static str> {
    let is_there = [CARGO, RUSTC, LIBRARY].iter().all(|path| Path::new(path).exists());
    (!is_there).then_some("needs Debian's packages rustc-web, cargo-web and rust-web-src")
}

pub(crate) fn run() -> ExitCode {
    if let Some(missing) = missing() {
        eprintln!("xtask: wasm {missing}");
        return ExitCode::FAILURE;
    }
    let mut check = Command::new(CARGO);
    check
        .current_dir(root())
        .args(["check", "--quiet", "-Zbuild-std=std,panic_abort"])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir", "target/wasm"])
        .args(CRATES.iter().flat_map(|name| ["-p", name]))
        // `-Z` on a compiler that is released.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", RUSTC)
        .env_remove("RUSTUP_TOOLCHAIN");
    match succeeds(&mut check) {
        Ok(true) => {
            println!("{} check for wasm32-unknown-unknown", CRATES.join(", "));
            ExitCode::SUCCESS
        }
        Ok(false) => ExitCode::FAILURE,
        Err(complaint) => {
            eprintln!("xtask: wasm: {complaint}");
            ExitCode::FAILURE
        }
    }
}
