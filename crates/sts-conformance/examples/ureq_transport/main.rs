//! A custom transport: ureq, a blocking HTTP client.
//!
//! ```text
//! cargo run -p sts-conformance --example ureq_transport
//! ```
//!
//! It calls an emulator on this machine. It passes the conformance suite; `docs/transports.md` has the
//! results.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

mod errors;
mod transport;

use sts_client::Client;
use sts_emulator::{Emulator, builtin};
use sts_proto::AssumeAgency;

use crate::transport::{UreqTransport, settings};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::builder().start_blocking()?;
    let transport = UreqTransport(settings().build().into());
    let client = Client::builder(transport)
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build_blocking()?;
    let session = client.assume_agency(AssumeAgency::new(builtin::AGENCY_URN, "example"))?;
    println!("{:?}", session.credentials);
    Ok(())
}
