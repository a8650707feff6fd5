//! The README of each crate is its page on docs.rs: it is complete, and the manifest makes docs.rs
//! show the features of items.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::{Path, PathBuf};

/// A published crate.
struct Crate {
    name: String,
    directory: PathBuf,
    manifest: String,
    readme: String,
}

impl Crate {
    /// Returns the features, except `default`.
    fn features(&self) -> Vec<&str> {
        let Some((_, features)) = self.manifest.split_once("\n[features]\n") else {
            return Vec::new();
        };
        let features = features.split("\n[").next().unwrap().lines();
        let names = features.filter_map(|line| Some(line.split_once(" = ")?.0));
        names.filter(|name| !name.starts_with([' ', '#']) && *name != "default").collect()
    }
}

fn crates() -> Vec<Crate> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates");
    let read = |path: PathBuf| fs::read_to_string(&path).unwrap();
    let crates: Vec<Crate> = fs::read_dir(crates)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| Crate {
            name: entry.file_name().into_string().unwrap(),
            directory: entry.path(),
            manifest: read(entry.path().join("Cargo.toml")),
            readme: read(entry.path().join("README.md")),
        })
        .collect();
    assert!(crates.len() >= 10, "{} crates", crates.len());
    crates
}

/// Returns the crates with or without a library.
fn with_library(has_library: bool) -> Vec<Crate> {
    let is_library = |each: &Crate| each.directory.join("src/lib.rs").is_file();
    let crates: Vec<_> =
        crates().into_iter().filter(|each| is_library(each) == has_library).collect();
    assert!(!crates.is_empty());
    crates
}

#[test]
fn the_readme_is_the_front_page_and_docs_rs_shows_all_features() {
    for Crate { name, directory, manifest, .. } in with_library(true) {
        let lib = fs::read_to_string(directory.join("src/lib.rs")).unwrap();
        assert!(lib.starts_with("#![doc = include_str!(\"../README.md\")]\n"), "{name}");
        assert!(lib.contains("\n#![cfg_attr(docsrs, feature(doc_cfg))]\n"), "{name}");
        let (_, docs_rs) = manifest.split_once("\n[package.metadata.docs.rs]\n").unwrap();
        let docs_rs = docs_rs.split("\n[").next().unwrap();
        for setting in ["all-features = true", "rustdoc-args = [\"--cfg\", \"docsrs\"]"] {
            assert!(docs_rs.lines().any(|line| line == setting), "{name}: {setting}");
        }
        for line in [
            format!("documentation = \"https://docs.rs/{name}\""),
            "readme = \"README.md\"".to_owned(),
        ] {
            assert!(manifest.contains(&line), "{name}: {line}");
        }
    }
}

#[test]
fn each_readme_has_code_features_version_and_links() {
    for Crate { name, readme, .. } in with_library(true) {
        assert!(readme.starts_with(&format!("# {name}\n\n")), "{name}: title");
        assert!(readme.contains("\n```rust"), "{name}: code");
        assert!(readme.contains("](../../docs/"), "{name}: links to guides");
        for part in ["\n## Features\n", "\n## More\n", "(MSRV)", "1.88", "MIT", "Apache-2.0"] {
            assert!(readme.contains(part), "{name}: {part}");
        }
    }
}

#[test]
fn the_readme_of_a_program_has_commands_version_and_links() {
    for Crate { name, manifest, readme, .. } in with_library(false) {
        assert!(readme.starts_with(&format!("# {name}\n\n")), "{name}: title");
        assert!(readme.contains(&format!("cargo install {name}\n")), "{name}: installation");
        assert!(manifest.contains("readme = \"README.md\""), "{name}: readme");
        for part in ["](../../docs/", "\n## More\n", "(MSRV)", "1.88", "MIT", "Apache-2.0"] {
            assert!(readme.contains(part), "{name}: {part}");
        }
    }
}

#[test]
fn the_table_of_features_is_complete() {
    for each in with_library(true) {
        let Crate { name, readme, .. } = &each;
        let (_, section) = readme.split_once("\n## Features\n").unwrap();
        let section = section.split("\n## ").next().unwrap();
        let features = each.features();
        assert_eq!(features.is_empty(), section.contains("no Cargo features"), "{name}");
        for feature in &features {
            let rows = section.lines().filter(|line| line.starts_with('|'));
            let is_listed = rows
                .filter_map(|row| row.split('|').nth(1))
                .any(|names| names.contains(&format!("`{feature}`")));
            assert!(is_listed, "{name}: {feature}");
        }
    }
}

/// All Markdown files of a directory.
fn pages(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// Code-hosting sites show the lines that rustdoc hides.
#[test]
fn no_line_of_code_is_hidden_from_documentation_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut pages = [pages(root), pages(&root.join("docs"))].concat();
    pages.extend(crates().iter().map(|each| each.directory.join("README.md")));
    assert!(pages.len() > 25, "{pages:?}");
    for page in pages {
        let mut is_rust = false;
        for line in fs::read_to_string(&page).unwrap().lines().map(str::trim_start) {
            if let Some(language) = line.strip_prefix("```") {
                is_rust = !is_rust && (language.is_empty() || language.starts_with("rust"));
            }
            let is_hidden = is_rust && (line == "#" || line.starts_with("# "));
            assert!(!is_hidden, "{}: {line}", page.display());
        }
    }
}
