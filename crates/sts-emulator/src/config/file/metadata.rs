//! `[metadata]`

use serde::Deserialize;
use sts_proto::Secret;
use toml::Spanned;

use super::text::Problem;
use crate::config::Config;
use crate::model::metadata::{MetadataRules, MetadataTokens};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MetadataTable {
    agency: Spanned<String>,
    tokens: Option<Spanned<Tokens>>,
    pod_token: Option<Spanned<Secret>>,
}

/// `true`, `false` or `"required"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Tokens {
    Issued(bool),
    Word(String),
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
    let tokens = match table.tokens.as_ref().map(|tokens| (tokens.as_ref(), tokens.span())) {
        None | Some((Tokens::Issued(true), _)) => MetadataTokens::Optional,
        Some((Tokens::Issued(false), _)) => MetadataTokens::None,
        Some((Tokens::Word(word), _)) if word == "required" => MetadataTokens::Required,
        Some((Tokens::Word(_), span)) => {
            return Err((span, "must be true, false or \"required\""));
        }
    };
    Ok(MetadataRules {
        agency_urn: table.agency.as_ref().clone(),
        tokens,
        pod_token: table.pod_token.as_ref().map(|token| token.as_ref().clone()),
    })
}
