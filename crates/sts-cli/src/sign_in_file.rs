//! The file of the sign-in with Identity Center.

use std::path::PathBuf;

use huaweicloud_sts::SystemEnvironment;
use huaweicloud_sts::providers::identity_center::SavedSignIn;

use crate::directories;
use crate::failure::Failure;

const NAME: &str = "identity-center.json";

/// Returns the path of the file in the directory for configuration; `None` without a
/// directory.
pub(crate) fn path() -> Option<PathBuf> {
    Some(directories::configuration()?.join(NAME))
}

/// Returns the path of the file for a command that needs it.
pub(crate) fn required_path() -> Result<PathBuf, Failure> {
    Ok(directories::required_configuration("the sign-in")?.join(NAME))
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
