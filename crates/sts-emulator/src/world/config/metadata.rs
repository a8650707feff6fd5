//! `[metadata]`

use serde::Deserialize;
use toml::Spanned;

use super::Problem;
use super::secret_text::SecretText;
use crate::metadata::MetadataRules;
use crate::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MetadataConfig {
    agency: Spanned<String>,
    #[serde(default = "yes")]
    tokens: bool,
    pod_token: Option<Spanned<SecretText>>,
}

const fn yes() -> bool {
    true
}

pub(super) fn read(world: &World, config: &MetadataConfig) -> Result<MetadataRules, Problem> {
    if world.agency(config.agency.as_ref()).is_none() {
        return Err((config.agency.span(), "must be the URN of an agency in this file"));
    }
    if let Some(token) = &config.pod_token
        && token.as_ref().0.is_empty()
    {
        return Err((token.span(), "must not be empty"));
    }
    Ok(MetadataRules {
        agency_urn: config.agency.as_ref().clone(),
        has_tokens: config.tokens,
        pod_token: config.pod_token.as_ref().map(|token| token.as_ref().0.clone()),
    })
}
