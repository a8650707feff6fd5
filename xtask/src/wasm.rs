//! Builds the sans-IO crates for wasm32-unknown-unknown, measures and runs them.
//!
//! Debian's toolchain lacks a linker for it; one comes with the toolchain that runs this program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::task::{Task, no_arguments};
use crate::toolchain::{Toolchain, target_libdir};
use crate::tools::{is_there, root, succeeds};

const TARGET: &str = "wasm32-unknown-unknown";
const CRATES: [&str; 5] =
    ["sts-credentials", "sts-proto", "sts-sign", "sts-client", "sts-providers"];
/// The programs in `xtask/wasm/src/bin`.
const PROGRAMS: [Program; 2] = [
    Program { name: "messages", built: 220_000, optimized: 195_000 },
    Program { name: "call", built: 250_000, optimized: 220_000 },
];
/// The crates of the standard library that the programs need.
const LIBRARY: &str = "std,panic_abort";
/// A standard library optimized for size. A panic traps without a message, which a program that
/// imports nothing could not show.
const SMALL: [&str; 4] = [
    "-Zbuild-std-features=optimize_for_size",
    "-Zpanic-immediate-abort",
    "--config",
    "profile.wasm.panic='immediate-abort'",
];

/// The optimizer of binaryen, with the features of WebAssembly that the target has by default.
const OPTIMIZER: &str = "wasm-opt";
const OPTIONS: [&str; 7] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// A program with the limits of its size in bytes, for a standard library that is built with [`SMALL`].
struct Program {
    name: &'static str,
    /// As the compiler writes it.
    built: u64,
    /// After the [`OPTIMIZER`].
    optimized: u64,
}

const MISSING: &str = "needs the target wasm32-unknown-unknown, as `rustup target add` gives it, \
    or Debian's packages rustc-web, cargo-web and rust-web-src";

/// Returns the reason to skip the check on this machine, if any.
pub(crate) fn missing() -> Option<&'static str> {
    Toolchain::find(TARGET).is_none().then_some(MISSING)
}

pub(crate) const TASK: Task = Task {
    name: "wasm",
    summary: "build the sans-IO crates for wasm32, measure and run them",
    help: "\
usage: cargo xtask wasm

Builds the sans-IO crates and the programs in xtask/wasm for wasm32-unknown-unknown, prints the sizes
of the programs, as the compiler writes them and after wasm-opt (Debian's package binaryen), and runs
both with Node.js, if these tools are installed.
",
    run: |arguments| {
        no_arguments(arguments)?;
        weigh(build()?)?;
        Ok(true)
    },
};

/// Builds the crates and the programs, optimized for size: together, because a build of the standard library is
/// longer than that of both.
fn build() -> Result<Toolchain, String> {
    let toolchain = Toolchain::find(TARGET).ok_or(MISSING)?;
    let mut build = cargo(toolchain);
    if toolchain == Toolchain::Debian {
        build.args(SMALL);
    }
    build.args(["--profile", "wasm", "-p", "xtask-wasm"]);
    build.args(CRATES.iter().flat_map(|name| ["-p", name]));
    if !succeeds(&mut build)? {
        return Err("the crates do not build".to_owned());
    }
    println!("{} build for {TARGET}", CRATES.join(", "));
    Ok(toolchain)
}

/// Measures and runs the programs, as they are and optimized.
fn weigh(toolchain: Toolchain) -> Result<(), String> {
    let has_limits = toolchain == Toolchain::Debian;
    for Program { name, built, optimized } in PROGRAMS {
        let directory = root().join(format!("target/wasm/{TARGET}/wasm"));
        let file = directory.join(format!("{name}.wasm"));
        weigh_file(name, &file, has_limits.then_some(built))?;
        let name = format!("{name}, {OPTIMIZER}");
        if is_there(OPTIMIZER) {
            let smaller = directory.join("optimized.wasm");
            output(Command::new(OPTIMIZER).args(OPTIONS).arg(&file).arg("-o").arg(&smaller))?;
            weigh_file(&name, &smaller, has_limits.then_some(optimized))?;
        } else {
            println!("{name}: NOT MEASURED: Debian's package binaryen is missing");
        }
    }
    Ok(())
}

fn weigh_file(name: &str, file: &Path, limit: Option<u64>) -> Result<(), String> {
    let size = fs::metadata(file).map_err(|error| format!("{}: {error}", file.display()))?.len();
    let zipped = if is_there("gzip") {
        let output = output(Command::new("gzip").arg("-9c").arg(file))?;
        format!(", {} with gzip", output.stdout.len())
    } else {
        String::new()
    };
    let outcome = if is_there("node") {
        let run = root().join("xtask/wasm/run.js");
        if !succeeds(Command::new("node").arg(run).arg(file))? {
            return Err(format!("{name} does not find what it should"));
        }
        "runs, and imports nothing"
    } else {
        "NOT RUN: Node.js is missing"
    };
    println!("{name}: {size} bytes{zipped}; {outcome}");
    match limit {
        Some(limit) if size > limit => Err(format!("{name} has more than {limit} bytes")),
        _ => Ok(()),
    }
}

fn cargo(toolchain: Toolchain) -> Command {
    let mut cargo = toolchain.cargo("build", TARGET, "target/wasm", LIBRARY);
    if let (Toolchain::Debian, Some(host)) = (toolchain, target_libdir(None)) {
        let linker: PathBuf = Path::new(&host).with_file_name("bin").join("rust-lld");
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }
    cargo
}

/// Returns the output of a program. Fails if it cannot be started or fails.
fn output(command: &mut Command) -> Result<Output, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("cannot run {program}: {error}"))?;
    if output.status.success() { Ok(output) } else { Err(format!("{program} fails")) }
}
