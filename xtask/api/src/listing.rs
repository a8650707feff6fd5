//! The public API of a package under some features.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

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
    pub(crate) fn of(package: &Package, features: &[&str]) -> Result<Self, String> {
        let json = rustdoc_json(package, features)?;
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

/// Writes the JSON documentation of a package and returns its path.
fn rustdoc_json(package: &Package, features: &[&str]) -> Result<PathBuf, String> {
    let status = cargo()
        .args(["rustdoc", "--quiet", "--lib", "--package", &package.name])
        .args(["--no-default-features", "--features", &features.join(",")])
        .args(["--target-dir", TARGET_DIRECTORY])
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        // Allows `-Z` on a stable compiler.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTDOCFLAGS", "--cap-lints allow")
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err(format!("{} has no documentation with {features:?}", package.name));
    }
    let file = package.name.replace('-', "_") + ".json";
    Ok([TARGET_DIRECTORY, "doc", &file].iter().collect())
}
