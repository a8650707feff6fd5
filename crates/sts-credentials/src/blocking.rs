//! Credential providers for callers that block the thread.

use std::fmt;
use std::sync::Arc;

use crate::credentials::Credentials;
use crate::error::CredentialsError;
use crate::maybe_send::{MaybeSend, MaybeSync};
use crate::provide::CredentialsRequest;

/// Blocking counterpart of [`ProvideCredentials`](crate::ProvideCredentials).
///
/// The trait is dyn-compatible. [`SharedCredentials`] erases the type of a provider and implements
/// `Debug`.
pub trait ProvideCredentials {
    /// Returns the credentials to use now; see
    /// [`ProvideCredentials::credentials`](crate::ProvideCredentials::credentials).
    ///
    /// # Errors
    ///
    /// The provider is not configured or does not work.
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError>;
}

impl ProvideCredentials for Arc<Credentials> {
    fn credentials(&self, _: CredentialsRequest) -> Result<Self, CredentialsError> {
        Ok(Self::clone(self))
    }
}

impl<P: ProvideCredentials + ?Sized> ProvideCredentials for Arc<P> {
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        (**self).credentials(request)
    }
}

/// Blocking counterpart of [`SharedCredentials`](crate::SharedCredentials): a cloneable handle to any
/// blocking credential provider.
///
/// ```
/// use sts_credentials::{Credentials, blocking::SharedCredentials};
///
/// /// Configuration of an SDK.
/// #[derive(Clone, Debug)]
/// struct Config {
///     credentials: SharedCredentials,
/// }
///
/// let fixed = Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3");
/// let config = Config { credentials: fixed.into() };
/// assert!(!format!("{config:?}").contains("a1B2c3"));
/// ```
#[derive(Clone)]
pub struct SharedCredentials(Arc<dyn Erased>);

/// A provider that can be shared between threads.
trait Erased: ProvideCredentials + MaybeSend + MaybeSync {}

impl<P: ProvideCredentials + MaybeSend + MaybeSync> Erased for P {}

#[cfg(not(target_arch = "wasm32"))]
const _: () = {
    const fn is_shareable<T: fmt::Debug + Send + Sync>() {}
    is_shareable::<SharedCredentials>();
};

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
    ) -> Result<Arc<Credentials>, CredentialsError> {
        self.0.credentials(request)
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
