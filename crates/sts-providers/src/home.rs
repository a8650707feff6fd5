//! Files in the home directory of the user.

use std::path::{Path, PathBuf};

use sts_client::Environment;
use sts_credentials::CredentialsError;
use sts_proto::Body;

use crate::variable;

const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// A configuration file: named, or in its default location.
pub(crate) struct ConfigFile {
    /// What the file is, for errors.
    pub(crate) what: &'static str,
    pub(crate) path: PathBuf,
    /// Whether it is named, so that it has to exist.
    pub(crate) is_named: bool,
}

impl ConfigFile {
    /// Returns the file `named`, or else the one in the home directory with the components `usual`. If a
    /// variable can name the file, it is in the error.
    ///
    /// Without a home directory the provider is not configured.
    pub(crate) fn find(
        what: &'static str,
        named: Option<PathBuf>,
        usual: [&str; 2],
        variable: Option<&str>,
        environment: &dyn Environment,
    ) -> Result<Self, CredentialsError> {
        if let Some(path) = named {
            return Ok(Self { what, path, is_named: true });
        }
        let home = variable::path(environment, HOME)?.ok_or_else(|| {
            CredentialsError::not_configured(match variable {
                Some(variable) => format!("no {what}: neither {variable} nor {HOME} is set"),
                None => format!("no {what}: {HOME} is not set"),
            })
        })?;
        let [directory, file] = usual;
        Ok(Self { what, path: home.join(directory).join(file), is_named: false })
    }

    /// Reads the file. If it is missing in its default location, the provider is not configured.
    pub(crate) fn read(&self, environment: &dyn Environment) -> Result<Body, CredentialsError> {
        environment.read_file(&self.path).map_err(|error| {
            let path = self.path.display();
            if !self.is_named && environment.is_missing(&self.path, &error) {
                return CredentialsError::not_configured(format!(
                    "{} not found: {path}",
                    self.what
                ));
            }
            let message = format!("cannot read {} {path}", self.what);
            CredentialsError::new(message).with_source(error)
        })
    }

    /// Returns the error for a file that has a `fault`.
    pub(crate) fn invalid(&self, fault: &str) -> CredentialsError {
        CredentialsError::new(format!("{} {}: {fault}", self.what, self.path.display()))
    }
}

/// Replaces a leading `~` by the home directory, for paths in variables, which no shell expands.
pub(crate) fn expand(
    path: PathBuf,
    environment: &dyn Environment,
) -> Result<PathBuf, CredentialsError> {
    let Ok(rest) = path.strip_prefix("~") else { return Ok(path) };
    let home = variable::path(environment, HOME)?.ok_or_else(|| {
        let path = Path::display(&path);
        CredentialsError::new(format!("cannot expand `~` in {path}: {HOME} is not set"))
    })?;
    Ok(home.join(rest))
}
