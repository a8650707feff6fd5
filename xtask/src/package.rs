//! Packages the published crates.

use std::fs;
use std::path::Path;

use crate::task::{Task, no_arguments};
use crate::tools::{cargo, names_in, root, succeeds};

pub(crate) const TASK: Task = Task {
    name: "package",
    summary: "pack the crates as they are published",
    help: "\
usage: cargo xtask package

Checks that every crate in crates/ has the licences of the workspace, and packs it as it is
published, into target/package. The packed sources are not compiled.
",
    run: |arguments| {
        no_arguments(arguments)?;
        Ok(run()?)
    },
};

/// Returns the published crates: those in `crates`.
pub(crate) fn published() -> Result<Vec<String>, String> {
    names_in(&root().join("crates"))
}

/// Checks their licences and packs all of them. That they compile as packed is looked at before a
/// release, by the same without `--no-verify`.
fn run() -> Result<bool, String> {
    let published = published()?;
    let mut have_licences = true;
    for name in &published {
        for problem in licence_problems(&root(), name)? {
            eprintln!("{problem}");
            have_licences = false;
        }
    }
    let mut package = cargo();
    package.args(["package", "--quiet", "--no-verify", "--allow-dirty"]);
    package.args(published.iter().flat_map(|name| ["-p", name]));
    Ok(succeeds(&mut package)? && have_licences)
}

/// Returns what is wrong with the licence files of a crate. They are copies: git on Windows checks out a
/// symbolic link as a file with the path of its target, which would be published as the licence.
fn licence_problems(top: &Path, name: &str) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let original =
            fs::read(top.join(licence)).map_err(|error| format!("{licence}: {error}"))?;
        let path = top.join("crates").join(name).join(licence);
        let is_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
        if !is_file {
            problems.push(format!("{} is not a regular file", path.display()));
        } else if fs::read(&path).ok() != Some(original) {
            problems.push(format!("{} differs from {licence} of the workspace", path.display()));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clone::remove;

    #[test]
    fn licences_are_copies() {
        let top = root().join("target/tmp/licences");
        remove(&top).unwrap();
        fs::create_dir_all(top.join("crates/example")).unwrap();
        let problems = || licence_problems(&top, "example").unwrap();
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            fs::write(top.join(licence), "permitted").unwrap();
            fs::write(top.join("crates/example").join(licence), "permitted").unwrap();
        }
        assert_eq!(problems(), Vec::<String>::new());
        let copy = top.join("crates/example/LICENSE-MIT");
        fs::write(&copy, "../../LICENSE-MIT").unwrap();
        assert!(problems()[0].contains("differs from LICENSE-MIT"), "{:?}", problems());
        fs::remove_file(&copy).unwrap();
        assert!(problems()[0].contains("not a regular file"), "{:?}", problems());
    }
}
