//! A custom transport: reqwest, an async HTTP client.
//!
//! ```text
//! cargo run --example reqwest_transport
//! ```
//!
//! It calls an emulator on this machine. The transport is in `transport.rs`.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

mod transport;

use std::error::Error as StdError;

use sts_client::{Client, SystemClock};
use sts_emulator::{Emulator, builtin};
use sts_proto::AssumeAgency;

use self::transport::{ReqwestTransport, settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn StdError>> {
    let emulator = Emulator::builder().start().await?;
    let transport = ReqwestTransport::new(settings, None)?;
    let client = Client::builder(transport, SystemClock)
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build()?;
    let session = client.assume_agency(AssumeAgency::new(builtin::AGENCY_URN, "example")).await?;
    println!("{:?}", session.credentials);
    Ok(())
}
