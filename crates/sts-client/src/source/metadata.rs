//! Keys of the agency of an ECS, from its metadata service.

mod fetch;
mod token;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Uri;
use http::uri::PathAndQuery;

pub use self::fetch::MetadataFetch;
use self::token::Token;
use super::SourceError;
use super::address::{self, Reach};
use super::fetch::FetchSource;
use crate::{CallContext, Host};

/// The metadata service of an ECS: it gives the keys of the agency that the machine has.
///
/// It is a [`FetchSource`]. The official address is `http://169.254.169.254`; another one has to
/// be link-local or loopback too, for keys are given to whoever asks, in clear. Every request may
/// take 3 seconds. Its token, which newer machines ask for, is kept for the six hours that it
/// lasts; clones share it.
///
/// Off a cloud machine nothing answers, and on one without an agency there are no keys: then the
/// source [is not configured](SourceError::is_not_configured).
///
/// A transport that takes proxies from the environment must not use one here: set
/// `no_proxy=169.254.169.254`.
///
/// ```
/// use sts_client::source::EcsMetadata;
///
/// let metadata = EcsMetadata::at("http://127.0.0.1:8080")?; // or EcsMetadata::default()
/// // let session = client.session_from(metadata);
///
/// let error = EcsMetadata::at("http://metadata.example").unwrap_err();
/// assert!(error.to_string().contains("neither a link-local nor a loopback address"));
/// # Ok::<(), sts_client::source::SourceError>(())
/// ```
#[derive(Clone)]
pub struct EcsMetadata {
    base: Uri,
    /// What is known of it from one fetch to the next.
    token: Arc<Mutex<Token>>,
}

impl Default for EcsMetadata {
    /// At the official address.
    fn default() -> Self {
        Self::of(Uri::from_static("http://169.254.169.254"))
    }
}

impl EcsMetadata {
    /// At the URL `base`, which is link-local or loopback. A path is put before those of the
    /// service.
    pub fn at(base: &str) -> Result<Self, SourceError> {
        let base = address::parse(base, Reach::Local).map_err(|complaint| {
            SourceError::new(format!("the URL of the metadata service {complaint}"))
        })?;
        Ok(Self::of(base))
    }

    fn of(base: Uri) -> Self {
        Self { base, token: Arc::default() }
    }

    fn token(&self) -> MutexGuard<'_, Token> {
        // What is inside is whole at every moment, whoever panicked.
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown(&self) -> String {
        address::shown(&self.base)
    }

    fn uri(&self, path: &'static str) -> Uri {
        let mut parts = self.base.clone().into_parts();
        let before = self.base.path().trim_end_matches('/');
        // Two paths are a path.
        let joined = PathAndQuery::try_from(format!("{before}{path}"));
        parts.path_and_query = Some(joined.unwrap_or_else(|_| PathAndQuery::from_static(path)));
        Uri::from_parts(parts).unwrap_or_else(|_| self.base.clone())
    }
}

impl FetchSource for EcsMetadata {
    type Fetch = MetadataFetch;

    fn begin(&self, host: &dyn Host, _: &Arc<CallContext>) -> Result<Self::Fetch, SourceError> {
        Ok(MetadataFetch::new(self.clone(), host.ticks()))
    }
}

impl fmt::Debug for EcsMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EcsMetadata").field("base", &self.shown()).finish_non_exhaustive()
    }
}
