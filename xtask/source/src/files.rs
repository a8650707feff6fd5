//! The source files of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

/// Directories that hold no source text of the project.
const SKIPPED: [&str; 4] = ["target", ".git", "corpus", "vectors"];

/// All files below `directory` with one of these extensions, sorted.
pub(crate) fn below(directory: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    collect(directory, extensions, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(directory: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", directory.display());
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !SKIPPED.contains(&name) {
                collect(&path, extensions, found)?;
            }
        } else if path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| extensions.contains(&extension))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The crates that are published: each directory below `crates/`.
pub(crate) fn crates(root: &Path) -> Result<Vec<PathBuf>, String> {
    let directory = root.join("crates");
    let failed = |error| format!("{}: {error}", directory.display());
    let mut crates = Vec::new();
    for entry in fs::read_dir(&directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.join("Cargo.toml").is_file() {
            crates.push(path);
        }
    }
    crates.sort();
    Ok(crates)
}
