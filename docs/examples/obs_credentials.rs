//! Object storage with the keys of an assumed agency: reqsign signs, a session gives the keys.
//!
//! ```text
//! cargo run --example obs_credentials
//! ```
//!
//! The agency is of an emulator on this machine. The requests are signed and not sent.
//!
//! The crate `opendal` takes no provider for OBS, up to 0.59: it reads
//! `HUAWEI_CLOUD_ACCESS_KEY_ID`, `HUAWEI_CLOUD_SECRET_ACCESS_KEY` and
//! `HUAWEI_CLOUD_SECURITY_TOKEN`, once, so an operator is good for one lifetime of the keys. It does
//! take an HTTP transport: one that signs anew what it is to send keeps an operator going for ever.
//! `docs/opendal` is such an operator.
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

/// The keys of a session, for whatever asks reqsign's trait for OBS keys.
#[derive(Debug)]
pub(crate) struct AgencyCredentials(pub(crate) Session);

impl ProvideCredential for AgencyCredentials {
    type Credential = Credential;

    async fn provide_credential(&self, _: &Context) -> Result<Option<Credential>> {
        let keys = self.0.credentials().await.map_err(|error| {
            let may_help = error.kind().advice() == RetryAdvice::AfterBackoff;
            let told = Error::new(ErrorKind::Unexpected, "the agency gives no keys");
            told.set_retryable(may_help).with_source(error)
        })?;
        Ok(Some(Credential::new(
            keys.access_key_id.clone(),
            keys.secret_access_key.expose_secret().to_owned(),
            keys.security_token.as_ref().map(|token| token.expose_secret().to_owned()),
        )))
    }
}

/// Signs requests to one bucket with keys that are good now.
///
/// `reqsign_core::Signer` is not for temporary keys: its OBS credentials have no end, so it would
/// keep the first ones for ever. Also keep the debug level of `log` off for reqsign: it writes the
/// string to sign, and the security token is part of that.
pub(crate) struct ObsSigner {
    pub(crate) keys: AgencyCredentials,
    pub(crate) bucket: RequestSigner,
}

impl ObsSigner {
    pub(crate) async fn sign(&self, head: &mut Parts) -> Result<()> {
        let context = Context::new();
        let keys = self.keys.provide_credential(&context).await?;
        self.bucket.sign_request(&context, head, keys.as_ref(), None).await?;
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
    let session = client.session(AssumeAgency::new(builtin::AGENCY_URN, "obs_credentials"));
    tokio::spawn(session.keep_fresh());

    let signer =
        ObsSigner { keys: AgencyCredentials(session), bucket: RequestSigner::new("backups") };
    let url = "https://backups.obs.cn-north-4.myhuaweicloud.com/nightly.tar";
    let (mut head, ()) = Request::get(url).body(())?.into_parts();
    signer.sign(&mut head).await?;

    // OBS names the key in front of the signature.
    let signature = head.headers.get(AUTHORIZATION).ok_or("no signature")?.to_str()?;
    let (key, _) = signature.split_once(':').ok_or("no key")?;
    println!("{} {}\nauthorization: {key}:[redacted]", head.method, head.uri);
    println!("x-obs-security-token: {:?}", head.headers.get("x-obs-security-token"));
    Ok(())
}
