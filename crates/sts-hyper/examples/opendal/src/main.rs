//! An OpenDAL operator whose requests are signed with the credentials of an assumed agency.
//!
//! ```text
//! cargo run --manifest-path crates/sts-hyper/examples/opendal/Cargo.toml
//! ```
//!
//! The agency is that of an emulator on this machine, and the bucket is a map in this program.
#![forbid(unsafe_code)]

mod bucket;
#[path = "../../obs_credentials/signer.rs"]
mod obs_credentials;
mod signing;

use std::error::Error as StdError;

use opendal_core::{HttpTransporter, OperationContext, Operator};
use opendal_service_obs::Obs;
use reqsign_huaweicloud_obs::RequestSigner;
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_proto::AssumeAgency;

use crate::bucket::Bucket;
use crate::obs_credentials::{AgencyCredentials, ObsSigner};
use crate::signing::Signing;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn StdError>> {
    let emulator = Emulator::builder().start().await?;
    let client = HyperTransport::new()?
        .client()
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build()?;
    let session = client.session(AssumeAgency::new(builtin::AGENCY_URN, "opendal"))?;
    tokio::spawn(session.keep_fresh());

    let signer = ObsSigner {
        credentials: AgencyCredentials(session.clone()),
        bucket: RequestSigner::new("backups"),
    };
    // A real program uses the transport of the crate opendal-http-transport-reqwest as `next`.
    let transport = HttpTransporter::new(Signing { signer, next: Bucket::default() });
    let service = Obs::default()
        .endpoint("https://obs.cn-north-4.myhuaweicloud.com")
        .bucket("backups")
        // OpenDAL requires credentials before it sends a request.
        .access_key_id("replaced")
        .secret_access_key("replaced");
    let context = OperationContext::new().with_http_transport(transport);
    let operator = Operator::new(service)?.with_context(context);

    operator.write("nightly.tar", "what was saved").await?;
    // New credentials, as after an hour.
    session.invalidate(&*session.credentials().await?);
    let saved = operator.read("nightly.tar").await?;
    println!("{}", String::from_utf8(saved.to_vec())?);
    Ok(())
}
