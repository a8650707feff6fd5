//! Requests to object storage, signed by reqsign with the credentials of an assumed agency.
//!
//! ```text
//! cargo run -p sts-hyper --example obs_credentials
//! ```
//!
//! The agency is that of an emulator on this machine. The requests are signed but not sent.
//!
//! The crate `opendal`, up to 0.59, does not accept a credential provider for OBS. It reads
//! `HUAWEI_CLOUD_ACCESS_KEY_ID`, `HUAWEI_CLOUD_SECRET_ACCESS_KEY` and
//! `HUAWEI_CLOUD_SECURITY_TOKEN` once, so an operator works until these credentials expire. It does
//! accept an HTTP transport, which can sign each request again: see `opendal` in this directory.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

mod signer;

use std::error::Error as StdError;

use http::Request;
use http::header::AUTHORIZATION;
use reqsign_huaweicloud_obs::RequestSigner;
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_proto::AssumeAgency;

use crate::signer::{AgencyCredentials, ObsSigner};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn StdError>> {
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
