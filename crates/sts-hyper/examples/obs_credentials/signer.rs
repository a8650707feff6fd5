//! Requests to object storage, signed with the credentials of a session.

use http::request::Parts;
use reqsign_core::{Context, Error, ErrorKind, ProvideCredential, Result, SignRequest};
use reqsign_huaweicloud_obs::{Credential, RequestSigner};
use sts_client::Session;
use sts_proto::RetryAdvice;

/// A session as a credential provider for reqsign's OBS signer.
#[derive(Debug)]
pub(crate) struct AgencyCredentials(pub(crate) Session);

impl ProvideCredential for AgencyCredentials {
    type Credential = Credential;

    async fn provide_credential(&self, _: &Context) -> Result<Option<Credential>> {
        let credentials = self.0.credentials().await.map_err(|error| {
            let may_help = error.kind().advice() == RetryAdvice::AfterBackoff;
            let failed = Error::new(ErrorKind::Unexpected, "cannot get credentials of the agency");
            failed.set_retryable(may_help).with_source(error)
        })?;
        Ok(Some(Credential::new(
            credentials.access_key_id.clone(),
            credentials.secret_access_key.expose_secret().to_owned(),
            credentials.security_token.as_ref().map(|token| token.expose_secret().to_owned()),
        )))
    }
}

/// Signs requests to one bucket with valid credentials.
///
/// `reqsign_core::Signer` does not support temporary OBS credentials: they have no expiration, so it
/// keeps the first ones forever. Disable the debug level of `log` for reqsign: it logs the string to
/// sign, which contains the security token.
pub(crate) struct ObsSigner {
    pub(crate) credentials: AgencyCredentials,
    pub(crate) bucket: RequestSigner,
}

impl ObsSigner {
    pub(crate) async fn sign(&self, head: &mut Parts) -> Result<()> {
        let context = Context::new();
        let credentials = self.credentials.provide_credential(&context).await?;
        self.bucket.sign_request(&context, head, credentials.as_ref(), None).await?;
        if let Some(token) = head.headers.get_mut("x-obs-security-token") {
            token.set_sensitive(true);
        }
        Ok(())
    }
}
