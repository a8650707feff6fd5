//! A small SDK for a service other than STS, with credentials that its user chooses.
//!
//! ```text
//! cargo run -p sts-reqwest --example sdk_author
//! ```
//!
//! `ecs.rs` and `exchange.rs` are the SDK, and `service.rs` a mock of the service that verifies signatures. The guide
//! `docs/sdk-author.md` explains them.
#![expect(clippy::print_stdout, reason = "example output")]
#![expect(unreachable_pub, reason = "the modules read like crates")]

mod ecs;
mod exchange;
mod responses;
mod service;
mod vault;
mod verification;

use sts_credentials::{Credentials, SharedCredentials};

use crate::ecs::{Ecs, Error};
use crate::service::Service;
use crate::vault::Vault;
use crate::verification::SECRET;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // This workspace builds reqwest without a provider of cryptography; yours has one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let service = Service::start().await?;
    let endpoint = format!("http://{}", service.address);
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none()) // a signature is valid for one host
        .retry(reqwest::retry::never()) // and for one date
        .build()?;
    let fixed = Credentials::permanent("EXAMPLEAK00000000001", SECRET);
    let ecs = Ecs::new(http.clone(), &endpoint, "0a1b", fixed);

    println!("pages: {:?}", ecs.servers("web").await?);
    println!("query: {:?} {:?}", ecs.servers("b 1").await?, ecs.servers("+").await?);
    println!("body: {}", ecs.start(&["s1", "s2"]).await?);
    println!("derived keys: {:?}", ecs.clone().derived_keys("cn-north-4").servers("db").await?);
    if let Err(error) = ecs.start(&[]).await {
        println!("error: {error}");
    }

    let vault = Ecs::new(http, &endpoint, "0a1b", SharedCredentials::new(Vault));
    service.revoke("OLD");
    println!("rotated: {:?}", vault.servers("db").await?);
    service.set_clock_ahead(time::Duration::HOUR);
    println!("clock: {:?}", ecs.servers("db").await?);
    service.revoke("EXAMPLEAK00000000001");
    if let Err(error) = ecs.servers("db").await {
        println!("rejected: {error}");
    }
    Ok(())
}
