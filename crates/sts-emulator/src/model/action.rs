//! Actions that a deny rule can name.

pub(crate) const ASSUME: &str = "sts:agencies:assume";
#[cfg(any(feature = "config", feature = "oidc"))]
pub(crate) const ASSUME_WITH_OIDC: &str = "sts:agencies:assumeWithOIDC";
#[cfg(any(feature = "config", feature = "saml"))]
pub(crate) const ASSUME_WITH_SAML: &str = "sts:agencies:assumeWithSAML";
pub(crate) const TAG_SESSION: &str = "sts::tagSession";
pub(crate) const SET_SOURCE_IDENTITY: &str = "sts::setSourceIdentity";
pub(crate) const DECODE: &str = "sts::decodeAuthorizationMessage";

/// All actions.
#[cfg(feature = "config")]
pub(crate) const ALL: [&str; 6] =
    [ASSUME, ASSUME_WITH_OIDC, ASSUME_WITH_SAML, TAG_SESSION, SET_SOURCE_IDENTITY, DECODE];
