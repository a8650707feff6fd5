//! Installs packages below the target directory at the first run, and finds them there later. An error
//! says why that is not possible.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::runner::run;

/// Several clients share a folder.
static INSTALLING: Mutex<()> = Mutex::new(());

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Returns a Python interpreter with these packages, each `NAME==VERSION`, in the folder of this name.
pub(crate) fn python(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = folder(name);
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let checks = packages.iter().filter_map(|package| package.split_once("=="));
    let is_there = checks.fold("import importlib.metadata as m".to_owned(), |code, package| {
        let (name, version) = package;
        format!("{code}\nassert m.version('{name}') == '{version}'")
    });
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    }
    if run(Command::new(&python).args(["-c", &is_there])).is_err() {
        let pip =
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir"];
        let patience = ["--timeout", "15", "--retries", "1"];
        run(Command::new(&python).args(pip).args(patience).args(packages))?;
    }
    Ok(python)
}

/// Returns the folder of this name with these packages of Node.js, each `NAME@VERSION`.
pub(crate) fn node(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = folder(name);
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let checks = packages.iter().filter_map(|package| package.rsplit_once('@'));
    let is_there = checks.fold(String::new(), |code, (name, version)| {
        format!(
            "{code}if (require('{name}/package.json').version !== '{version}') process.exit(1);"
        )
    });
    if run(Command::new("node").current_dir(&folder).args(["-e", &is_there])).is_err() {
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let quiet = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
        let patience =
            ["--fetch-timeout=15000", "--fetch-retries=1", "--cache", "cache", "--prefix", "."];
        let mut command = Command::new(npm);
        run(command.current_dir(&folder).args(quiet).args(patience).args(packages))?;
        run(Command::new("node").current_dir(&folder).args(["-e", &is_there]))?;
    }
    Ok(folder)
}
