//! A credential provider of the user.

use std::sync::Arc;

use sts_credentials::{Credentials, CredentialsError, CredentialsRequest, ProvideCredentials};

use crate::verification::SECRET;

/// Credentials in a vault, which has newer ones after a rotation.
pub(crate) struct Vault;

impl ProvideCredentials for Vault {
    async fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let is_rotated = request.rejected.is_some_and(|it| it.access_key_id == "OLD");
        let id = if is_rotated { "NEW" } else { "OLD" };
        Ok(Arc::new(Credentials::permanent(id, SECRET)))
    }
}
