//! `sts doctor`.

mod certificates;
mod check;
mod identity;
mod network;
mod settings;

use std::process::ExitCode;

use clap::Args;

use self::check::Checks;
use crate::context::Context;
use crate::failure::Failure;

/// Check network, clock, credentials and permissions
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sts doctor
  sts doctor --region cn-north-4
  sts doctor --output json | jq '.[] | select(.state == \"fail\")'

Nothing but the endpoint, through its proxy, and the service of the credential provider is
contacted. The exit code is 0 if no check failed, 3 if only credentials are missing, else 1.")]
pub(crate) struct Doctor {}

impl Doctor {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let mut checks = Checks::default();
        let endpoint = settings::endpoint(context, &mut checks);
        let is_reachable = network::reach(context, endpoint.as_ref(), &mut checks).await;
        identity::identify(context, is_reachable, &mut checks).await?;
        context.output().print(&checks)?;
        Ok(checks.exit_code())
    }
}
