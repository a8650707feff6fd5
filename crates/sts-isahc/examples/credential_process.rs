//! Prints temporary credentials of an agency for programs that are not written in Rust.
//!
//! ```text
//! cargo run -p sts-isahc --example credential_process -- cn-north-4 iam::ACCOUNT:agency:NAME
//! ```
//!
//! The output is one JSON object in the format of AWS's `credential_process`, version 1, which tools
//! for S3 read. The call is signed with the credentials of `HUAWEICLOUD_SDK_AK` and
//! `HUAWEICLOUD_SDK_SK`. For an emulator, pass its URL instead of the region.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the output is the purpose")]

use std::error::Error as StdError;
use std::process::ExitCode;

use serde_json::json;
use sts_client::SystemEnvironment;
use sts_isahc::IsahcTransport;
use sts_proto::{AssumeAgency, Endpoint, Region, Secret};
use sts_providers::EnvironmentVariables;
use time::format_description::well_known::Rfc3339;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [service, agency] = arguments.as_slice() else {
        eprintln!("usage: credential_process REGION-OR-URL AGENCY-URN");
        return ExitCode::from(2);
    };
    match credentials(service, agency) {
        Ok(object) => println!("{object}"),
        Err(error) => {
            eprintln!("credential_process: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn credentials(service: &str, agency: &str) -> Result<serde_json::Value, Box<dyn StdError>> {
    let endpoint = match Region::new(service) {
        Ok(region) => region.into(),
        Err(_) => Endpoint::parse_allowing_http(service)?,
    };
    let client = IsahcTransport::new()?
        .client()
        .endpoint(endpoint)
        .credentials(EnvironmentVariables.read(&SystemEnvironment)?)
        .build_blocking()?;
    let output = client.assume_agency(AssumeAgency::new(agency, "credential_process"))?;
    let credentials = output.credentials;
    let expiration = credentials.expiration.ok_or("the credentials do not expire")?;
    Ok(json!({
        "Version": 1,
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key.expose_secret(),
        "SessionToken": credentials.security_token.as_ref().map(Secret::expose_secret),
        // Whole seconds, because not every reader accepts fractions.
        "Expiration": expiration.replace_nanosecond(0)?.format(&Rfc3339)?,
    }))
}
