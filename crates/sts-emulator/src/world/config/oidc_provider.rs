//! `[[accounts.oidc_providers]]`

use serde::Deserialize;
use toml::Spanned;

use super::{Problem, not_empty, part};
use crate::oidc::{Jwks, OidcProvider, TrustedIssuer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OidcProviderConfig {
    pub(super) name: Spanned<String>,
    issuer: Option<Spanned<String>>,
    client_ids: Spanned<Vec<String>>,
    jwks: Option<Spanned<String>>,
}

pub(super) fn read(account: &str, config: &OidcProviderConfig) -> Result<OidcProvider, Problem> {
    let issuer = match (&config.issuer, &config.jwks) {
        (None, None) => TrustedIssuer::Own,
        (Some(issuer), Some(jwks)) => {
            let problem =
                "must be a JSON Web Key Set with a key for RS256 (2048 to 8192 bits) or ES256";
            let keys = Jwks::read(jwks.as_ref()).ok_or((jwks.span(), problem))?;
            TrustedIssuer::Other { url: not_empty(issuer)?, keys }
        }
        (Some(lonely), None) | (None, Some(lonely)) => {
            return Err((lonely.span(), "must be given together: issuer and jwks, or neither"));
        }
    };
    let client_ids = config.client_ids.as_ref();
    if client_ids.is_empty() || client_ids.iter().any(String::is_empty) {
        let problem = "must name a client id at least, and no empty one";
        return Err((config.client_ids.span(), problem));
    }
    Ok(OidcProvider {
        account: account.to_owned(),
        name: part(&config.name)?.to_owned(),
        client_ids: client_ids.clone(),
        issuer,
    })
}
