//! `sts login`.

mod browser;
mod choice;
mod portal;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use huaweicloud_sts::providers::identity_center::{
    AccessToken, ChosenAgency, IdentityCenter, PORTAL_ENDPOINT, SavedSignIn,
};
use huaweicloud_sts::sts_client::{Clock as _, SystemClock};
use huaweicloud_sts::{Endpoint, Error, Region, SystemEnvironment, service_endpoints};
use serde::Serialize;
use time::Duration;

use self::portal::Portal;
use crate::context::{Context, block_on, say};
use crate::failure::Failure;
use crate::output::{Report, field, rfc3339};
use crate::{printable, sign_in_file};

/// An access token that is valid for so long is used again.
const MARGIN: Duration = Duration::minutes(15);
const EXPERIMENTAL: &str = "note: the sign-in with Identity Center is experimental: the responses of \
                            the service to a sign-in that is not finished are not published";
const REPORT: &str = "if you have approved the sign-in, please report this error with the response in \
                      it: the responses of the service are not published";
const WRONG_CLOCK: &str = "by the clock of this machine, the sign-in has expired already, so other \
                           commands do not use it; set the clock, for example by NTP";

/// Sign in with IAM Identity Center in a browser (experimental)
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sts login --start-url https://idcenter.huaweicloud.com/d-0123456789/portal \\
    --sso-region cn-north-4
  sts login --account 0a1b2c3d4e5f --permission-set reader
  sts whoami --provider identity-center

The sign-in is kept in ~/.config/sts, readable by you only. It is used until it expires, for
another --account or --permission-set too; `sts logout` ends it.")]
pub(crate) struct Login {
    /// URL of the user portal [default: of the last sign-in]
    #[arg(long, value_name = "URL", requires = "sso_region")]
    start_url: Option<String>,
    /// Region in which Identity Center was enabled [default: of the last sign-in]
    #[arg(long, value_name = "REGION", requires = "start_url")]
    sso_region: Option<Region>,
    /// Id or name of the account to use, if there are several
    #[arg(long)]
    account: Option<String>,
    /// Name of the permission set to use, or URN of its agency, if there are several
    #[arg(long, value_name = "NAME")]
    permission_set: Option<String>,
    /// Print the URL and the code only
    #[arg(long)]
    no_browser: bool,
}

/// The output of `sts login`.
#[derive(Serialize)]
struct SignedIn {
    start_url: String,
    account_id: String,
    permission_set: Option<String>,
    agency_urn: String,
    expires_at: String,
}

impl Login {
    pub(crate) fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        block_on(self.sign_in(context))
    }

    async fn sign_in(self, context: &Context) -> Result<ExitCode, Failure> {
        let mut sign_in = self.settings()?;
        let portal = Portal::new(context.transport()?, &sign_in.portal_endpoint)?;
        let kept = sign_in.access_token.take().filter(is_usable);
        let found = match kept {
            Some(token) => match portal.accounts(&token).await {
                Ok(accounts) => Some((token, accounts)),
                // The portal has revoked the token of the last sign-in.
                Err(failure) if matches!(failure.http_status(), Some(401 | 403)) => None,
                Err(failure) => return Err(failure),
            },
            None => None,
        };
        let (token, accounts) = if let Some(found) = found {
            found
        } else {
            let token = self.approve(context, &mut sign_in).await?;
            sign_in.access_token = Some(token.clone());
            sign_in.agency = None;
            // Before the choice: if it fails, another one needs no other sign-in.
            sign_in_file::write(&sign_in)?;
            let accounts = portal.accounts(&token).await?;
            (token, accounts)
        };
        let account = choice::account(accounts, self.account.as_deref())?;
        let agencies = portal.agencies(&token, &account.account_id).await?;
        let agency = choice::agency(agencies, self.permission_set.as_deref())?;
        let chosen = ChosenAgency::new(account.account_id, agency.agency_urn)
            .permission_set_name(agency.permission_set_name);
        let result = SignedIn {
            start_url: sign_in.start_url.clone(),
            account_id: chosen.account_id.clone(),
            permission_set: chosen.permission_set_name.clone(),
            agency_urn: chosen.agency_urn.clone(),
            expires_at: rfc3339(token.expires_at),
        };
        if token.expires_at <= SystemClock.now().wall {
            context.warn(WRONG_CLOCK);
        }
        sign_in.access_token = Some(token);
        sign_in.agency = Some(chosen);
        sign_in_file::write(&sign_in)?;
        context.output().print(&result)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Returns the last sign-in, or a new one of another instance.
    fn settings(&self) -> Result<SavedSignIn, Failure> {
        let (Some(start_url), Some(region)) = (&self.start_url, &self.sso_region) else {
            return sign_in_file::read()?.ok_or_else(|| {
                Failure::usage("no earlier sign-in: pass --start-url and --sso-region")
            });
        };
        if !browser::is_web_page(start_url) {
            let message = format!("--start-url {start_url:?} is not an https URL");
            return Err(Failure::usage(message));
        }
        let center = IdentityCenter::new(region.clone(), start_url);
        let oidc = match endpoint("IDENTITYCENTEROIDC", region)? {
            Some(endpoint) => endpoint,
            None => center.endpoint().clone(),
        };
        let portal = match endpoint("IDENTITYCENTERPORTALAPI", region)? {
            Some(endpoint) => endpoint,
            None => PORTAL_ENDPOINT.parse().map_err(Failure::failed)?,
        };
        let new = SavedSignIn::new(start_url, oidc, portal);
        // A file that cannot be read is replaced.
        let kept = sign_in_file::read().ok().flatten().filter(|kept| {
            (&kept.start_url, &kept.oidc_endpoint, &kept.portal_endpoint)
                == (&new.start_url, &new.oidc_endpoint, &new.portal_endpoint)
        });
        Ok(kept.unwrap_or(new))
    }

    /// Waits until the person has approved the sign-in.
    async fn approve(
        &self,
        context: &Context,
        sign_in: &mut SavedSignIn,
    ) -> Result<AccessToken, Failure> {
        say(EXPERIMENTAL)?;
        let oidc = sign_in.oidc_endpoint.clone();
        let client = context.transport()?.client().endpoint(oidc.clone());
        let client = client.build().map_err(Failure::usage)?;
        let center = IdentityCenter::at(oidc, &*sign_in.start_url);
        let registration = sign_in.registration.take();
        let started = client.drive(center.start(registration, SystemClock.seed())).await;
        let started = started.map_err(failed)?;
        sign_in.registration = Some(started.registration().clone());

        let page = started.verification_uri_complete().unwrap_or(started.verification_uri());
        let (url, code) = (printable::line(page), printable::line(started.user_code()));
        if !self.no_browser && browser::open(page).await {
            say(&format!("approve the sign-in in your browser; if no page opens, open {url}"))?;
        } else {
            say(&format!("open {url}"))?;
        }
        say(&format!("the page must show the code {code}"))?;
        let minutes = started.lifetime().as_secs().div_ceil(60);
        context.note(|| format!("waiting for at most {minutes} minutes"));
        client.drive(started.poll()).await.map_err(failed)
    }
}

fn failed(error: Error) -> Failure {
    let is_response = error.status().is_some();
    let failure = Failure::of_provider(error);
    if is_response { failure.advice(REPORT) } else { failure }
}

fn is_usable(token: &AccessToken) -> bool {
    token.expires_at.saturating_sub(MARGIN) > SystemClock.now().wall
}

/// Returns the first endpoint that the environment configures for a service, if it does.
fn endpoint(service: &str, region: &Region) -> Result<Option<Endpoint>, Failure> {
    let endpoints =
        service_endpoints(&SystemEnvironment, service, region).map_err(Failure::usage)?;
    Ok(endpoints.and_then(|endpoints| endpoints.into_iter().next()))
}

impl Report for SignedIn {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        field(out, "portal", &self.start_url)?;
        field(out, "account", &self.account_id)?;
        field(out, "permissions", self.permission_set.as_deref().unwrap_or("unnamed"))?;
        field(out, "agency", &self.agency_urn)?;
        field(out, "expires at", &self.expires_at)
    }
}
