//! `sts whoami`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use huaweicloud_sts::GetCallerIdentity;
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Report, field, rfc3339};

/// Show the identity of the credentials, their provider and their expiration
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sts whoami
  sts whoami --output json | jq -r .account_id")]
pub(crate) struct Whoami {}

/// The output of `sts whoami`. Times are in RFC 3339.
#[derive(Serialize)]
struct Identity {
    account_id: String,
    principal_urn: String,
    principal_id: String,
    access_key_id: String,
    provider: String,
    expires_at: Option<String>,
    #[serde(skip)]
    is_temporary: bool,
}

impl Whoami {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let connection = context.connection()?;
        let completed = connection.call(context, GetCallerIdentity::new()).await?;
        let credentials = connection.credentials().await?;
        context.output().print(&Identity {
            account_id: completed.account_id,
            principal_urn: completed.principal_urn,
            principal_id: completed.principal_id,
            access_key_id: credentials.access_key_id.clone(),
            provider: connection.provider(),
            expires_at: credentials.expiration.map(rfc3339),
            is_temporary: credentials.security_token.is_some(),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Report for Identity {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        field(out, "account", &self.account_id)?;
        field(out, "principal", &self.principal_urn)?;
        field(out, "id", &self.principal_id)?;
        field(out, "access key", &self.access_key_id)?;
        field(out, "provider", &self.provider)?;
        let otherwise = if self.is_temporary { "an unknown time" } else { "never" };
        field(out, "expires at", self.expires_at.as_deref().unwrap_or(otherwise))
    }
}
