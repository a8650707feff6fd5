//! Assumes an agency and uses its credentials, over hyper and then over isahc. An emulator on this
//! machine is the service, so the example needs no account.
//!
//! ```text
//! cargo run --example assume_agency
//! ```
#![expect(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error as StdError;

use huaweicloud_sts::hyper::HyperTransport;
use huaweicloud_sts::sts_client::{Client, Transport};
use huaweicloud_sts::{AssumeAgency, Endpoint, ErrorKind};
use sts_emulator::{Emulator, builtin};
use sts_isahc::IsahcTransport;

fn main() -> Result<(), Box<dyn StdError>> {
    let emulator = Emulator::builder().start_blocking()?;

    println!("over hyper");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(assume(HyperTransport::new()?, emulator.endpoint()))?;

    println!("over isahc");
    futures_lite::future::block_on(assume(IsahcTransport::new()?, emulator.endpoint()))
}

async fn assume<T>(transport: T, endpoint: &Endpoint) -> Result<(), Box<dyn StdError>>
where
    T: Transport + Clone + Send + Sync + 'static,
{
    let client = Client::builder(transport.clone())
        .endpoint(endpoint.clone())
        .credentials(builtin::credentials())
        .build()?;

    // The session refreshes the credentials of the agency before they expire.
    let session = client.session(AssumeAgency::new(builtin::AGENCY_URN, "example"))?;
    println!("  credentials {:?}", session.credentials().await?);

    // A client that signs with them.
    let assumed = Client::builder(transport)
        .endpoint(endpoint.clone())
        .credentials_provider(session)
        .build()?;
    println!("  identity    {}", assumed.caller_identity().await?.principal_urn);

    // An agency that denies access, and the reason.
    let denied = AssumeAgency::new(builtin::FORBIDDEN_AGENCY_URN, "example");
    let error = client.assume_agency(denied).await.err().ok_or("the agency is not denied")?;
    let error = client.explain_denial(error).await;
    println!("  denied      {error}");
    println!("  reason      {}", error.denial().unwrap_or("unknown"));
    match error.kind() {
        ErrorKind::AccessDenied => Ok(()),
        _ => Err(error.into()),
    }
}
