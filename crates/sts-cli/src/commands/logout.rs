//! `sts logout`.

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use huaweicloud_sts::providers::identity_center::{Logout as Revoke, MessageCall, SavedSignIn};
use huaweicloud_sts::sts_client::{CallPolicy, Clock as _, SystemClock};
use serde::Serialize;

use crate::context::{Context, block_on};
use crate::failure::Failure;
use crate::output::{Report, rfc3339};
use crate::sign_in_file;

/// End the sign-in with IAM Identity Center, and remove its file
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  sts logout

Temporary credentials that were issued before stay valid until they expire.")]
pub(crate) struct Logout {}

/// The output of `sts logout`.
#[derive(Serialize)]
struct SignedOut {
    /// `None` without a sign-in.
    start_url: Option<String>,
}

impl Logout {
    #[expect(clippy::unused_self, reason = "a command without options")]
    pub(crate) fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let path = sign_in_file::required_path()?;
        let sign_in = sign_in_file::read();
        let removed = fs::remove_file(&path);
        // A home directory such as `/dev/null` cannot contain a sign-in.
        if let Err(error) = removed
            && !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        {
            let message = format!("cannot remove {}: {error}", path.display());
            return Err(Failure::failed(message));
        }
        // A file that cannot be read is removed all the same.
        let sign_in = sign_in.map_err(|failure| {
            failure
                .advice("the file was removed; the access token in it stays valid until it expires")
        })?;
        if let Some(sign_in) = &sign_in {
            block_on(revoke(context, sign_in))?;
        }
        context
            .output()
            .print(&SignedOut { start_url: sign_in.map(|sign_in| sign_in.start_url) })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Signs out at the portal. A token that the portal does not accept needs that no more, and neither does
/// an expired one. The clock of this machine may be ahead, so that is not certain: it gets one attempt.
async fn revoke(context: &Context, sign_in: &SavedSignIn) -> Result<(), Failure> {
    let Some(token) = &sign_in.access_token else { return Ok(()) };
    let has_expired = token.expires_at <= SystemClock.now().wall;
    let endpoint = sign_in.portal_endpoint.clone();
    let client = context.transport()?.client().endpoint(endpoint.clone());
    let client = client.build().map_err(Failure::usage)?;
    let call = MessageCall::new(endpoint, Revoke::new(token.token.clone()), SystemClock.seed());
    let call = if has_expired { call.policy(&CallPolicy::default().attempts(1)) } else { call };
    match client.drive(call).await {
        Err(_) if has_expired => Ok(()),
        Err(error) if !matches!(error.status().map(|status| status.as_u16()), Some(401 | 403)) => {
            let end = rfc3339(token.expires_at);
            let advice = format!(
                "the sign-in was removed from this machine; its access token stays valid until {end}"
            );
            Err(Failure::of_provider(error).advice(advice))
        }
        _ => Ok(()),
    }
}

impl Report for SignedOut {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.start_url {
            Some(url) => writeln!(out, "signed out of {url}"),
            None => writeln!(out, "not signed in"),
        }
    }
}
