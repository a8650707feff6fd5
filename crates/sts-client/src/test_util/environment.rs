//! Environment variables, files and commands of a test.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sts_proto::Body;

use crate::platform::{Command, CommandOutput, Environment, FileLock, InvalidVariable};

/// Environment variables, files and commands of a test: those that it sets, and no others. Clones
/// share them.
///
/// All files are private, and a command has the same output for all arguments.
///
/// ```
/// use sts_client::Environment;
/// use sts_client::test_util::TestEnvironment;
///
/// let environment = TestEnvironment::new();
/// environment.set("HUAWEICLOUD_SDK_AK", "EXAMPLEAK00000000001");
/// environment.write("/var/run/token", "first");
/// assert!(environment.variable("HUAWEICLOUD_SDK_AK").is_ok_and(|value| value.is_some()));
/// environment.unset("HUAWEICLOUD_SDK_AK");
/// assert_eq!(environment.variable("HUAWEICLOUD_SDK_AK"), Ok(None));
/// assert_eq!(environment.read_file("/var/run/token".as_ref())?.as_ref(), b"first");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct TestEnvironment(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    variables: BTreeMap<String, Option<String>>,
    files: BTreeMap<PathBuf, Vec<u8>>,
    commands: BTreeMap<OsString, CommandOutput>,
    locked: BTreeSet<PathBuf>,
}

impl TestEnvironment {
    /// Creates an environment without variables and files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a variable.
    pub fn set(&self, name: impl Into<String>, value: impl Into<String>) {
        self.lock().variables.insert(name.into(), Some(value.into()));
    }

    /// Sets a variable to a value that is not valid UTF-8.
    pub fn set_invalid(&self, name: impl Into<String>) {
        self.lock().variables.insert(name.into(), None);
    }

    /// Removes a variable.
    pub fn unset(&self, name: &str) {
        self.lock().variables.remove(name);
    }

    /// Writes a file, in place of a previous one of the same path.
    pub fn write(&self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) {
        self.lock().files.insert(path.into(), content.into());
    }

    /// Removes a file.
    pub fn remove(&self, path: impl AsRef<Path>) {
        self.lock().files.remove(path.as_ref());
    }

    /// Sets the output of a program, for any arguments.
    pub fn set_command(&self, program: impl Into<OsString>, output: CommandOutput) {
        self.lock().commands.insert(program.into(), output);
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Environment for TestEnvironment {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        match self.lock().variables.get(name) {
            Some(Some(value)) => Ok(Some(value.clone())),
            Some(None) => Err(InvalidVariable::new(name)),
            None => Ok(None),
        }
    }

    fn read_file(&self, path: &Path) -> io::Result<Body> {
        let content = self.lock().files.get(path).cloned();
        content.map(Body::from).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn run_command(&self, command: &Command) -> io::Result<CommandOutput> {
        let output = self.lock().commands.get::<OsStr>(&command.program).cloned();
        output.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn read_private_file(&self, path: &Path) -> io::Result<Body> {
        self.read_file(path)
    }

    fn write_private_file(&self, path: &Path, content: &Body) -> io::Result<()> {
        self.write(path, content.as_ref());
        Ok(())
    }

    fn try_lock_file(&self, path: &Path) -> io::Result<Option<FileLock>> {
        if !self.lock().locked.insert(path.to_owned()) {
            return Ok(None);
        }
        let lock = Unlock { environment: self.clone(), path: path.to_owned() };
        Ok(Some(FileLock::new(lock)))
    }
}

/// Removes a lock on drop.
struct Unlock {
    environment: TestEnvironment,
    path: PathBuf,
}

impl Drop for Unlock {
    fn drop(&mut self) {
        self.environment.lock().locked.remove(&self.path);
    }
}

impl fmt::Debug for TestEnvironment {
    /// Shows names, and no values: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = self.lock();
        let (variables, files): (Vec<String>, Vec<PathBuf>) =
            (content.variables.keys().cloned().collect(), content.files.keys().cloned().collect());
        drop(content);
        f.debug_struct("TestEnvironment")
            .field("variables", &variables)
            .field("files", &files)
            .finish()
    }
}
