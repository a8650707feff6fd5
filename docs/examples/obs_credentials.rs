//! Requests to object storage, signed by reqsign with the credentials of an assumed agency.
//!
//! ```text
//! cargo run --example obs_credentials
//! ```
//!
//! The agency is that of an emulator on this machine. The requests are signed but not sent.
//!
//! The crate `opendal`, up to 0.59, does not accept a credential provider for OBS. It reads
//! `HUAWEI_CLOUD_ACCESS_KEY_ID`, `HUAWEI_CLOUD_SECRET_ACCESS_KEY` and
//! `HUAWEI_CLOUD_SECURITY_TOKEN` once, so an operator works until these credentials expire. It does
//! accept an HTTP transport, which can sign each request again: see `docs/opendal`.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error as StdError;

use http::Request;
use http::header::AUTHORIZATION;
use http::request::Parts;
use reqsign_core::{Context, Error, ErrorKind, ProvideCredential, Result, SignRequest};
use reqsign_huaweicloud_obs::{Credential, RequestSigner};
use sts_client::Session;
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_proto::{AssumeAgency, RetryAdvice};

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

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn StdError>> {
    let emulator = Emulator::builder().start().await?;
    let client = HyperTransport::new()?
        .client()
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build()?;
    let session = client.session(AssumeAgency::new(builtin::AGENCY_URN, "obs_credentials"))?;
    tokio::spawn(session.keep_fresh());

    let signer = ObsSigner {
        credentials: AgencyCredentials(session),
        bucket: RequestSigner::new("backups"),
    };
    let url = "https://backups.obs.cn-north-4.myhuaweicloud.com/nightly.tar";
    let (mut head, ()) = Request::get(url).body(())?.into_parts();
    signer.sign(&mut head).await?;

    // The access key id precedes the signature.
    let signature = head.headers.get(AUTHORIZATION).ok_or("no signature")?.to_str()?;
    let (key, _) = signature.split_once(':').ok_or("no key")?;
    println!("{} {}\nauthorization: {key}:[redacted]", head.method, head.uri);
    println!("x-obs-security-token: {:?}", head.headers.get("x-obs-security-token"));
    Ok(())
}
