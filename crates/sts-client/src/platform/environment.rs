//! Environment variables, small files and commands of a platform.

use std::io;
use std::path::Path;
use std::sync::Arc;

use sts_proto::Body;
use thiserror::Error;

use super::command::{Command, CommandOutput};
use super::file_lock::FileLock;

/// Environment variables, small files and commands, from which credential providers read.
///
/// `SystemEnvironment`, with the feature `system`, is that of the process. By default, no
/// variable is set, and files and commands are not available.
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
        Err(unsupported("file access is not available"))
    }

    /// Returns whether `error`, of reading the file at `path`, means that the file does not exist for this
    /// user: it or its directory does not exist, or the user cannot read the directory, like the
    /// home directory `/root` that a container passes on to other users. A file in a readable
    /// directory that cannot be read is not missing. For files in usual places, which need not exist.
    fn is_missing(&self, path: &Path, error: &io::Error) -> bool {
        use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied, Unsupported};
        match error.kind() {
            NotADirectory | NotFound | Unsupported => true,
            // On Windows no directory can be read, whatever its permissions are.
            PermissionDenied if cfg!(unix) => {
                let directory = path.parent().map(|directory| self.read_file(directory));
                matches!(directory, Some(Err(error)) if error.kind() == PermissionDenied)
            }
            _ => false,
        }
    }

    /// Runs a command to its end, or until its timeout, and returns its output.
    ///
    /// It blocks the calling thread, which a refresh on an async runtime shares with other tasks.
    ///
    /// # Errors
    ///
    /// The program cannot be started, its output exceeds the limit of the platform, or it was killed
    /// at its timeout ([`TimedOut`](io::ErrorKind::TimedOut)). By default no command can be run: the
    /// error is of the kind [`Unsupported`](io::ErrorKind::Unsupported).
    fn run_command(&self, command: &Command) -> io::Result<CommandOutput> {
        let _ = command;
        Err(unsupported("running commands is not available"))
    }

    /// Returns the content of a small file that only the user of the process can access.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not a regular file, or other users can access it
    /// ([`PermissionDenied`](io::ErrorKind::PermissionDenied)). By default the error is of the kind
    /// [`Unsupported`](io::ErrorKind::Unsupported).
    fn read_private_file(&self, path: &Path) -> io::Result<Body> {
        let _ = path;
        Err(unsupported("private files are not available"))
    }

    /// Writes a file that only the user of the process can access, atomically in place of a previous
    /// one. Creates missing directories, with access for that user only.
    ///
    /// # Errors
    ///
    /// The file cannot be written. By default the error is of the kind
    /// [`Unsupported`](io::ErrorKind::Unsupported).
    fn write_private_file(&self, path: &Path, content: &Body) -> io::Result<()> {
        let _ = (path, content);
        Err(unsupported("private files are not available"))
    }

    /// Locks a file exclusively, for other processes that do the same; `None` if it is locked. Never
    /// waits. Creates the file and its directories if they are missing.
    ///
    /// # Errors
    ///
    /// The file cannot be opened or locked. By default the error is of the kind
    /// [`Unsupported`](io::ErrorKind::Unsupported).
    fn try_lock_file(&self, path: &Path) -> io::Result<Option<FileLock>> {
        let _ = path;
        Err(unsupported("file locks are not available"))
    }
}

fn unsupported(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, message)
}

impl<E: Environment + ?Sized> Environment for Arc<E> {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        (**self).variable(name)
    }

    fn read_file(&self, path: &Path) -> io::Result<Body> {
        (**self).read_file(path)
    }

    fn is_missing(&self, path: &Path, error: &io::Error) -> bool {
        (**self).is_missing(path, error)
    }

    fn run_command(&self, command: &Command) -> io::Result<CommandOutput> {
        (**self).run_command(command)
    }

    fn read_private_file(&self, path: &Path) -> io::Result<Body> {
        (**self).read_private_file(path)
    }

    fn write_private_file(&self, path: &Path, content: &Body) -> io::Result<()> {
        (**self).write_private_file(path, content)
    }

    fn try_lock_file(&self, path: &Path) -> io::Result<Option<FileLock>> {
        (**self).try_lock_file(path)
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
