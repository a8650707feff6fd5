//! `[[accounts.oidc_providers]]`

use serde::Deserialize;
use toml::Spanned;

use super::{Problem, part};
use crate::oidc::{Jwks, OidcProvider, TrustedIssuer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OidcProviderConfig {
    pub(super) name: Spanned<String>,
    issuer: Option<Spanned<String>>,
    client_ids: Vec<String>,
    jwks: Option<Spanned<String>>,
}

pub(super) fn read(account: &str, config: &OidcProviderConfig) -> Result<OidcProvider, Problem> {
    let issuer = match (&config.issuer, &config.jwks) {
        (None, None) => TrustedIssuer::Own,
        (Some(issuer), Some(jwks)) => {
            let problem = "must be a JSON Web Key Set with a key for RS256 or ES256";
            let keys = Jwks::read(jwks.as_ref()).ok_or((jwks.span(), problem))?;
            TrustedIssuer::Other { url: issuer.as_ref().clone(), keys }
        }
        (Some(lonely), None) | (None, Some(lonely)) => {
            return Err((lonely.span(), "must be given together: issuer and jwks, or neither"));
        }
    };
    Ok(OidcProvider {
        account: account.to_owned(),
        name: part(&config.name)?.to_owned(),
        client_ids: config.client_ids.clone(),
        issuer,
    })
}
