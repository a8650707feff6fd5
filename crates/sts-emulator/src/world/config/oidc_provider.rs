//! `[[accounts.oidc_providers]]`

use serde::Deserialize;
use toml::Spanned;

use super::{Problem, part};
use crate::oidc::{Jwks, OidcProvider};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OidcProviderConfig {
    pub(super) name: Spanned<String>,
    issuer: String,
    client_ids: Vec<String>,
    jwks: Spanned<String>,
}

pub(super) fn read(account: &str, config: &OidcProviderConfig) -> Result<OidcProvider, Problem> {
    let keys = Jwks::read(config.jwks.as_ref())
        .ok_or((config.jwks.span(), "must be a JSON Web Key Set with a key for RS256 or ES256"))?;
    Ok(OidcProvider {
        account: account.to_owned(),
        name: part(&config.name)?.to_owned(),
        issuer: config.issuer.clone(),
        client_ids: config.client_ids.clone(),
        keys,
    })
}
