//! The default provider chain, which searches for the credentials of the program.
//!
//! ```text
//! cargo run -p sts-hyper --example provider_chain
//! ```
//!
//! The chain finds the ECS metadata of an emulator on this machine, and then an ID token, which takes
//! precedence. Variables and files come from a `TestEnvironment`, so the example needs no setup.
//! Programs use `SystemEnvironment`, the default.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error as StdError;

use sts_client::test_util::TestEnvironment;
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_providers::{EcsMetadata, ProviderChain};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn StdError>> {
    let emulator = Emulator::builder().metadata("127.0.0.1:0").start().await?;
    let id_token = emulator.oidc_issuer().id_token("run-7", builtin::OIDC_CLIENT_ID);
    let environment = TestEnvironment::new();

    println!("1. without variables");
    show_identity(&emulator, &environment).await?;

    println!("2. with the variables of an ID token");
    environment.write("/oidc/token", id_token.expose_secret());
    environment.set("HUAWEICLOUD_OIDC_PROVIDER_URN", builtin::OIDC_PROVIDER_URN);
    environment.set("HUAWEICLOUD_OIDC_AGENCY_URN", builtin::AGENCY_URN);
    environment.set("HUAWEICLOUD_OIDC_TOKEN_FILE", "/oidc/token");
    show_identity(&emulator, &environment).await
}

/// Prints the identity that a new chain finds, and where it searched.
async fn show_identity(
    emulator: &Emulator,
    environment: &TestEnvironment,
) -> Result<(), Box<dyn StdError>> {
    let metadata_url = emulator.metadata_url().ok_or("missing metadata service")?;
    let chain = ProviderChain::default_chain(EcsMetadata::at(metadata_url)?);
    let client = HyperTransport::new()?
        .client()
        .endpoint(emulator.endpoint().clone())
        .environment(environment.clone())
        .credentials_from(chain.clone())
        .build()?;
    println!("   {}", client.caller_identity().await?.principal_urn);
    println!("   {}", chain.report());
    Ok(())
}
