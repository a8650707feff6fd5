//! Credentials of the agency of a saved sign-in.

use std::path::PathBuf;
use std::sync::Arc;

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Platform};
use sts_credentials::CredentialsError;
use sts_proto::ErrorKind;
use time::format_description::well_known::Rfc3339;

use super::credentials::{AgencyCredentialsRefresh, IdentityCenterCredentials};
use super::saved::SavedSignIn;

/// Provider of the credentials of the agency that a person has chosen in a [`SavedSignIn`].
/// Experimental.
///
/// It is a [`RefreshProvider`] that reads the file for every refresh. Without a file it [is not
/// configured](CredentialsError::is_not_configured). If the access token has expired, or the portal
/// does not accept it, the kind of the error is
/// [`ExpiredCredentials`](ErrorKind::ExpiredCredentials): the person has to sign in again.
///
/// ```
/// use sts_providers::identity_center::SavedAgency;
///
/// let provider = SavedAgency::new("/home/me/.config/deploy/sign-in.json");
/// // let session = client.session(provider)?;
/// # let _ = provider;
/// ```
#[derive(Clone, Debug)]
pub struct SavedAgency {
    path: PathBuf,
}

impl SavedAgency {
    /// Creates a provider that reads the sign-in in the file at `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl RefreshProvider for SavedAgency {
    type Refresh = AgencyCredentialsRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<AgencyCredentialsRefresh, CredentialsError> {
        let path = self.path.display();
        let sign_in = SavedSignIn::read(&*platform.environment, &self.path)?;
        let Some(sign_in) = sign_in else {
            return Err(CredentialsError::not_configured(format!("no sign-in in {path}")));
        };
        let Some(token) = sign_in.access_token else {
            return Err(CredentialsError::not_configured(format!("signed out, in {path}")));
        };
        let now = context.estimated_service_time(platform.clock.now());
        if token.expires_at <= now {
            let end = token.expires_at;
            let end = end.format(&Rfc3339).unwrap_or_else(|_| end.to_string());
            let message = format!("the sign-in expired at {end}; sign in again");
            return Err(CredentialsError::new(message).with_kind(ErrorKind::ExpiredCredentials));
        }
        let Some(agency) = sign_in.agency else {
            let message = format!("no account and permission set is chosen in {path}");
            return Err(CredentialsError::new(message));
        };
        IdentityCenterCredentials::new(token, agency.account_id, agency.agency_urn)
            .endpoint(sign_in.portal_endpoint)
            .begin(platform, context)
    }

    fn label(&self) -> String {
        "Identity Center sign-in".to_owned()
    }
}
