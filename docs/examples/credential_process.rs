//! Prints temporary keys for programs that are not written in Rust.
//!
//! ```text
//! cargo run --example credential_process -- --region cn-north-4 --agency iam::ACCOUNT:agency:NAME
//! eval "$(cargo run -q --example credential_process -- --format env)"
//! ```
//!
//! `--format process` is the form of AWS's `credential_process`, version 1: one JSON object, read
//! by tools that speak S3, as the object storage of this cloud does. No official tool of Huawei
//! Cloud documents a program that it would ask for keys; for those there is `--format env`, with
//! the variables of the official SDKs and of the Terraform provider.
//!
//! Without `--region` or `--endpoint` it starts an emulator, and the keys end with it. Otherwise
//! the call is signed with the keys of `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK` and, for
//! temporary ones, `HUAWEICLOUD_SDK_SECURITY_TOKEN`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is what it is for")]

use std::error::Error as StdError;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use sts_client::SystemHost;
use sts_client::source::credentials_from_environment;
use sts_emulator::{Emulator, builtin};
use sts_isahc::IsahcTransport;
use sts_proto::{AssumeAgency, Credentials, Endpoint, Region, Secret};
use time::format_description::well_known::Rfc3339;

const HELP: &str = "\
usage: cargo run --example credential_process -- [OPTIONS]

  --endpoint URL     assume the agency at this service; http:// only for tests
  --region REGION    the same by region, such as cn-north-4
  --agency URN       the agency to assume
  --format FORM      process (the default): JSON as of AWS's credential_process
                     env: lines for a shell to evaluate
";

fn main() -> ExitCode {
    match run() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("credential_process: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Box<dyn StdError>> {
    let Some(options) = Options::parse()? else { return Ok(HELP.trim_end().to_owned()) };
    // It lives as long as this binding.
    let emulator = match options.endpoint {
        Some(_) => None,
        None => Some(Emulator::builder().start_blocking()?),
    };
    let (endpoint, own_keys) = match (options.endpoint, &emulator) {
        (Some(endpoint), _) => (endpoint, credentials_from_environment(&SystemHost)?),
        (None, Some(emulator)) => (emulator.endpoint().clone(), builtin::credentials()),
        (None, None) => return Err("there is no endpoint".into()),
    };
    let agency = options.agency.unwrap_or_else(|| builtin::AGENCY_URN.to_owned());

    let client = IsahcTransport::new()?
        .client()
        .endpoint(endpoint)
        .credentials(Arc::new(own_keys))
        .build_blocking()?;
    let keys = client.assume_agency(AssumeAgency::new(agency, "credential_process"))?.credentials;
    match options.form {
        Form::Process => for_process(&keys),
        Form::Environment => for_shell(&keys),
    }
}

fn for_process(keys: &Credentials) -> Result<String, Box<dyn StdError>> {
    // Whole seconds: not every reader knows fractions.
    let end = keys.expiration.ok_or("the keys have no end")?.replace_nanosecond(0)?;
    let object = json!({
        "Version": 1,
        "AccessKeyId": keys.access_key_id,
        "SecretAccessKey": keys.secret_access_key.expose_secret(),
        "SessionToken": keys.security_token.as_ref().map(Secret::expose_secret),
        "Expiration": end.format(&Rfc3339)?,
    });
    Ok(object.to_string())
}

fn for_shell(keys: &Credentials) -> Result<String, Box<dyn StdError>> {
    let token = keys.security_token.as_ref().map_or("", Secret::expose_secret);
    let values = [&keys.access_key_id, keys.secret_access_key.expose_secret(), token];
    if values.iter().any(|value| value.contains('\'')) {
        return Err("a key holds a quote, which a shell would take for its end".into());
    }
    let names = [
        ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"],
        ["HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN"],
    ];
    let lines = names.iter().flat_map(|names| {
        names.iter().zip(values).map(|(name, value)| format!("export {name}='{value}'"))
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

#[derive(Clone, Copy, Default)]
enum Form {
    #[default]
    Process,
    Environment,
}

#[derive(Default)]
struct Options {
    endpoint: Option<Endpoint>,
    agency: Option<String>,
    form: Form,
}

impl Options {
    /// `None` if help was asked for.
    fn parse() -> Result<Option<Self>, Box<dyn StdError>> {
        use lexopt::prelude::{Long, Short, ValueExt};
        let mut options = Self::default();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            let name = match argument {
                Short('h') | Long("help") => return Ok(None),
                Long(name @ ("endpoint" | "region" | "agency" | "format")) => name.to_owned(),
                other => return Err(other.unexpected().into()),
            };
            let value = parser.value()?.string()?;
            match (name.as_str(), value.as_str()) {
                ("endpoint", _) => {
                    options.endpoint = Some(Endpoint::parse_allowing_http(&value)?);
                }
                ("region", _) => options.endpoint = Some(Region::new(value)?.into()),
                ("agency", _) => options.agency = Some(value),
                (_, "process") => options.form = Form::Process,
                (_, "env") => options.form = Form::Environment,
                (_, other) => return Err(format!("--format: {other} is no form").into()),
            }
        }
        Ok(Some(options))
    }
}
