//! Credential providers for callers that block the thread.

use std::sync::Arc;

use crate::credentials::Credentials;
use crate::error::CredentialsError;
use crate::provide::CredentialsRequest;

/// Blocking counterpart of [`ProvideCredentials`](crate::ProvideCredentials).
///
/// The trait is dyn-compatible: `Arc<dyn ProvideCredentials + Send + Sync>` erases the type of a
/// provider.
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
