//! Assumes an agency at the URL given.

use std::error::Error;

use sts_hyper::HyperTransport;
use sts_hyper::sts_client::proto::{AssumeAgency, Credentials, Endpoint};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("a URL")?;
    let client = HyperTransport::new()?
        .client()
        .endpoint(Endpoint::parse_allowing_http(&url)?)
        .credentials(Credentials::permanent("EXAMPLEAK00000000001", "the-secret-key"))
        .build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let operation = AssumeAgency::new("iam::0a1b2c3d:agency:reader", "build-42");
    println!("{:?}", runtime.block_on(client.assume_agency(operation))?);
    Ok(())
}
