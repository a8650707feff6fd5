//! The public API of a package under some features.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use crate::package::{Package, cargo};

/// A separate target directory, because every crate is built with every feature.
const TARGET_DIRECTORY: &str = "target/api";

/// Returns one line for each public item, without blanket and derived implementations.
#[derive(Debug)]
pub(crate) struct Listing {
    package: String,
    pub(crate) items: Vec<String>,
}

impl Listing {
    /// Returns the listings with all features. Cargo builds the dependencies of all packages once, instead of
    /// once for the features of each package.
    pub(crate) fn with_all_features(packages: &[Package]) -> Result<Vec<Self>, String> {
        let mut doc = cargo();
        doc.args(["doc", "--quiet", "--no-deps", "--lib", "--all-features"]);
        doc.args(packages.iter().flat_map(|package| ["--package", &package.name]));
        if !writes_json(&mut doc)? {
            return Err("the packages have no documentation with all features".to_owned());
        }
        packages.iter().map(Self::read).collect()
    }

    pub(crate) fn with(package: &Package, features: &[&str]) -> Result<Self, String> {
        let mut doc = cargo();
        doc.args(["doc", "--quiet", "--no-deps", "--lib", "--package", &package.name]).args([
            "--no-default-features",
            "--features",
            &features.join(","),
        ]);
        if !writes_json(&mut doc)? {
            return Err(format!("{} has no documentation with {features:?}", package.name));
        }
        Self::read(package)
    }

    /// Reads the JSON documentation that was written last.
    fn read(package: &Package) -> Result<Self, String> {
        let file = package.name.replace('-', "_") + ".json";
        let json: PathBuf = [TARGET_DIRECTORY, "doc", &file].iter().collect();
        let api = public_api::Builder::from_rustdoc_json(json)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .omit_auto_derived_impls(true)
            .build()
            .map_err(|error| format!("{}: {error}", package.name))?;
        let items = api.items().map(ToString::to_string).collect();
        Ok(Self { package: package.name.clone(), items })
    }

    /// Returns the items that `other` does not have.
    pub(crate) fn beyond<'a>(&'a self, other: &Self) -> Vec<&'a String> {
        let known: BTreeSet<&String> = other.items.iter().collect();
        self.items.iter().filter(|item| !known.contains(item)).collect()
    }

    /// Returns the types and traits of other projects in the public API.
    fn foreign(&self) -> BTreeSet<&str> {
        let is_in_path = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':');
        let paths = self.items.iter().flat_map(|item| item.split(|letter| !is_in_path(letter)));
        paths.filter(|path| is_foreign(path)).collect()
    }
}

/// Whether a path begins with another crate than those of this workspace and of Rust.
fn is_foreign(path: &str) -> bool {
    let Some((first, rest)) = path.split_once("::") else { return false };
    !rest.is_empty()
        && first.starts_with(|letter: char| letter.is_lowercase())
        && !first.starts_with("sts_")
        && !matches!(first, "core" | "alloc" | "std")
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let package = &self.package;
        writeln!(
            f,
            "# The public API of {package}, all features on; `cargo xtask api` writes it."
        )?;
        writeln!(f, "# Of other projects are in it:")?;
        for path in self.foreign() {
            writeln!(f, "#   {path}")?;
        }
        self.items.iter().try_for_each(|item| writeln!(f, "{item}"))
    }
}

/// Has a command of cargo write JSON documentation. Returns whether it succeeded.
fn writes_json(doc: &mut Command) -> Result<bool, String> {
    let status = doc
        .args(["--target-dir", TARGET_DIRECTORY])
        // Allows `-Z` on a stable compiler.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTDOCFLAGS", "--cap-lints allow -Z unstable-options --output-format json")
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    Ok(status.success())
}
