//! A fresh clone of the repository, with committed files only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::{root, succeeds};

/// Creates a fresh clone below the target directory and replaces an earlier one of this name.
pub(crate) fn fresh(name: &str) -> Result<PathBuf, String> {
    let place = root().join("target/clones").join(name);
    remove(&place)?;
    let mut clone = Command::new("git");
    clone.args(["clone", "--quiet"]).arg(root()).arg(&place);
    if succeeds(&mut clone)? { Ok(place) } else { Err("the project cannot be cloned".to_owned()) }
}

/// Updates the clone of this name to the last commit, and keeps its ignored files: the target directory.
/// Creates it if it does not exist.
pub(crate) fn updated(name: &str) -> Result<PathBuf, String> {
    let place = root().join("target/clones").join(name);
    if !place.join(".git").exists() {
        return fresh(name);
    }
    let top = root();
    let commands: [&[&str]; 3] =
        [&["fetch", "--quiet"], &["reset", "--quiet", "--hard", "FETCH_HEAD"], &["clean", "-fdq"]];
    for arguments in commands {
        let mut git = Command::new("git");
        git.current_dir(&place).args(arguments);
        if arguments.contains(&"fetch") {
            git.arg(&top).arg("HEAD");
        }
        if !succeeds(&mut git)? {
            return Err(format!("git {} fails in {}", arguments.join(" "), place.display()));
        }
    }
    Ok(place)
}

pub(crate) fn remove(place: &Path) -> Result<(), String> {
    if !place.exists() {
        return Ok(());
    }
    fs::remove_dir_all(place).map_err(|error| format!("cannot remove {}: {error}", place.display()))
}
