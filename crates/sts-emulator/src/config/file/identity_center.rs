//! `[identity_center]`

use serde::Deserialize;
use toml::Spanned;

use super::text::{Problem, text};
use crate::config::Config;
use crate::model::identity_center::IdentityCenterRules;

/// Limits of the interval between polls, in seconds.
const INTERVAL: std::ops::RangeInclusive<u32> = 1..=60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityCenterTable {
    start_url: Option<Spanned<String>>,
    auto_approve: Option<Spanned<String>>,
    interval: Option<Spanned<u32>>,
}

pub(super) fn read(
    config: &Config,
    table: &IdentityCenterTable,
) -> Result<IdentityCenterRules, Problem> {
    if let Some(user) = &table.auto_approve
        && config.user(user.as_ref()).is_none()
    {
        return Err((user.span(), "must be the URN of a user in this file"));
    }
    let mut rules = IdentityCenterRules {
        start_url: table.start_url.as_ref().map(text).transpose()?,
        auto_approve: table.auto_approve.as_ref().map(|user| user.as_ref().clone()),
        ..IdentityCenterRules::default()
    };
    if let Some(interval) = &table.interval {
        if !INTERVAL.contains(interval.as_ref()) {
            return Err((interval.span(), "must be 1 to 60 seconds"));
        }
        rules.interval = *interval.as_ref();
    }
    Ok(rules)
}
