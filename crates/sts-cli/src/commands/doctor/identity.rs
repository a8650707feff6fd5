//! Checks of the credentials and of what they permit.

use huaweicloud_sts::providers::ProviderState;
use huaweicloud_sts::sts_client::{
    CallContext, CallPolicy, Clock as _, Platform, SystemClock, SystemEnvironment,
};
use huaweicloud_sts::{Credentials, GetCallerIdentity};

use super::check::{CREDENTIALS, Checks};
use crate::connection::Connection;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::expiration;

const PERMISSIONS: &str = "permissions";
/// Credentials that expire in this time may expire in a running command.
const SHORT: time::Duration = time::Duration::minutes(15);
const SEARCH: &str = "run `sts providers` to see what each credential provider lacks";
const RENEW: &str = "obtain new credentials; `sts providers --probe` shows their provider";

/// Checks the credentials, and who they belong to. An invalid option is a failure of the command.
pub(super) async fn identify(
    context: &Context,
    is_reachable: bool,
    checks: &mut Checks,
) -> Result<(), Failure> {
    if !is_reachable {
        unreachable(context, checks)?;
        checks.skip(&[PERMISSIONS], "http");
        return Ok(());
    }
    let connection = context.connection()?;
    match connection.credentials().await {
        Ok(credentials) => {
            if !lifetime(&connection.provider(), &credentials, checks) {
                checks.skip(&[PERMISSIONS], CREDENTIALS);
                return Ok(());
            }
        }
        Err(failure) => {
            // The providers that it refers to are not listed here.
            let is_listed = failure.skipped().is_empty();
            let remedy = if is_listed { failure.help().unwrap_or(RENEW) } else { SEARCH };
            checks.fail(CREDENTIALS, failure.lines().join(": "), remedy);
            checks.skip(&[PERMISSIONS], CREDENTIALS);
            return Ok(());
        }
    }
    permissions(context, &connection, checks).await;
    Ok(())
}

/// Without a service, only states which provider would be used.
fn unreachable(context: &Context, checks: &mut Checks) -> Result<(), Failure> {
    let platform = Platform::new(SystemClock, SystemEnvironment);
    let endpoints = context.endpoints().unwrap_or_default();
    let calls = CallContext::new(endpoints, CallPolicy::default());
    let report = context.chain()?.check(&platform, &calls).map_err(Failure::usage)?;
    let failed = report.iter().find_map(|(name, state)| match state {
        ProviderState::Failed(why) => Some(format!("provider {name} failed: {why}")),
        _ => None,
    });
    match (report.candidate(), failed) {
        (Some(name), _) => {
            checks.ok(CREDENTIALS, format!("provider {name}; no credentials were requested"));
        }
        (None, failed) => {
            let why = failed.unwrap_or_else(|| "no credential provider is configured".to_owned());
            checks.fail(CREDENTIALS, why, SEARCH);
        }
    }
    Ok(())
}

/// Checks how long the credentials are valid.
fn lifetime(provider: &str, credentials: &Credentials, checks: &mut Checks) -> bool {
    let (access_key, end) = (&credentials.access_key_id, expiration(credentials));
    let text = format!("access key {access_key} of provider {provider}, {end}");
    let Some(end) = credentials.expiration else {
        checks.ok(CREDENTIALS, text);
        return true;
    };
    let left = end - SystemClock.now().wall;
    if left <= time::Duration::ZERO {
        checks.fail(CREDENTIALS, format!("{text}, which has passed"), RENEW);
        return false;
    }
    if left < SHORT {
        checks.warn(CREDENTIALS, format!("{text}, in {} min", left.whole_minutes()), RENEW);
    } else {
        checks.ok(CREDENTIALS, text);
    }
    true
}

async fn permissions(context: &Context, connection: &Connection, checks: &mut Checks) {
    match connection.call(context, GetCallerIdentity::new()).await {
        Ok(identity) => checks.ok(PERMISSIONS, format!("you are {}", identity.principal_urn)),
        Err(failure) => {
            let remedy = failure.help().unwrap_or("check the policies of the identity").to_owned();
            checks.fail(PERMISSIONS, failure.lines().join(": "), remedy);
        }
    }
}
