//! `sts exec`.

use std::env;
use std::ffi::OsString;
use std::process::{Command, ExitCode};

use clap::{Args, ValueHint};
use huaweicloud_sts::Session;
use huaweicloud_sts::providers::SharedProvider;
use huaweicloud_sts::sts_client::Secret;

use crate::agency::AgencyOptions;
use crate::child;
use crate::context::{Context, block_on};
use crate::failure::Failure;
use crate::local_server::{LocalServer, RefreshReport, ServerOptions, refresh_policy};
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
        let (connection, (provider, account)) = if let Some(agency) = &self.agency {
            let connection = context.connection()?;
            let refreshed = self.options.refreshed(context, &connection, agency).await?;
            (connection, refreshed)
        } else {
            let connection = context.connection_for_credentials()?;
            let provider = SharedProvider::new(connection.chain());
            (connection, (provider, None))
        };
        let session: Session = connection.client().session_with(provider, refresh_policy())?;
        let options = ServerOptions { domain_id: account, ..ServerOptions::default() };
        let server = LocalServer::start(options, session.clone()).await;
        let server = server.map_err(|error| connection.explained(error.into()))?;
        // A failure before that is the error of the command.
        let _ = session.observed_by(RefreshReport { output: context.output() });
        Ok(server)
    }

    /// Returns the variables with credentials.
    async fn variables(&self, context: &Context) -> Result<Vec<Variable>, Failure> {
        let credentials = if let Some(agency) = &self.agency {
            let connection = context.connection()?;
            self.options.assume(context, &connection, agency).await?.credentials
        } else {
            context.connection_for_credentials()?.credentials().await?
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
    block_on(async {
        let mut signals = Signals::new().map_err(Failure::failed)?;
        Ok(child::exit_code(child::run(command, &mut signals).await?))
    })
}
