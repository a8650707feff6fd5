//! Assumes an agency at the URL given.

use std::error::Error;

use sts_isahc::IsahcTransport;
use sts_isahc::sts_client::proto::{AssumeAgency, Credentials, Endpoint};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("a URL")?;
    let client = IsahcTransport::new()?
        .client()
        .endpoint(Endpoint::parse_allowing_http(&url)?)
        .credentials(Credentials::permanent("EXAMPLEAK00000000001", "the-secret-key"))
        .build_blocking()?;
    let operation = AssumeAgency::new("iam::0a1b2c3d:agency:reader", "build-42");
    println!("{:?}", client.assume_agency(operation)?);
    Ok(())
}
