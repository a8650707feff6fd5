//! Credential providers for programs inside the cloud: ECS metadata, pod identity, an ID token, and
//! the provider chain. An emulator on this machine serves all of them.
//!
//! ```text
//! cargo run --example credential_providers
//! ```
//!
//! Variables and files come from a custom implementation, so the example needs no setup. Programs use
//! `SystemEnvironment`.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::io;
use std::path::Path;

use sts_client::session::RefreshProvider;
use sts_client::{Environment, InvalidVariable};
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_proto::Body;
use sts_providers::{EcsMetadata, OidcAgency, PodIdentity, ProviderChain};

/// An environment with its own variables and files.
#[derive(Clone, Default)]
struct Place {
    variables: BTreeMap<&'static str, String>,
    files: BTreeMap<&'static str, String>,
}

impl Environment for Place {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        Ok(self.variables.get(name).cloned())
    }

    fn read_file(&self, path: &Path) -> io::Result<Body> {
        let content = path.to_str().and_then(|path| self.files.get(path));
        Ok(Body::from(content.ok_or(io::ErrorKind::NotFound)?.clone().into_bytes()))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn StdError>> {
    let emulator = Emulator::builder().metadata("127.0.0.1:0").start().await?;
    let metadata_url = emulator.metadata_url().ok_or("missing metadata service")?;
    let id_token = emulator.oidc_issuer().id_token("run-7", builtin::OIDC_CLIENT_ID);

    let mut place = Place::default();
    place.files.insert("/pod/token", builtin::POD_TOKEN.to_owned());
    place.files.insert("/oidc/token", id_token.expose_secret().to_owned());

    println!("1. ECS metadata at {metadata_url}");
    let metadata = EcsMetadata::at(metadata_url)?;
    show_identity(&emulator, &place, metadata.clone()).await?;

    println!("2. pod identity");
    let pod = PodIdentity::new(&format!("{metadata_url}/pod-identity"), "/pod/token")?;
    show_identity(&emulator, &place, pod).await?;

    println!("3. an agency with an ID token from a file");
    let agency = OidcAgency::new(builtin::OIDC_PROVIDER_URN, builtin::AGENCY_URN, "/oidc/token");
    show_identity(&emulator, &place, agency).await?;

    println!("4. the provider chain without configuration");
    let chain = ProviderChain::default_chain(metadata.clone());
    show_identity(&emulator, &place, chain.clone()).await?;
    println!("   {}", chain.report());

    println!("5. the provider chain with variables for OIDC");
    for (name, value) in [
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", builtin::OIDC_PROVIDER_URN),
        ("HUAWEICLOUD_OIDC_AGENCY_URN", builtin::AGENCY_URN),
        ("HUAWEICLOUD_OIDC_TOKEN_FILE", "/oidc/token"),
    ] {
        place.variables.insert(name, value.to_owned());
    }
    let chain = ProviderChain::default_chain(metadata);
    show_identity(&emulator, &place, chain.clone()).await?;
    println!("   {}", chain.report());
    if chain.report().used() != Some("oidc") {
        return Err("the provider chain did not use OIDC first".into());
    }
    Ok(())
}

/// Prints the identity of the provider's credentials.
async fn show_identity<P>(
    emulator: &Emulator,
    place: &Place,
    provider: P,
) -> Result<(), Box<dyn StdError>>
where
    P: RefreshProvider<Refresh: Send> + Send + Sync + 'static,
{
    let client = HyperTransport::new()?
        .client()
        .endpoint(emulator.endpoint().clone())
        .environment(place.clone())
        .credentials_from(provider)
        .build()?;
    println!("   {}", client.caller_identity().await?.principal_urn);
    Ok(())
}
