//! `sts exec`.

use std::env;
use std::ffi::OsString;
use std::process::{Command, ExitCode};

use clap::{Args, ValueHint};
use huaweicloud_sts::sts_client::Secret;

use crate::agency::AgencyOptions;
use crate::child;
use crate::commands::serve;
use crate::context::{Context, block_on};
use crate::failure::Failure;
use crate::local_server::{LocalServer, ServerOptions};
use crate::signals::Signals;
use crate::variables::{Variable, with_credentials, without_credentials};

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
    /// Serve credentials to the command on loopback, and keep them fresh
    #[arg(long)]
    serve: bool,
    /// The command and its arguments, after `--`
    #[arg(last = true, required = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    command: Vec<OsString>,
}

impl Exec {
    pub(crate) fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        if self.serve {
            return block_on(self.serve(context));
        }
        let variables = block_on(self.variables(context))?;
        execute(self.command(variables))
    }

    /// Runs the command next to a server of credentials.
    async fn serve(&self, context: &Context) -> Result<ExitCode, Failure> {
        // Before the start, so that no file is left if a signal arrives during it.
        let mut signals = Signals::new().map_err(Failure::failed)?;
        let server = tokio::select! {
            server = self.start_server(context) => server?,
            signal = signals.next() => return Ok(signal.exit_code()),
        };
        if let Some(warning) = server.warning() {
            context.warn(&warning);
        }
        let mut variables = without_credentials(&context.place());
        let endpoints = server.variables(|name| env::var(name).ok());
        variables
            .extend(endpoints.into_iter().map(|(name, value)| (name, value.map(Secret::from))));
        let status = child::run(self.command(variables), &mut signals).await;
        server.shutdown().await;
        Ok(child::exit_code(status?))
    }

    async fn start_server(&self, context: &Context) -> Result<LocalServer, Failure> {
        let session = self.options.refreshed()?;
        let options = ServerOptions::default();
        serve::start(context, session, self.agency.as_slice(), options).await
    }

    /// Returns the variables with credentials.
    async fn variables(&self, context: &Context) -> Result<Vec<Variable>, Failure> {
        let mut place = context.place();
        let credentials = if let Some(agency) = &self.agency {
            let connection = context.connection()?;
            let assumed = self.options.assume(context, &connection, agency).await?;
            place.account = assumed.account();
            assumed.credentials
        } else {
            context.connection_for_credentials()?.credentials().await?
        };
        Ok(with_credentials(&credentials, &place))
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
    block_on(async {
        let mut signals = Signals::new().map_err(Failure::failed)?;
        Ok(child::exit_code(child::run(command, &mut signals).await?))
    })
}
