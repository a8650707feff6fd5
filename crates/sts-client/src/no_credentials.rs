//! The provider of a client without credentials.

use std::sync::Arc;

use sts_credentials::{
    Credentials, CredentialsError, CredentialsRequest, ProvideCredentials, blocking,
};

/// Provider without credentials: enough for operations that are not signed, with an ID token or a
/// SAML assertion.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a unit type")]
pub struct NoCredentials;

impl NoCredentials {
    fn error() -> CredentialsError {
        CredentialsError::not_configured("operation requires credentials, but the client has none")
    }
}

impl ProvideCredentials for NoCredentials {
    async fn credentials(
        &self,
        _: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        Err(Self::error())
    }
}

impl blocking::ProvideCredentials for NoCredentials {
    fn credentials(&self, _: CredentialsRequest) -> Result<Arc<Credentials>, CredentialsError> {
        Err(Self::error())
    }
}
