//! Agencies that are assumed one after the other.

use std::time::Duration;

use huaweicloud_sts::proto::AgencyUrn;
use huaweicloud_sts::providers::{ChainedAgency, ProviderChain, SharedProvider};
use huaweicloud_sts::{AssumeAgency, GetCallerIdentity};

use crate::connection::Connection;
use crate::context::Context;
use crate::failure::Failure;

/// Returns the URNs of agencies. A name is that of an agency in the account of the caller.
pub(super) async fn resolve(
    context: &Context,
    connection: &Connection,
    agencies: &[String],
) -> Result<Vec<AgencyUrn>, Failure> {
    let mut account = None;
    let mut urns = Vec::new();
    for agency in agencies {
        let urn = if agency.contains(':') {
            agency.parse()
        } else {
            let account = match &account {
                Some(account) => account,
                None => account
                    .insert(connection.call(context, GetCallerIdentity::new()).await?.account_id),
            };
            AgencyUrn::new(account, agency)
        };
        urns.push(urn.map_err(|error| Failure::usage(format!("--agency: {error}")))?);
    }
    Ok(urns)
}

/// Returns a provider of the credentials of the last agency, or of the chain if there is none.
pub(super) fn provider(
    chain: ProviderChain,
    agencies: &[AgencyUrn],
    session_name: &str,
    duration: Option<Duration>,
) -> SharedProvider {
    agencies.iter().fold(SharedProvider::new(chain), |source, urn| {
        let operation = AssumeAgency::new(urn.as_str(), session_name);
        let operation = match duration {
            Some(duration) => operation.duration(duration),
            None => operation,
        };
        SharedProvider::new(ChainedAgency::new(source, operation))
    })
}
