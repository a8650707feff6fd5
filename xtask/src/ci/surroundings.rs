//! The environment of the checks: home and temporary directories are below the target
//! directory, so that files that a test writes elsewhere are found.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::clone::remove;
use crate::tools::{is_there, root};

pub(crate) const CHECK: &str = "nothing written outside target";

/// Settings of tools in the home directory, and the variables that contain their paths.
const KEPT: [(&str, &str); 8] = [
    ("CARGO_HOME", ".cargo"),
    ("RUSTUP_HOME", ".rustup"),
    ("PYENV_ROOT", ".pyenv"),
    // pip uses the value that it reads last.
    ("PIP_CONFIG_FILE", ".pip/pip.conf"),
    ("PIP_CONFIG_FILE", ".config/pip/pip.conf"),
    ("npm_config_userconfig", ".npmrc"),
    ("GIT_CONFIG_GLOBAL", ".config/git/config"),
    ("GIT_CONFIG_GLOBAL", ".gitconfig"),
];

/// Directories that tools use instead of the home directory.
const ELSEWHERE: [&str; 5] =
    ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"];

pub(crate) struct Surroundings {
    top: PathBuf,
    home: PathBuf,
    temporary: PathBuf,
    /// The caches of pip and npm, which are kept between runs.
    caches: PathBuf,
    kept: Vec<(&'static str, OsString)>,
    untracked: BTreeSet<String>,
}

impl Surroundings {
    /// Creates empty directories and replaces those of an earlier run.
    pub(crate) fn prepare() -> Result<Self, String> {
        Self::at(root(), &root().join("target/ci"))
    }

    fn at(top: PathBuf, place: &Path) -> Result<Self, String> {
        let (home, temporary) = (place.join("home"), place.join("tmp"));
        for directory in [&home, &temporary] {
            remove(directory)?;
            fs::create_dir_all(directory)
                .map_err(|error| format!("cannot create {}: {error}", directory.display()))?;
        }
        let untracked = untracked(&top)?;
        Ok(Self { top, home, temporary, caches: place.join("caches"), kept: kept(), untracked })
    }

    /// Runs a command here.
    pub(crate) fn enter<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for name in ELSEWHERE {
            command.env_remove(name);
        }
        for name in ["TMPDIR", "TMP", "TEMP"] {
            command.env(name, &self.temporary);
        }
        command.envs(self.kept.iter().cloned());
        command.env("PIP_CACHE_DIR", self.caches.join("pip"));
        command.env("npm_config_cache", self.caches.join("npm"));
        command.env("HOME", &self.home).env("USERPROFILE", &self.home)
    }

    /// Returns whether the home directory is empty and the sources have no new files.
    pub(crate) fn are_untouched(&self) -> Result<bool, String> {
        let mut found = Vec::new();
        files_in(&self.home, &mut found)?;
        let mut found: Vec<String> = found
            .iter()
            .map(|file| format!("written to the home directory: {}", file.display()))
            .collect();
        let untracked = untracked(&self.top)?;
        let new = untracked.difference(&self.untracked);
        found.extend(new.map(|file| format!("written among the sources: {file}")));
        for file in &found {
            eprintln!("{file}");
        }
        Ok(found.is_empty())
    }
}

fn kept() -> Vec<(&'static str, OsString)> {
    let Some(home) = env::home_dir() else { return Vec::new() };
    let is_unset = |(name, _): &&(&str, &str)| env::var_os(name).is_none();
    let there = |(name, path): &(&'static str, &str)| {
        let path = home.join(path);
        path.exists().then(|| (*name, path.into_os_string()))
    };
    KEPT.iter().filter(is_unset).filter_map(there).collect()
}

/// Returns the files that git neither tracks nor ignores, or none without git.
fn untracked(top: &Path) -> Result<BTreeSet<String>, String> {
    if !is_there("git") {
        return Ok(BTreeSet::new());
    }
    let output = Command::new("git")
        .current_dir(top)
        .args(["ls-files", "--others", "--exclude-standard"])
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

fn files_in(directory: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let unreadable = |error| format!("cannot read {}: {error}", directory.display());
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let is_directory = entry.file_type().map_err(unreadable)?.is_dir();
        if is_directory {
            files_in(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a script in a separate environment with separate sources.
    fn is_untouched_by(name: &str, script: &str) -> bool {
        let place = root().join("target/tmp/surroundings").join(name);
        remove(&place).unwrap();
        let sources = place.join("sources");
        fs::create_dir_all(&sources).unwrap();
        let git = Command::new("git").args(["init", "--quiet"]).current_dir(&sources).status();
        assert!(git.unwrap().success());
        fs::write(sources.join("already-there"), "").unwrap();
        let surroundings = Surroundings::at(sources.clone(), &place).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).current_dir(&sources);
        assert!(surroundings.enter(&mut shell).status().unwrap().success());
        surroundings.are_untouched().unwrap()
    }

    #[test]
    fn what_is_written_outside_of_target_is_found() {
        assert!(is_untouched_by("nothing", "true"));
        assert!(is_untouched_by("temporary", "echo x > \"$TMPDIR/file\""));
        assert!(!is_untouched_by("home", "echo x > ~/.file"));
        assert!(!is_untouched_by("deep", "mkdir -p ~/.a/b && echo x > ~/.a/b/c"));
        assert!(!is_untouched_by("sources", "echo x > file"));
    }

    #[test]
    fn the_caches_of_the_tools_stay_where_they_are() {
        let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let cargo_home = cargo_home.or_else(|| Some(env::home_dir()?.join(".cargo")));
        if let Some(cargo_home) = cargo_home.filter(|path| path.exists()) {
            let script = format!("test \"$CARGO_HOME\" = '{}'", cargo_home.display());
            assert!(is_untouched_by("caches", &script));
        }
    }
}
