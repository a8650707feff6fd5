//! Commands in guides and READMEs name examples, tests and tasks that exist.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        // A link to a file that is looked at where it is.
        if entry.file_type().unwrap().is_symlink() {
            continue;
        }
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with(".git") {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
}

/// The words that follow `before` in all Markdown files, with the files.
fn words_after(before: &str) -> Vec<(String, PathBuf)> {
    let mut guides = Vec::new();
    files(&root(), "md", &mut guides);
    let mut words = Vec::new();
    for guide in guides {
        let text = fs::read_to_string(&guide).unwrap();
        for rest in text.split(before).skip(1) {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || "-_".contains(c)));
            let word = rest.get(..end.unwrap_or(rest.len())).unwrap();
            // A placeholder is in upper case.
            if word.starts_with(|c: char| c.is_ascii_lowercase()) {
                words.push((word.to_owned(), guide.clone()));
            }
        }
    }
    assert!(!words.is_empty(), "no guide has {before:?}");
    words
}

fn exists(directory: &Path, name: &str) -> bool {
    directory.join(name).with_extension("rs").exists()
        || directory.join(name).join("main.rs").exists()
}

fn crates() -> Vec<PathBuf> {
    fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn examples_exist() {
    let places: Vec<PathBuf> = crates().iter().map(|place| place.join("examples")).collect();
    for (name, guide) in words_after("--example ") {
        let is_there = places.iter().any(|place| exists(place, &name));
        assert!(is_there, "{}: {name}", guide.display());
    }
}

#[test]
fn tests_and_packages_exist() {
    let crates = crates();
    for (name, guide) in words_after("--test ") {
        let is_there = crates.iter().any(|directory| exists(&directory.join("tests"), &name));
        assert!(is_there, "{}: {name}", guide.display());
    }
    for (name, guide) in words_after("cargo run -p ") {
        let place = match name.strip_prefix("xtask-") {
            Some(tool) => root().join("xtask").join(tool),
            None => root().join("crates").join(&name),
        };
        assert!(place.exists(), "{}: {name}", guide.display());
    }
}

#[test]
fn tasks_exist() {
    let mut sources = Vec::new();
    files(&root().join("xtask/src"), "rs", &mut sources);
    let tasks: String = sources.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    for (name, guide) in words_after("cargo xtask ") {
        let is_there = tasks.contains(&format!("name: \"{name}\"")) || name == "help";
        assert!(is_there, "{}: cargo xtask {name}", guide.display());
    }
}
