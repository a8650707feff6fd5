//! Installs the clients. An error says why that is not possible.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::runner::run;
use crate::scratch;

const PYTHON_PACKAGES: [&str; 2] = ["huaweicloudsdksts==3.1.219", "botocore==1.44.8"];

/// `uuid` is missing among the dependencies of the package.
const NODE_PACKAGES: [&str; 2] = ["@huaweicloud/huaweicloud-sdk-core@3.1.211", "uuid@9.0.1"];

/// Two clients share the interpreter.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Returns a Python interpreter with the packages.
pub(crate) fn python() -> Result<PathBuf, String> {
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = scratch("official-clients-python");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let checks = PYTHON_PACKAGES.iter().filter_map(|package| package.split_once("=="));
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
        run(Command::new(&python).args(pip).args(patience).args(PYTHON_PACKAGES))?;
    }
    Ok(python)
}

/// Returns a folder with the packages.
pub(crate) fn node() -> Result<PathBuf, String> {
    let folder = scratch("official-clients-node");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let checks = NODE_PACKAGES.iter().filter_map(|package| package.rsplit_once('@'));
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
        run(command.current_dir(&folder).args(quiet).args(patience).args(NODE_PACKAGES))?;
        run(Command::new("node").current_dir(&folder).args(["-e", &is_there]))?;
    }
    Ok(folder)
}
