//! One program: its dependencies, builds that begin with nothing, and a trial.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::Server;

pub struct Cost {
    /// Crates that are built for it.
    pub crates: usize,
    pub debug: Duration,
    pub release: Duration,
    /// Of the stripped release build, in bytes.
    pub size: u64,
}

/// Downloads what is needed, so that no build waits for the network.
pub fn fetch() -> io::Result<()> {
    run(cargo().args(["fetch", "--locked"])).map(drop)
}

impl Cost {
    pub fn of(name: &str, response: Vec<u8>) -> io::Result<Self> {
        let package = format!("program-{name}");
        let target = manifest().join("../../target/bench/programs").join(name);
        let crates = crates(&package)?;
        // Nothing of an earlier run is left, and nothing of this one stays.
        remove(&target)?;
        let debug = build(&package, &target, &[])?;
        let release = build(&package, &target, &["--release"])?;
        let binary = target.join("release").join(&package);
        let size = fs::metadata(&binary)?.len();
        try_out(&binary, response)?;
        remove(&target)?;
        Ok(Self { crates, debug, release, size })
    }
}

fn crates(package: &str) -> io::Result<usize> {
    let tree = run(cargo().args(["tree", "--locked", "--offline", "--package", package]).args([
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--no-dedupe",
        "--format",
        "{p}",
    ]))?;
    // A name and a version; what follows is where it is from.
    let packages: BTreeSet<Vec<&str>> =
        tree.lines().map(|line| line.split(' ').take(2).collect()).collect();
    // It lists the program too.
    Ok(packages.len() - 1)
}

fn build(package: &str, target: &Path, options: &[&str]) -> io::Result<Duration> {
    let mut command = cargo();
    command.args(["build", "--quiet", "--locked", "--offline", "--package", package]);
    command.arg("--target-dir").arg(target).args(options);
    let start = Instant::now();
    run(&mut command)?;
    Ok(start.elapsed())
}

/// A program that does not do its work would be small.
fn try_out(binary: &Path, response: Vec<u8>) -> io::Result<()> {
    let server = Server::start(response.clone());
    let mut command = Command::new(binary);
    let mut program =
        command.arg(&server.url).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let mut stdin = program.stdin.take().expect("piped");
    // The programs that call read nothing, and may be gone by now.
    let _ = stdin.write_all(&response);
    drop(stdin);
    let status = program.wait()?;
    status.success().then_some(()).ok_or_else(|| io::Error::other(format!("{command:?}: {status}")))
}

fn manifest() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Cargo among the programs. A wrapper that keeps what it has built would make cold builds warm.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(manifest().join("programs")).env("RUSTC_WRAPPER", "");
    command
}

/// Gives what it prints, if it succeeds.
fn run(command: &mut Command) -> io::Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("{command:?}: {}", output.status)));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}

fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
