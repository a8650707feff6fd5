//! The places that give temporary keys inside the cloud, and the chain that finds the right one:
//! ECS metadata, pod identity, an ID token. An emulator on this machine stands for all of them.
//!
//! ```text
//! cargo run --example credential_sources
//! ```
//!
//! Variables and files come from a host of its own here, so that nothing has to be set up; a
//! program takes `SystemHost`.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::io;
use std::path::Path;
use std::time::Duration;

use sts_client::source::{Chain, EcsMetadata, OidcAgency, PodIdentity};
use sts_client::{Client, Host, InvalidVariable, Now, ProvideCredentials, SystemHost};
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_proto::Body;

/// A host with variables and files of its own. Its clocks are the machine's.
#[derive(Clone, Default)]
struct Place {
    variables: BTreeMap<&'static str, String>,
    files: BTreeMap<&'static str, String>,
}

impl Host for Place {
    fn now(&self) -> Now {
        SystemHost.now()
    }

    fn ticks(&self) -> Duration {
        SystemHost.ticks()
    }

    fn seed(&self) -> u64 {
        SystemHost.seed()
    }

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
    let metadata_url = emulator.metadata_url().ok_or("the emulator was told to have one")?;
    let id_token = emulator.oidc_issuer().id_token("run-7", builtin::OIDC_CLIENT_ID);

    let mut place = Place::default();
    place.files.insert("/pod/token", builtin::POD_TOKEN.to_owned());
    place.files.insert("/oidc/token", id_token.expose_secret().to_owned());

    // Needs no keys: it lends its transport, its host and its endpoint to the sources.
    let lender = |place: &Place| {
        let transport = HyperTransport::new()?;
        let builder = Client::builder(transport, place.clone());
        builder.endpoint(emulator.endpoint().clone()).build().map_err(Box::<dyn StdError>::from)
    };

    println!("1. the agency of an ECS, from its metadata service at {metadata_url}");
    let metadata = EcsMetadata::at(metadata_url)?;
    tell(&emulator, lender(&place)?.session_from(metadata.clone())).await?;

    println!("2. the service account of a pod, from the pod identity agent");
    let pod = PodIdentity::new(&format!("{metadata_url}/pod-identity"), "/pod/token")?;
    tell(&emulator, lender(&place)?.session_from(pod)).await?;

    println!("3. an agency, for an ID token in a file");
    let agency = OidcAgency::new(builtin::OIDC_PROVIDER_URN, builtin::AGENCY_URN, "/oidc/token");
    tell(&emulator, lender(&place)?.session_from(agency)).await?;

    println!("4. the chain, where nothing is configured but the machine");
    let chain = Chain::standard(&lender(&place)?, metadata.clone());
    tell(&emulator, chain.clone()).await?;
    println!("   {}", chain.report());

    println!("5. the chain, with variables for OIDC");
    for (name, value) in [
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", builtin::OIDC_PROVIDER_URN),
        ("HUAWEICLOUD_OIDC_AGENCY_URN", builtin::AGENCY_URN),
        ("HUAWEICLOUD_OIDC_TOKEN_FILE", "/oidc/token"),
    ] {
        place.variables.insert(name, value.to_owned());
    }
    let chain = Chain::standard(&lender(&place)?, metadata);
    tell(&emulator, chain.clone()).await?;
    println!("   {}", chain.report());
    if chain.report().used() != Some("OIDC agency") {
        return Err("OIDC comes first".into());
    }
    Ok(())
}

/// Tells whose keys a source gives.
async fn tell(
    emulator: &Emulator,
    source: impl ProvideCredentials,
) -> Result<(), Box<dyn StdError>> {
    let client = HyperTransport::new()?
        .client()
        .endpoint(emulator.endpoint().clone())
        .credentials_provider(source)
        .build()?;
    println!("   {}", client.caller_identity().await?.principal_urn);
    Ok(())
}
