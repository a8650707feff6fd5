//! Credential providers with an erased type.

use std::fmt;
use std::sync::Arc;

use crate::credentials::Credentials;
use crate::error::CredentialsError;
use crate::maybe_send::{BoxFuture, MaybeSend, MaybeSync};
use crate::provide::{CredentialsRequest, ProvideCredentials};

/// Cloneable handle to any credential provider, for lists of providers and for public APIs without
/// a type parameter.
///
/// [`blocking::SharedCredentials`](crate::blocking::SharedCredentials) is the counterpart for
/// blocking providers.
///
/// ```
/// use std::sync::Arc;
/// use sts_credentials::{Credentials, ProvideCredentials, SharedCredentials};
///
/// /// Configuration of an SDK.
/// #[derive(Clone, Debug)]
/// struct Config {
///     credentials: SharedCredentials,
/// }
///
/// # fn of_a_session(session: impl ProvideCredentials + Send + Sync + 'static) {
/// let rotating = Config { credentials: SharedCredentials::new(session) };
/// # }
/// let fixed = Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3");
/// let fixed = Config { credentials: fixed.into() };
/// # let _ = fixed.credentials;
/// ```
#[derive(Clone)]
pub struct SharedCredentials(Arc<dyn Erased>);

#[cfg(not(target_arch = "wasm32"))]
const _: () = {
    const fn is_shareable<T: fmt::Debug + Send + Sync>() {}
    is_shareable::<SharedCredentials>();
};

/// [`ProvideCredentials`] in a dyn-compatible form.
trait Erased: MaybeSend + MaybeSync {
    fn credentials_boxed(
        &self,
        request: CredentialsRequest,
    ) -> BoxFuture<'_, Result<Arc<Credentials>, CredentialsError>>;
}

impl<P: ProvideCredentials + MaybeSend + MaybeSync> Erased for P {
    fn credentials_boxed(
        &self,
        request: CredentialsRequest,
    ) -> BoxFuture<'_, Result<Arc<Credentials>, CredentialsError>> {
        Box::pin(self.credentials(request))
    }
}

impl SharedCredentials {
    /// Creates a handle to `provider`.
    #[must_use]
    pub fn new(provider: impl ProvideCredentials + MaybeSend + MaybeSync + 'static) -> Self {
        Self(Arc::new(provider))
    }
}

impl ProvideCredentials for SharedCredentials {
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> impl Future<Output = Result<Arc<Credentials>, CredentialsError>> + MaybeSend {
        self.0.credentials_boxed(request)
    }
}

impl From<Credentials> for SharedCredentials {
    fn from(credentials: Credentials) -> Self {
        Self::new(Arc::new(credentials))
    }
}

impl fmt::Debug for SharedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedCredentials").finish_non_exhaustive()
    }
}
