//! `[metadata]`

use serde::Deserialize;
use sts_proto::Secret;
use toml::Spanned;

use super::text::Problem;
use crate::config::Config;
use crate::model::metadata::MetadataRules;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MetadataTable {
    agency: Spanned<String>,
    #[serde(default = "yes")]
    tokens: bool,
    pod_token: Option<Spanned<Secret>>,
}

const fn yes() -> bool {
    true
}

pub(super) fn read(config: &Config, table: &MetadataTable) -> Result<MetadataRules, Problem> {
    if config.agency(table.agency.as_ref()).is_none() {
        return Err((table.agency.span(), "must be the URN of an agency in this file"));
    }
    if let Some(token) = &table.pod_token
        && token.as_ref().is_empty()
    {
        return Err((token.span(), "must not be empty"));
    }
    Ok(MetadataRules {
        agency_urn: table.agency.as_ref().clone(),
        has_tokens: table.tokens,
        pod_token: table.pod_token.as_ref().map(|token| token.as_ref().clone()),
    })
}
