//! The credential provider contract.

use std::sync::Arc;

use crate::credentials::Credentials;
use crate::error::CredentialsError;
use crate::maybe_send::MaybeSend;

/// Credential provider: returns the credentials to sign requests with.
///
/// `Arc<Credentials>` is a provider of fixed credentials. Any other provider in an [`Arc`] is a
/// provider too, so that clients can share it. [`SharedCredentials`](crate::SharedCredentials)
/// erases the type of a provider.
///
/// ```
/// use std::sync::Arc;
/// use sts_credentials::{Credentials, CredentialsError, CredentialsRequest, ProvideCredentials};
///
/// /// Credentials in a vault.
/// struct Vault;
///
/// impl ProvideCredentials for Vault {
///     async fn credentials(
///         &self,
///         request: CredentialsRequest,
///     ) -> Result<Arc<Credentials>, CredentialsError> {
///         match request.rejected {
///             None => Ok(Arc::new(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3"))),
///             Some(_) => Err(CredentialsError::new("the vault has no other credentials")),
///         }
///     }
/// }
/// ```
pub trait ProvideCredentials {
    /// Returns the credentials to use now.
    ///
    /// A client calls this before every call, so implementations should return cached credentials
    /// when they can. Return the same [`Arc`] for the same credentials, so that clients do not
    /// prepare them for signing again.
    ///
    /// # Errors
    ///
    /// The provider is not configured, or it failed.
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> impl Future<Output = Result<Arc<Credentials>, CredentialsError>> + MaybeSend;
}

/// Request to a credential provider.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CredentialsRequest {
    /// Credentials that the service has just rejected. A provider that can get others returns
    /// those. Otherwise it returns the same credentials, and the call fails with the rejection.
    pub rejected: Option<Arc<Credentials>>,
}

impl CredentialsRequest {
    /// Creates a request for other credentials than `rejected`.
    #[must_use]
    pub fn after_rejection(rejected: Arc<Credentials>) -> Self {
        Self { rejected: Some(rejected) }
    }
}

impl ProvideCredentials for Arc<Credentials> {
    async fn credentials(&self, _: CredentialsRequest) -> Result<Self, CredentialsError> {
        Ok(Self::clone(self))
    }
}

impl<P: ProvideCredentials + ?Sized> ProvideCredentials for Arc<P> {
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> impl Future<Output = Result<Arc<Credentials>, CredentialsError>> + MaybeSend {
        (**self).credentials(request)
    }
}
