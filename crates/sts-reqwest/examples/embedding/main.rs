//! STS in an SDK with its own HTTP stack, retries and logging.
//!
//! ```text
//! cargo run -p sts-reqwest --example embedding
//! ```
//!
//! The SDK uses reqwest, `sts-proto` for requests and responses, and `sts-sign` for signatures. The
//! guide `docs/embedding.md` explains it.
#![expect(clippy::print_stdout, reason = "example output")]

mod exchange;
mod retries;
mod sdk;

use sts_emulator::{Emulator, Fault, Injection, builtin};
use sts_proto::{AssumeAgency, ServiceError};

use crate::sdk::{Failure, Sdk};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    // This workspace builds reqwest without a provider of cryptography; yours has one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let emulator = Emulator::builder().start().await?;
    let mut sdk = Sdk::new(emulator.endpoint().clone(), &builtin::credentials())?;

    println!("1. an agency");
    let operation = AssumeAgency::new(builtin::AGENCY_URN, "embedded");
    println!("   {:?}", sdk.temporary_credentials(&operation).await?);

    println!("2. the same while the service asks for a pause");
    let throttling = Fault::Throttling { retry_after: Some(1) };
    emulator.faults().inject(Injection::new(throttling).times(1));
    println!("   {:?}", sdk.temporary_credentials(&operation).await?);

    println!("3. an agency that must not be assumed: not tried again");
    let forbidden = AssumeAgency::new(builtin::FORBIDDEN_AGENCY_URN, "embedded");
    let error = sdk.temporary_credentials(&forbidden).await.err().ok_or("it is forbidden")?;
    let error = error.downcast_ref::<ServiceError>().ok_or("the service says so")?;
    println!("   {:?}, {:?}", error.kind(), error.kind().advice());

    println!("4. a clock that is wrong by an hour: corrected, and tried again once");
    emulator.faults().inject(Injection::new(Fault::ClockOffset(time::Duration::HOUR)));
    println!("   {:?}", sdk.temporary_credentials(&operation).await?);
    println!("   offset {:.0}", sdk.clock_offset);
    Ok(())
}
