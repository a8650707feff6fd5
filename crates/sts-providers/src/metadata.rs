//! Credentials of the agency of an ECS, from its metadata service.

mod refresh;
mod token;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Uri;
use http::uri::PathAndQuery;
use sts_credentials::CredentialsError;
use sts_proto::Secret;

pub use self::refresh::MetadataRefresh;
use self::token::Token;
use crate::address::{self, Reach};
use crate::variable;
use sts_client::CallContext;
use sts_client::session::RefreshProvider;
use sts_client::{Environment, Platform};

/// Disables the provider if it is `true` or `1`.
const DISABLED: &str = "HUAWEICLOUD_STS_METADATA_DISABLED";

/// The metadata service of an ECS: credentials of the agency that is attached to the machine.
///
/// It is a [`RefreshProvider`]. The official address is `http://169.254.169.254`. Any other address has
/// to be link-local or loopback too, because the credentials are sent in cleartext and without
/// authentication. Each request times out after 3 seconds. Once the service has responded, temporary
/// failures are retried under the policy of the client. The token that newer machines require is kept
/// for its lifetime of six hours; clones share it.
///
/// Where the service cannot be reached, or the machine has no agency, the provider
/// [is not configured](CredentialsError::is_not_configured). If the first request for a token is sent and times
/// out, the credentials are requested without one, with a timeout of 1 second. If the service requires a token,
/// the error names the hop limit: a limit of 1 keeps responses with tokens from containers.
/// [`enabled`](Self::enabled) and the variable `HUAWEICLOUD_STS_METADATA_DISABLED` disable the provider.
///
/// Its requests [never go through a proxy](sts_client::Exchange::is_direct).
///
/// ```
/// use sts_providers::EcsMetadata;
///
/// let metadata = EcsMetadata::at("http://127.0.0.1:8080")?; // or EcsMetadata::default()
/// // let session = client.session(metadata);
///
/// let error = EcsMetadata::at("http://metadata.example").unwrap_err();
/// assert!(error.to_string().contains("neither a link-local nor a loopback address"));
/// # Ok::<(), sts_client::CredentialsError>(())
/// ```
#[derive(Clone)]
pub struct EcsMetadata {
    base: Uri,
    is_enabled: bool,
    /// The token, kept from one refresh to the next.
    token: Arc<Mutex<Token>>,
}

impl Default for EcsMetadata {
    /// Returns a provider for the service at its official address.
    fn default() -> Self {
        Self::of(Uri::from_static("http://169.254.169.254"))
    }
}

impl EcsMetadata {
    /// Returns a provider for the service at the URL `base`. Its path is put before the paths of
    /// the service.
    ///
    /// # Errors
    ///
    /// The URL is invalid, contains user info, or is neither link-local nor loopback.
    pub fn at(base: &str) -> Result<Self, CredentialsError> {
        let base = address::parse(base, Reach::Local).map_err(|fault| {
            CredentialsError::new(format!("the URL of the metadata service {fault}"))
        })?;
        Ok(Self::of(base))
    }

    /// Sets whether the provider sends requests. `true` by default. A disabled provider [is not
    /// configured](CredentialsError::is_not_configured), and sends nothing.
    #[must_use]
    pub fn enabled(self, is_enabled: bool) -> Self {
        Self { is_enabled, ..self }
    }

    /// Returns an error if the setting or the variable disables the provider.
    fn check_enabled(&self, environment: &dyn Environment) -> Result<(), CredentialsError> {
        let disabled = variable::text(environment, DISABLED)?;
        let is_any = |value: &str, words: [&str; 2]| {
            words.iter().any(|word| value.eq_ignore_ascii_case(word))
        };
        let is_disabled = match disabled.as_ref().map(Secret::expose_secret) {
            Some(value) if is_any(value, ["true", "1"]) => true,
            Some(value) if !is_any(value, ["false", "0"]) => {
                return Err(variable::invalid(DISABLED, "must be true, 1, false or 0"));
            }
            _ => false,
        };
        if is_disabled {
            let message = format!("ECS metadata is disabled by {DISABLED}");
            return Err(CredentialsError::not_configured(message));
        }
        if self.is_enabled {
            return Ok(());
        }
        Err(CredentialsError::not_configured("ECS metadata is disabled in code"))
    }

    fn of(base: Uri) -> Self {
        Self { base, is_enabled: true, token: Arc::default() }
    }

    fn token(&self) -> MutexGuard<'_, Token> {
        // Poisoning is ignored: the data is never left half-updated.
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown(&self) -> String {
        address::shown(&self.base)
    }

    fn uri(&self, path: &'static str) -> Uri {
        let mut parts = self.base.clone().into_parts();
        let before = self.base.path().trim_end_matches('/');
        // Cannot fail: joining two valid paths yields a valid path.
        let joined = PathAndQuery::try_from(format!("{before}{path}"));
        parts.path_and_query = Some(joined.unwrap_or_else(|_| PathAndQuery::from_static(path)));
        Uri::from_parts(parts).unwrap_or_else(|_| self.base.clone())
    }
}

impl RefreshProvider for EcsMetadata {
    type Refresh = MetadataRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        self.check_enabled(&*platform.environment)?;
        Ok(MetadataRefresh::new(self.clone(), &*platform.clock, context.policy()))
    }

    fn label(&self) -> String {
        "ECS metadata".to_owned()
    }

    fn is_discovered(&self) -> bool {
        true
    }
}

impl fmt::Debug for EcsMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EcsMetadata").field("base", &self.shown()).finish_non_exhaustive()
    }
}
