//! Credentials over reqwest, and a request signed with them.
//!
//! ```text
//! cargo run -p sts-reqwest --example reqwest_transport
//! ```
//!
//! It calls an emulator on this machine.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error as StdError;

use sts_client::proto::AssumeAgency;
use sts_emulator::{Emulator, builtin};
use sts_reqwest::reqwest::{Client, Method, Request, redirect, retry};
use sts_reqwest::{ReqwestTransport, sign};
use sts_sign::Signer;
use time::OffsetDateTime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn StdError>> {
    // This workspace builds reqwest without a crypto provider; its feature `rustls` has one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let emulator = Emulator::builder().start().await?;

    // A client of your own, with the settings that the transport requires.
    let http = Client::builder()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .build()?;
    let client = ReqwestTransport::from_client(http.clone())
        .direct_client(http.clone())
        .client()
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build()?;
    let agency = AssumeAgency::new(builtin::AGENCY_URN, "example");
    let session = client.assume_agency(agency).await?;
    println!("{:?}", session.credentials);

    // The same client sends signed requests to any service.
    let url =
        format!("{}/v5/caller-identity", emulator.endpoint().to_string().trim_end_matches('/'));
    let mut request = Request::new(Method::GET, url.parse()?);
    let signer = Signer::new(&session.credentials)?;
    sign(&mut request, &signer, OffsetDateTime::now_utc())?;
    println!("{}", http.execute(request).await?.text().await?);
    Ok(())
}
