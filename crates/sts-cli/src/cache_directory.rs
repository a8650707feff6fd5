//! The directory of cached credentials.

use std::env;
use std::path::PathBuf;

use crate::failure::Failure;

/// Variable of a directory, and its components below it. The first one that is set to an absolute path
/// counts.
const CANDIDATES: &[(&str, &[&str])] = if cfg!(windows) {
    &[("LOCALAPPDATA", &["sts"])]
} else {
    &[("XDG_CACHE_HOME", &["sts"]), ("HOME", &[".cache", "sts"])]
};

/// Returns the directory, which need not exist.
pub(crate) fn find() -> Result<PathBuf, Failure> {
    let found = CANDIDATES.iter().find_map(|(variable, components)| {
        let base = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())?;
        Some(components.iter().fold(base, |path, component| path.join(component)))
    });
    found.ok_or_else(|| {
        let names: Vec<_> = CANDIDATES.iter().map(|(variable, _)| *variable).collect();
        let message = format!("no directory for cached credentials: set {}", names.join(" or "));
        Failure::usage(message)
    })
}
