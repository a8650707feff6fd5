//! What versions were measured, from the lock files.

use serde::Deserialize;

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    /// Names, with the version where there are several.
    #[serde(default)]
    dependencies: Vec<String>,
}

/// Of these crates the versions that `package` depends on, in a line.
pub fn of(crates: &[&str], package: &str, lock: &str) -> String {
    let lock: Lock = toml::from_str(lock).expect("a lock file");
    let find = |name: &str| {
        lock.package.iter().find(|package| package.name == name).expect("a package of the lock")
    };
    let dependencies = &find(package).dependencies;
    let versions = crates.iter().map(|name| {
        let mut written = dependencies.iter().filter_map(|written| {
            let (first, version) = written.split_once(' ').unwrap_or((written, ""));
            (first == *name).then_some(version)
        });
        let version = match written.next().expect("a dependency") {
            "" => &find(name).version,
            version => version,
        };
        format!("{name} {version}")
    });
    versions.collect::<Vec<_>>().join(", ")
}
