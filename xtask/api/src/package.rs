//! The packages whose API is listed: those that are published.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// The features without `default`.
    pub(crate) features: Vec<String>,
    directory: PathBuf,
}

impl Package {
    /// Returns the published packages of the workspace that have a library.
    pub(crate) fn published() -> Result<Vec<Self>, String> {
        let metadata = cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output();
        let metadata = metadata.map_err(|error| format!("cannot run cargo: {error}"))?;
        let metadata: Value = serde_json::from_slice(&metadata.stdout)
            .map_err(|error| format!("cannot read what cargo says of the workspace: {error}"))?;
        let packages =
            metadata.get("packages").and_then(Value::as_array).ok_or("cargo names no packages")?;
        // An empty list of registries means that the package is not published.
        let published = packages.iter().filter(|package| package["publish"].is_null());
        published
            .filter(|package| has_library(package))
            .map(|package| Self::read(package).ok_or("a package without a name".into()))
            .collect()
    }

    fn read(package: &Value) -> Option<Self> {
        let features = package.get("features")?.as_object()?.keys();
        Some(Self {
            name: package.get("name")?.as_str()?.to_owned(),
            features: features.filter(|name| *name != "default").cloned().collect(),
            directory: Path::new(package.get("manifest_path")?.as_str()?).parent()?.to_owned(),
        })
    }

    /// Returns the path of its `public-api.txt`.
    pub(crate) fn listing_file(&self) -> PathBuf {
        self.directory.join("public-api.txt")
    }
}

fn has_library(package: &Value) -> bool {
    let targets = package["targets"].as_array().into_iter().flatten();
    let mut kinds = targets.filter_map(|target| target["kind"].as_array()).flatten();
    kinds.any(|kind| kind == "lib")
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
