//! ID tokens: their providers, verification and an issuer.

mod ci_job;
mod error;
mod id_token;
mod issuer;
mod jwks;
mod provider;

pub(crate) use self::error::IdTokenError;
pub(crate) use self::id_token::IdToken;
pub use self::issuer::OidcIssuer;
pub(crate) use self::jwks::Jwks;
pub(crate) use self::provider::{OidcProvider, TrustedIssuer};
