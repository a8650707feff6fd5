//! OIDC identity providers.

use super::issuer::OidcIssuer;
use super::jwks::Jwks;
use crate::model::identifier::oidc_provider_urn;

/// A provider whose ID tokens are accepted.
#[derive(Clone)]
pub(crate) struct OidcProvider {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) client_ids: Vec<String>,
    pub(crate) issuer: TrustedIssuer,
}

/// The issuer that a provider trusts.
#[derive(Clone)]
pub(crate) enum TrustedIssuer {
    /// The emulator's own issuer.
    Own,
    /// An issuer with this `iss` and these keys.
    Other { url: String, keys: Jwks },
}

impl TrustedIssuer {
    pub(super) fn url_and_keys<'a>(&'a self, own: &'a OidcIssuer) -> (&'a str, &'a Jwks) {
        match self {
            Self::Own => (own.url(), own.keys()),
            Self::Other { url, keys } => (url, keys),
        }
    }
}

impl OidcProvider {
    pub(crate) fn urn(&self) -> String {
        oidc_provider_urn(&self.account, &self.name)
    }
}
