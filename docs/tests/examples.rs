//! Examples are short, and the directory of the guides contains text only.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::{Path, PathBuf};

/// Lines of the file with the main function, with its documentation.
const MAIN_FILE: usize = 60;
/// Lines of other files of an example.
const MODULE: usize = 75;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// All Rust files below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(directory) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_example_is_short() {
    let crates = entries(&root().join("crates")).into_iter().map(|place| place.join("examples"));
    let files: Vec<PathBuf> =
        crates.filter(|place| place.exists()).flat_map(|it| sources(&it)).collect();
    assert!(files.len() > 20, "{files:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let is_main = text.contains("\nfn main()") || text.contains("\nasync fn main()");
        let (length, limit) = (text.lines().count(), if is_main { MAIN_FILE } else { MODULE });
        assert!(length <= limit, "{}: {length} lines, at most {limit}", file.display());
    }
}

#[test]
fn the_directory_of_the_guides_has_no_examples() {
    let docs = root().join("docs");
    let directories: Vec<PathBuf> =
        entries(&docs).into_iter().filter(|path| path.is_dir()).collect();
    let is_package = |path: &PathBuf| path.ends_with("src") || path.ends_with("tests");
    assert!(directories.iter().all(is_package), "{directories:?}");
}
