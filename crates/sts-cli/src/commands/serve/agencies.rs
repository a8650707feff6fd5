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

/// Parses whole seconds, minutes or hours, such as `900`, `15m` or `1h`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 3600)];
    let unit =
        units.into_iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    let (number, seconds) = unit.unwrap_or((text, 1));
    let number: Option<u64> = number.parse().ok();
    number
        .and_then(|number| number.checked_mul(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "expected seconds, or a number with s, m or h, such as 900 or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit() {
        for (text, seconds) in [("900", 900), ("900s", 900), ("15m", 900), ("12h", 43_200)] {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "m", "1.5h", "1d", "-1", "99999999999999999999", "9999999999999999999h"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
