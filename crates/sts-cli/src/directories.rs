//! Directories for the files of this user.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::failure::Failure;

/// Variables of directories, each with the components below it. The first one that is set to an absolute
/// path counts.
type Candidates = &'static [(&'static str, &'static [&'static str])];

const CACHE: Candidates = if cfg!(windows) {
    &[("LOCALAPPDATA", &["sts"])]
} else {
    &[("XDG_CACHE_HOME", &["sts"]), ("HOME", &[".cache", "sts"])]
};

const CONFIGURATION: Candidates = if cfg!(windows) {
    &[("APPDATA", &["sts"])]
} else {
    &[("XDG_CONFIG_HOME", &["sts"]), ("HOME", &[".config", "sts"])]
};

/// Returns the directory of cached credentials, which need not exist.
pub(crate) fn cache() -> Result<PathBuf, Failure> {
    find(CACHE, |name| env::var_os(name)).ok_or_else(|| missing("cached credentials", CACHE))
}

/// Returns the directory of configuration files, which need not exist; `None` without one.
pub(crate) fn configuration() -> Option<PathBuf> {
    find(CONFIGURATION, |name| env::var_os(name))
}

/// Returns the directory of configuration files for a command that needs it, for `what`.
pub(crate) fn required_configuration(what: &str) -> Result<PathBuf, Failure> {
    configuration().ok_or_else(|| missing(what, CONFIGURATION))
}

fn find(candidates: Candidates, variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    candidates.iter().find_map(|(name, components)| {
        let base = variable(name).map(PathBuf::from).filter(|path| path.is_absolute())?;
        Some(components.iter().fold(base, |path, component| path.join(component)))
    })
}

fn missing(what: &str, candidates: Candidates) -> Failure {
    let names: Vec<_> = candidates.iter().map(|(name, _)| *name).collect();
    Failure::usage(format!("no directory for {what}: set {}", names.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_UNIX: Candidates = &[("XDG_CACHE_HOME", &["sts"]), ("HOME", &[".cache", "sts"])];
    const OF_WINDOWS: Candidates = &[("LOCALAPPDATA", &["sts"])];

    #[test]
    fn the_first_absolute_path_counts() {
        let base = env::temp_dir();
        let found = |candidates, variables: &[(&str, PathBuf)]| {
            let value = |name: &str| {
                let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
                Some(value.clone().into_os_string())
            };
            find(candidates, value)
        };
        let of = |name| (name, base.join(name));
        let home = base.join("HOME").join(".cache").join("sts");
        assert_eq!(found(OF_UNIX, &[of("HOME")]), Some(home.clone()));
        let cache = base.join("XDG_CACHE_HOME").join("sts");
        assert_eq!(found(OF_UNIX, &[of("HOME"), of("XDG_CACHE_HOME")]), Some(cache));
        let relative = ("XDG_CACHE_HOME", PathBuf::from("relative"));
        assert_eq!(found(OF_UNIX, &[of("HOME"), relative]), Some(home));
        assert_eq!(found(OF_UNIX, &[of("LOCALAPPDATA")]), None);

        // Programs of Windows with the tools of Unix often have HOME, in a form of its own.
        let local = base.join("LOCALAPPDATA").join("sts");
        assert_eq!(found(OF_WINDOWS, &[of("HOME"), of("LOCALAPPDATA")]), Some(local));
        assert_eq!(found(OF_WINDOWS, &[of("HOME"), ("LOCALAPPDATA", PathBuf::new())]), None);
    }
}
