//! Commands that a platform runs for a credential provider.

use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use sts_proto::Body;

/// Command that prints credentials or a token: a program with a list of arguments, without a shell.
///
/// The command inherits the environment and the working directory of the process. Its standard input
/// is empty. `Debug` shows the program only, because arguments may hold secrets.
///
/// ```
/// use std::time::Duration;
/// use sts_client::Command;
///
/// let command = Command::new("buildkite-agent")
///     .arguments(["oidc", "request-token", "--audience", "sts.huaweicloud.com"])
///     .timeout(Duration::from_secs(10));
/// assert_eq!(command.timeout, Duration::from_secs(10));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Command {
    /// The program: a path, or a name that is searched for in `PATH`.
    pub program: OsString,
    /// The arguments, passed as they are.
    pub arguments: Vec<OsString>,
    /// The time after which the program is killed. 30 seconds by default.
    pub timeout: Duration,
}

impl Command {
    /// Creates a command without arguments.
    #[must_use]
    pub fn new(program: impl Into<OsString>) -> Self {
        Self { program: program.into(), arguments: Vec::new(), timeout: Duration::from_secs(30) }
    }

    /// Appends arguments.
    #[must_use]
    pub fn arguments<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets the time after which the program is killed.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command")
            .field("program", &self.program)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Output of a [`Command`] that has ended.
///
/// The buffers are wiped on drop, and `Debug` does not show them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CommandOutput {
    /// The exit status; `None` if a signal ended the program.
    pub status: Option<i32>,
    /// The standard output, in full.
    pub stdout: Body,
    /// The beginning of the standard error.
    pub stderr: Body,
}

impl CommandOutput {
    /// Creates the output of a program that ended with `status`.
    pub fn new(status: Option<i32>, stdout: impl Into<Body>, stderr: impl Into<Body>) -> Self {
        Self { status, stdout: stdout.into(), stderr: stderr.into() }
    }
}
