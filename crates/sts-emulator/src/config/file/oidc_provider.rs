//! `[[accounts.oidc_providers]]`

use serde::Deserialize;
use toml::Spanned;

use super::text::{Problem, part, text, texts};
use crate::oidc::{Jwks, OidcProvider, TrustedIssuer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OidcProviderTable {
    pub(super) name: Spanned<String>,
    issuer: Option<Spanned<String>>,
    client_ids: Spanned<Vec<Spanned<String>>>,
    jwks: Option<Spanned<String>>,
}

pub(super) fn read(account: &str, table: &OidcProviderTable) -> Result<OidcProvider, Problem> {
    let issuer = match (&table.issuer, &table.jwks) {
        (None, None) => TrustedIssuer::Own,
        (Some(issuer), Some(jwks)) => {
            let problem =
                "must be a JSON Web Key Set with a key for RS256 (2048 to 8192 bits) or ES256";
            let keys = Jwks::read(jwks.as_ref()).ok_or((jwks.span(), problem))?;
            TrustedIssuer::Other { url: text(issuer)?, keys }
        }
        (Some(one), None) | (None, Some(one)) => {
            return Err((
                one.span(),
                "requires its counterpart: set both issuer and jwks, or neither",
            ));
        }
    };
    let client_ids = table.client_ids.as_ref();
    if client_ids.is_empty() {
        return Err((table.client_ids.span(), "must contain at least one client id"));
    }
    Ok(OidcProvider {
        account: account.to_owned(),
        name: part(&table.name)?.to_owned(),
        client_ids: texts(client_ids)?,
        issuer,
    })
}
