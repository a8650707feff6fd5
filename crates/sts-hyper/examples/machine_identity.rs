//! Credential providers for programs inside the cloud: ECS metadata, pod identity and an ID token.
//!
//! ```text
//! cargo run -p sts-hyper --example machine_identity
//! ```
//!
//! An emulator on this machine serves all of them. Files come from a `TestEnvironment`, so the example
//! needs no setup. Programs use `SystemEnvironment`, the default.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error as StdError;

use sts_client::session::RefreshProvider;
use sts_client::test_util::TestEnvironment;
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_providers::{EcsMetadata, OidcAgency, PodIdentity};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn StdError>> {
    let emulator = Emulator::builder().metadata("127.0.0.1:0").start().await?;
    let metadata_url = emulator.metadata_url().ok_or("missing metadata service")?;
    let id_token = emulator.oidc_issuer().id_token("run-7", builtin::OIDC_CLIENT_ID);
    let environment = TestEnvironment::new();
    environment.write("/pod/token", builtin::POD_TOKEN);
    environment.write("/oidc/token", id_token.expose_secret());

    println!("1. ECS metadata");
    show_identity(&emulator, &environment, EcsMetadata::at(metadata_url)?).await?;

    println!("2. pod identity");
    let pod = PodIdentity::new(&format!("{metadata_url}/pod-identity"), "/pod/token")?;
    show_identity(&emulator, &environment, pod).await?;

    println!("3. an agency with an ID token from a file");
    let agency = OidcAgency::new(builtin::OIDC_PROVIDER_URN, builtin::AGENCY_URN, "/oidc/token");
    show_identity(&emulator, &environment, agency).await
}

/// Prints the identity of the provider's credentials.
async fn show_identity<P>(
    emulator: &Emulator,
    environment: &TestEnvironment,
    provider: P,
) -> Result<(), Box<dyn StdError>>
where
    P: RefreshProvider<Refresh: Send> + Send + Sync + 'static,
{
    let client = HyperTransport::new()?
        .client()
        .endpoint(emulator.endpoint().clone())
        .environment(environment.clone())
        .credentials_from(provider)
        .build()?;
    println!("   {}", client.caller_identity().await?.principal_urn);
    Ok(())
}
