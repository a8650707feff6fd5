//! Actions that a deny rule can name.

pub(crate) const ASSUME: &str = "sts:agencies:assume";
pub(crate) const ASSUME_WITH_OIDC: &str = "sts:agencies:assumeWithOIDC";
pub(crate) const ASSUME_WITH_SAML: &str = "sts:agencies:assumeWithSAML";
pub(crate) const TAG_SESSION: &str = "sts::tagSession";
pub(crate) const SET_SOURCE_IDENTITY: &str = "sts::setSourceIdentity";
pub(crate) const DECODE: &str = "sts::decodeAuthorizationMessage";

/// All actions.
pub(crate) const ALL: [&str; 6] =
    [ASSUME, ASSUME_WITH_OIDC, ASSUME_WITH_SAML, TAG_SESSION, SET_SOURCE_IDENTITY, DECODE];
