//! OIDC identity providers and what they sign.

mod id_token;
mod jwks;

pub(crate) use self::id_token::{IdToken, RefusedToken};
pub(crate) use self::jwks::Jwks;

/// A provider whose ID tokens are taken.
#[derive(Clone)]
pub(crate) struct OidcProvider {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) issuer: String,
    pub(crate) client_ids: Vec<String>,
    pub(crate) keys: Jwks,
}

impl OidcProvider {
    pub(crate) fn urn(&self) -> String {
        format!("iam::{}:oidcProvider:{}", self.account, self.name)
    }
}
