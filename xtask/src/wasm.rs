//! Checks the sans-IO crates on wasm32-unknown-unknown, measures and runs them.
//!
//! A toolchain without that target's standard library can do it all the same if it has the
//! library's source: Debian's packages `rustc-web`, `cargo-web` and `rust-web-src` are such a
//! toolchain. They put it where these paths say. What they lack is a linker; one comes with the
//! toolchain that runs this program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::task::{Task, no_arguments};
use crate::tools::{cargo, is_there, root, succeeds};

const TARGET: &str = "wasm32-unknown-unknown";
const CRATES: [&str; 5] =
    ["sts-credentials", "sts-proto", "sts-sign", "sts-client", "sts-providers"];
/// The programs in `xtask/wasm/src/bin`.
const PROGRAMS: [&str; 2] = ["messages", "call"];

const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

const MISSING: &str = "needs the target wasm32-unknown-unknown, as `rustup target add` gives it, \
    or Debian's packages rustc-web, cargo-web and rust-web-src";

/// Returns the reason to skip the check on this machine, if any.
pub(crate) fn missing() -> Option<&'static str> {
    Toolchain::find().is_none().then_some(MISSING)
}

pub(crate) const TASK: Task = Task {
    name: "wasm",
    summary: "check the sans-IO crates for wasm32, measure and run them",
    help: "\
usage: cargo xtask wasm

Checks the sans-IO crates for wasm32-unknown-unknown, builds the programs in xtask/wasm for it,
prints their sizes and runs them with Node.js, if it is installed.
",
    run: |arguments| {
        no_arguments(arguments)?;
        weigh(&check()?)?;
        Ok(true)
    },
};

fn check() -> Result<Toolchain, String> {
    let toolchain = Toolchain::find().ok_or(MISSING)?;
    let mut check = toolchain.cargo("check");
    check.args(CRATES.iter().flat_map(|name| ["-p", name]));
    if !succeeds(&mut check)? {
        return Err("the crates do not check".to_owned());
    }
    println!("{} check for {TARGET}", CRATES.join(", "));
    Ok(toolchain)
}

/// Builds the programs optimized for size, and runs them.
fn weigh(toolchain: &Toolchain) -> Result<(), String> {
    let mut build = toolchain.cargo("build");
    if !succeeds(build.args(["--profile", "wasm", "-p", "xtask-wasm"]))? {
        return Err("the programs do not build".to_owned());
    }
    for program in PROGRAMS {
        let file = root().join(format!("target/wasm/{TARGET}/wasm/{program}.wasm"));
        let size = fs::metadata(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let zipped = if is_there("gzip") {
            let output = output(Command::new("gzip").arg("-9c").arg(&file))?;
            format!(", {} with gzip", output.stdout.len())
        } else {
            String::new()
        };
        let outcome = if is_there("node") {
            let run = root().join("xtask/wasm/run.js");
            if !succeeds(Command::new("node").arg(run).arg(&file))? {
                return Err(format!("{program} does not find what it should"));
            }
            "runs, and imports nothing"
        } else {
            "NOT RUN: Node.js is missing"
        };
        println!("{program}: {} bytes{zipped}; {outcome}", size.len());
    }
    Ok(())
}

enum Toolchain {
    /// The one that runs this program has the target.
    Own,
    /// Debian's builds the standard library as well, and has this linker.
    Debian { linker: PathBuf },
}

impl Toolchain {
    fn find() -> Option<Self> {
        let library = rustc(&["--print", "target-libdir", "--target", TARGET])?;
        if Path::new(&library).exists() {
            return Some(Self::Own);
        }
        let files = [DEBIAN_CARGO, DEBIAN_RUSTC, DEBIAN_LIBRARY];
        let host = rustc(&["--print", "target-libdir"])?;
        let linker = Path::new(&host).with_file_name("bin").join("rust-lld");
        files.iter().all(|file| Path::new(file).exists()).then_some(Self::Debian { linker })
    }

    fn cargo(&self, command: &str) -> Command {
        let mut cargo = match self {
            Self::Own => cargo(),
            Self::Debian { .. } => Command::new(DEBIAN_CARGO),
        };
        cargo.current_dir(root()).args([command, "--quiet", "--target", TARGET]);
        cargo.args(["--target-dir", "target/wasm"]);
        if let Self::Debian { linker } = self {
            cargo
                .arg("-Zbuild-std=std,panic_abort")
                // Allows `-Z` on a stable compiler.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTC", DEBIAN_RUSTC)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                .env_remove("RUSTUP_TOOLCHAIN");
        }
        cargo
    }
}

/// Returns the single line that rustc prints.
fn rustc(arguments: &[&str]) -> Option<String> {
    let output = output(Command::new("rustc").current_dir(root()).args(arguments)).ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Returns the output of a program. Fails if it cannot be started or fails.
fn output(command: &mut Command) -> Result<Output, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("cannot run {program}: {error}"))?;
    if output.status.success() { Ok(output) } else { Err(format!("{program} fails")) }
}
