//! `sts serve`.

mod script;

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use huaweicloud_sts::providers::{ChainedAgency, SharedProvider};
use huaweicloud_sts::{AssumeAgency, Session};

use self::script::Script;
use crate::agency::{AgencyNames, SESSION_NAME, duration};
use crate::context::{Context, say};
use crate::failure::Failure;
use crate::local_server::{LocalServer, Protocol, RefreshReport, ServerOptions, refresh_policy};
use crate::signals::Signals;

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
    /// Lifetime of the credentials of each agency, such as 900, 15m or 1h
    #[arg(long, value_name = "TIME", value_parser = duration::parse, requires = "agency")]
    duration: Option<Duration>,
    /// Name of the sessions of the agencies
    #[arg(long, value_name = "NAME", default_value = SESSION_NAME, requires = "agency")]
    session_name: String,
    /// Loopback address of the server; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = loopback)]
    listen: SocketAddr,
    /// iam, sts, pod or container; may be repeated [default: iam, pod and container]
    #[arg(long, value_enum, hide_possible_values = true)]
    protocol: Vec<Protocol>,
    /// Id of the project, for programs that look it up
    #[arg(long, value_name = "ID", env = "HUAWEICLOUD_SDK_PROJECT_ID", hide_env_values = true)]
    project_id: Option<String>,
    /// Id of the account, for programs that look it up [default: that of the last agency]
    #[arg(long, value_name = "ID", env = "HUAWEICLOUD_SDK_DOMAIN_ID", hide_env_values = true)]
    domain_id: Option<String>,
    /// Form of the variables: sh, powershell, dotenv or json [default: sh; json with --output json]
    #[arg(long, value_enum, hide_possible_values = true)]
    format: Option<Script>,
}

impl Serve {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        // Before the start, so that no file is left if a signal arrives during it.
        let mut signals = Signals::new().map_err(Failure::failed)?;
        let server = tokio::select! {
            server = self.start(context) => server?,
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

    async fn start(&self, context: &Context) -> Result<LocalServer, Failure> {
        let connection = if self.agency.is_empty() {
            context.connection_for_credentials()?
        } else {
            context.connection()?
        };
        let mut names = AgencyNames::new(context, &connection);
        let mut domain_id = None;
        let mut provider = SharedProvider::new(connection.chain());
        for agency in &self.agency {
            let urn = names.resolve(agency).await?;
            let mut operation = AssumeAgency::new(urn.as_str(), &self.session_name);
            if let Some(duration) = self.duration {
                operation = operation.duration(duration);
            }
            domain_id = Some(urn.account().to_owned());
            provider = SharedProvider::new(ChainedAgency::new(provider, operation));
        }
        let session: Session = connection.client().session_with(provider, refresh_policy())?;
        let defaults = ServerOptions::default();
        let options = ServerOptions {
            listen: self.listen,
            protocols: if self.protocol.is_empty() {
                defaults.protocols
            } else {
                self.protocol.clone()
            },
            project_id: given(self.project_id.as_ref()),
            domain_id: given(self.domain_id.as_ref()).or(domain_id),
        };
        let server = LocalServer::start(options, session.clone()).await;
        let server = server.map_err(|error| connection.explained(error.into()))?;
        // A failure before that is the error of the command.
        let _ = session.observed_by(RefreshReport { output: context.output() });
        Ok(server)
    }
}

/// Returns the id of an option or its variable, which may be set to nothing.
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
