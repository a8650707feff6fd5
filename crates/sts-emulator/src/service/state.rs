//! State that the operations share.

use std::sync::{Arc, PoisonError, RwLock};

use time::OffsetDateTime;

use super::session_log::SessionLog;
use crate::config::Config;
#[cfg(feature = "oidc")]
use crate::oidc::OidcIssuer;
use crate::seal::Seal;
use crate::sign_ins::SignIns;

/// Time of a request.
#[derive(Clone, Copy)]
pub(crate) struct RequestTime {
    pub(crate) now: OffsetDateTime,
    /// Whether issued credentials are already expired.
    pub(crate) credentials_expired: bool,
}

/// State that the operations share. It is immutable: tokens contain their sessions.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) config: Config,
    pub(crate) seal: Seal,
    /// The URL of the emulator, for clients that send no usable Host header.
    pub(crate) url: String,
    pub(crate) sign_ins: Arc<SignIns>,
    pub(crate) sessions: SessionLog,
    #[cfg(feature = "oidc")]
    pub(crate) issuer: OidcIssuer,
}

/// The current state, which is replaced as a whole when the configuration is. Each request uses the
/// state at its beginning. Clones share the state.
#[derive(Clone)]
pub(crate) struct CurrentService(Arc<RwLock<Arc<Service>>>);

impl CurrentService {
    pub(crate) fn new(service: Service) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(service))))
    }

    pub(crate) fn get(&self) -> Arc<Service> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the configuration. Sessions, keys and the issuer of ID tokens stay valid.
    pub(crate) fn reload(&self, config: Config) {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(Service { config, ..Service::clone(&current) });
    }
}
