//! What all operations work with.

use time::OffsetDateTime;

use crate::config::Config;
#[cfg(feature = "oidc")]
use crate::oidc::OidcIssuer;
use crate::seal::Seal;

/// When a call is carried out.
#[derive(Clone, Copy)]
pub(crate) struct RequestTime {
    pub(crate) now: OffsetDateTime,
    /// Whether keys that are issued have ended already.
    pub(crate) credentials_expired: bool,
}

/// What the operations work with. It never changes: sessions live in their tokens.
pub(crate) struct Service {
    pub(crate) config: Config,
    pub(crate) seal: Seal,
    #[cfg(feature = "oidc")]
    pub(crate) issuer: OidcIssuer,
}
