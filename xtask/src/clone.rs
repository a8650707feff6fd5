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

pub(crate) fn remove(place: &Path) -> Result<(), String> {
    if !place.exists() {
        return Ok(());
    }
    fs::remove_dir_all(place).map_err(|error| format!("cannot remove {}: {error}", place.display()))
}
