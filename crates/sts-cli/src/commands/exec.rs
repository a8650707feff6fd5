//! `sts exec`.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use clap::{Args, ValueHint};

use crate::agency::AgencyOptions;
use crate::connection::Connection;
use crate::context::{Context, block_on};
use crate::failure::Failure;
use crate::variables::{Variable, with_credentials};

/// Run a command with credentials in its environment
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sts exec --agency reader -- terraform plan
  sts exec --agency reader --serve -- python3 report.py

Exit codes: that of the command, 128 + N after signal N, 127 not found, 126 not executable")]
pub(crate) struct Exec {
    /// URN of an agency to assume, or its name in your account or that of --domain
    #[arg(long, value_name = "URN|NAME")]
    agency: Option<String>,
    #[command(flatten)]
    options: AgencyOptions,
    /// The command and its arguments, after `--`
    #[arg(last = true, required = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    command: Vec<OsString>,
}

impl Exec {
    pub(crate) fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let variables = block_on(self.variables(context))?;
        execute(self.command(variables))
    }

    /// Returns the variables with credentials.
    async fn variables(&self, context: &Context) -> Result<Vec<Variable>, Failure> {
        let credentials = if let Some(agency) = &self.agency {
            let connection = context.connection()?;
            self.options.assume(context, &connection, agency).await?.credentials
        } else {
            // Most providers need no endpoint of STS.
            let endpoints = context.optional_endpoints()?;
            let connection = Connection::new(endpoints, context.transport()?, context.chain()?)?;
            connection.credentials().await?
        };
        Ok(with_credentials(&credentials, &context.place()))
    }

    fn command(&self, variables: Vec<Variable>) -> Command {
        let mut words = self.command.iter();
        let mut command = Command::new(words.next().cloned().unwrap_or_default());
        command.args(words);
        for (name, value) in variables {
            match value {
                Some(value) => command.env(name, value.expose_secret()),
                None => command.env_remove(name),
            };
        }
        command
    }
}

/// Replaces this program by the command, so that signals and the exit code are its own.
#[cfg(unix)]
fn execute(mut command: Command) -> Result<ExitCode, Failure> {
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    Err(Failure::not_started(command.get_program(), &error))
}

/// Runs the command, and returns its exit code.
#[cfg(not(unix))]
fn execute(command: Command) -> Result<ExitCode, Failure> {
    block_on(crate::child::run(command))
}
