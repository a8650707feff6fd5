//! The file of the sign-in with Identity Center.

use std::env;
use std::path::PathBuf;

use huaweicloud_sts::SystemEnvironment;
use huaweicloud_sts::providers::identity_center::SavedSignIn;

use crate::failure::Failure;

/// Returns the path of the file in the directory for configuration; `None` without a
/// directory.
pub(crate) fn path() -> Option<PathBuf> {
    let directory = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let configuration = if cfg!(windows) {
        directory("APPDATA")
    } else {
        let home = || Some(directory("HOME")?.join(".config"));
        directory("XDG_CONFIG_HOME").or_else(home)
    };
    Some(configuration?.join("sts").join("identity-center.json"))
}

/// Returns the path of the file for a command that needs it.
pub(crate) fn required_path() -> Result<PathBuf, Failure> {
    path().ok_or_else(|| {
        Failure::usage("no directory for the sign-in: neither XDG_CONFIG_HOME nor HOME is set")
    })
}

/// Reads the sign-in, if there is one.
pub(crate) fn read() -> Result<Option<SavedSignIn>, Failure> {
    let path = required_path()?;
    SavedSignIn::read(&SystemEnvironment, &path).map_err(Failure::failed)
}

/// Writes the sign-in.
pub(crate) fn write(sign_in: &SavedSignIn) -> Result<(), Failure> {
    sign_in.write(&SystemEnvironment, &required_path()?).map_err(Failure::failed)
}
