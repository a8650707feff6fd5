//! Environment variables and small files of a platform.

use std::io;
use std::path::Path;
use std::sync::Arc;

use sts_proto::Body;
use thiserror::Error;

/// Environment variables and small files, from which credential providers read.
///
/// `SystemEnvironment`, with the feature `system`, reads those of the process.
pub trait Environment: Send + Sync {
    /// Returns the value of an environment variable; `None` if it is not set. By default no
    /// variable is set.
    ///
    /// # Errors
    ///
    /// The variable is set, but is not valid UTF-8. It does not count as unset, because credentials
    /// of another identity could be used in its place.
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        let _ = name;
        Ok(None)
    }

    /// Returns the content of a small file, which is wiped on drop because it contains credentials
    /// or a token.
    ///
    /// It is read while a caller waits, so `path` should be on a local disk or in memory.
    ///
    /// # Errors
    ///
    /// The file cannot be read. By default no file can: the error is of the kind
    /// [`Unsupported`](io::ErrorKind::Unsupported).
    fn read_file(&self, path: &Path) -> io::Result<Body> {
        let _ = path;
        Err(io::Error::new(io::ErrorKind::Unsupported, "file access is not available"))
    }
}

impl<E: Environment + ?Sized> Environment for Arc<E> {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        (**self).variable(name)
    }

    fn read_file(&self, path: &Path) -> io::Result<Body> {
        (**self).read_file(path)
    }
}

/// Default environment of a client without the feature `system`: no variables and no files.
#[cfg(not(feature = "system"))]
pub(crate) struct NoEnvironment;

#[cfg(not(feature = "system"))]
impl Environment for NoEnvironment {}

/// Error for an environment variable that is set, but is not valid UTF-8.
///
/// It contains the name of the variable, and not the value, which may be secret.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("environment variable {name} is not valid UTF-8")]
pub struct InvalidVariable {
    name: String,
}

impl InvalidVariable {
    /// Creates the error for the variable `name`.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }

    /// Returns the name of the variable.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
