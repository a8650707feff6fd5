//! Builds and signs a request to the URL given, and reads a response from standard input.

use std::error::Error;
use std::io::Read;
use std::time::SystemTime;

use http::Response;
use sts_proto::{AssumeAgency, Endpoint, Operation};
use sts_sign::Signer;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("a URL")?;
    let operation = AssumeAgency::new("iam::0a1b2c3d:agency:reader", "build-42");
    let mut request = operation.to_request(&Endpoint::parse_allowing_http(&url)?)?;
    let signer = Signer::from_parts("EXAMPLEAK00000000001", "the-secret-key")?;
    signer.sign(&mut request, SystemTime::now().into())?;
    println!("{} {:?}", request.uri(), request.headers());

    let mut response = Vec::new();
    std::io::stdin().read_to_end(&mut response)?;
    println!("{:?}", AssumeAgency::read(&Response::new(response))?);
    Ok(())
}
