//! `sts serve`.

mod script;

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;
use huaweicloud_sts::Session;

use self::script::Script;
use crate::agency::SessionOptions;
use crate::context::{Context, say};
use crate::failure::Failure;
use crate::local_server::{LocalServer, Protocol, RefreshReport, ServerOptions, refresh_policy};
use crate::signals::Signals;
use crate::variables::{self, DOMAIN_ID, PROJECT_ID, is_another_account};

/// Serve credentials to other programs on loopback until interrupted; print the variables for them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rm -f server.env; sts serve --agency reader > server.env &
  until [ -s server.env ] || ! kill -0 $!; do sleep 1; done; . ./server.env; python report.py
  sts serve --agency iam::ACCOUNT:agency:hub --agency iam::OTHER:agency:backup --format json")]
pub(crate) struct Serve {
    /// Agency to assume: its URN, or its name in the account of the caller; several form a chain
    #[arg(long, value_name = "URN|NAME")]
    agency: Vec<String>,
    #[command(flatten)]
    session: SessionOptions,
    /// Loopback address of the server; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = loopback)]
    listen: SocketAddr,
    /// iam, sts, pod or container; may be repeated [default: iam, pod and container]
    #[arg(long, value_enum, hide_possible_values = true)]
    protocol: Vec<Protocol>,
    /// Id of the project for look-ups [default: of the environment]
    #[arg(long, value_name = "ID")]
    project_id: Option<String>,
    /// Id of the account for look-ups [default: of the last agency, or else of the environment]
    #[arg(long, value_name = "ID")]
    domain_id: Option<String>,
    /// sh, fish, powershell, dotenv or json [default: sh; json with --output json]
    #[arg(long, value_enum, hide_possible_values = true)]
    format: Option<Script>,
}

impl Serve {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        // Before the start, so that no file is left if a signal arrives during it.
        let mut signals = Signals::new().map_err(Failure::failed)?;
        let server = tokio::select! {
            server = start(context, &self.session, &self.agency, self.server_options()) => server?,
            _ = signals.next() => return Ok(ExitCode::SUCCESS),
        };
        let variables = server.variables(|name| std::env::var(name).ok());
        let output = context.output();
        let script = match self.format {
            Some(script) => script,
            None if output.is_json() => Script::Json,
            None => Script::Sh,
        };
        // In one piece, so that a reader of a file sees nothing or everything.
        let mut text = Vec::new();
        script.write(&mut text, &variables).map_err(Failure::usage)?;
        let mut stdout = std::io::stdout().lock();
        // Without its variables no program can use the server.
        stdout.write_all(&text).and_then(|()| stdout.flush()).map_err(Failure::failed)?;
        drop(stdout);
        if let Some(warning) = server.warning() {
            context.warn(&warning);
        }
        // Nothing is left to do if standard error is closed.
        let _ = say(&format!("serving on http://{} until interrupted", server.address()));
        signals.next().await;
        server.shutdown().await;
        Ok(ExitCode::SUCCESS)
    }

    fn server_options(&self) -> ServerOptions {
        let defaults = ServerOptions::default();
        ServerOptions {
            listen: self.listen,
            protocols: if self.protocol.is_empty() {
                defaults.protocols
            } else {
                self.protocol.clone()
            },
            project_id: given(self.project_id.as_ref()),
            domain_id: given(self.domain_id.as_ref()),
        }
    }
}

/// Starts a server of the credentials of the last of `agencies`, or else of the provider chain. Ids that
/// are not given are that of the account of the agency, and those of the environment if they belong to the
/// same account.
pub(super) async fn start(
    context: &Context,
    session: &SessionOptions,
    agencies: &[String],
    mut options: ServerOptions,
) -> Result<LocalServer, Failure> {
    let connection = if agencies.is_empty() {
        context.connection_for_credentials()?
    } else {
        context.connection()?
    };
    let (provider, account) = session.provider(context, &connection, agencies).await?;
    let inherited = variables::value(DOMAIN_ID);
    options.domain_id = options.domain_id.or(account);
    let is_same_account = match &options.domain_id {
        Some(account) => !is_another_account(account, inherited.as_deref()),
        None => agencies.is_empty(),
    };
    if is_same_account {
        options.domain_id = options.domain_id.or(inherited);
        options.project_id = options.project_id.or_else(|| variables::value(PROJECT_ID));
    }
    let session: Session = connection.client().session_with(provider, refresh_policy())?;
    let server = LocalServer::start(options, session.clone()).await;
    let server = server.map_err(|error| connection.explained(error.into()))?;
    // A failure before that is the error of the command.
    let _ = session.observed_by(RefreshReport { output: context.output() });
    Ok(server)
}

/// Returns the id of an option, which may be an empty variable of a script.
fn given(id: Option<&String>) -> Option<String> {
    id.filter(|id| !id.is_empty()).cloned()
}

/// Parses an address, which must be a loopback address.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text
        .parse()
        .map_err(|_| "not an address with a port, such as 127.0.0.1:0 or [::1]:0".to_owned())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("not a loopback address; other machines must not reach the server".to_owned())
    }
}
