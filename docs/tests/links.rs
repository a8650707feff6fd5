//! Links between the Markdown files of this repository lead somewhere.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All Markdown files, but for what is built.
fn markdown_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        // A link to a file that is looked at where it is.
        if entry.file_type().unwrap().is_symlink() {
            continue;
        }
        let path = entry.path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !["target", ".git"].contains(&name) {
            markdown_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// What stands in `](…)` and points into this repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    links.filter(|link| !link.contains("://") && !link.contains([' ', '\n', '<', '"']))
}

/// The anchor that a code-hosting site gives a heading.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn links_lead_to_files_and_headings() {
    let mut files = Vec::new();
    markdown_files(&root(), &mut files);
    let mut count = 0;
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for link in links(&text) {
            // Links to items of the crate, in READMEs that are its documentation as well.
            if link.contains("::") || !link.contains(['.', '#', '/']) {
                continue;
            }
            count += 1;
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target =
                if path.is_empty() { file.clone() } else { file.parent().unwrap().join(path) };
            assert!(target.exists(), "{}: nothing is at {link}", file.display());
            if !heading.is_empty() && target.extension().is_some_and(|e| e == "md") {
                let text = fs::read_to_string(&target).unwrap();
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                let is_there = headings.any(|line| anchor(line) == heading);
                assert!(is_there, "{}: no heading for {link}", file.display());
            }
        }
    }
    assert!(files.len() > 15 && count > 40, "{count} links in {} files", files.len());
}

#[test]
fn no_link_leads_to_a_repository_that_does_not_exist() {
    let mut files = Vec::new();
    markdown_files(&root(), &mut files);
    files.push(root().join("Cargo.toml"));
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let owner = ["github.com", "sts-rs"].join("/");
        assert!(!text.contains(&owner), "{}", file.display());
    }
}
