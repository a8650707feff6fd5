//! State that the operations share.

use time::OffsetDateTime;

use crate::config::Config;
#[cfg(feature = "oidc")]
use crate::oidc::OidcIssuer;
use crate::seal::Seal;

/// Time of a request.
#[derive(Clone, Copy)]
pub(crate) struct RequestTime {
    pub(crate) now: OffsetDateTime,
    /// Whether issued credentials are already expired.
    pub(crate) credentials_expired: bool,
}

/// State that the operations share. It is immutable: tokens contain their sessions.
pub(crate) struct Service {
    pub(crate) config: Config,
    pub(crate) seal: Seal,
    #[cfg(feature = "oidc")]
    pub(crate) issuer: OidcIssuer,
}
