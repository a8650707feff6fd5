//! Prints temporary credentials of an agency for programs that are not written in Rust.
//!
//! ```text
//! options="--region cn-north-4 --agency iam::ACCOUNT:agency:NAME"
//! cargo run --example credential_process -- $options
//! eval "$(cargo run -q --example credential_process -- $options --format env)"
//! ```
//!
//! `--format process` is the form of AWS's `credential_process`, version 1: one JSON object, read
//! by tools that speak S3, as the object storage of this cloud does. No official tool of Huawei
//! Cloud documents a program that it asks for credentials; for those there is `--format env`, with
//! the variables of the official SDKs and of the Terraform provider.
//!
//! The call is signed with the credentials of `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK` and, if
//! they are temporary, `HUAWEICLOUD_SDK_SECURITY_TOKEN`. To see the form of the output without an
//! account, give `--emulator`: its credentials are worthless, and it says so.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the output is the purpose")]

use std::error::Error as StdError;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use sts_client::SystemEnvironment;
use sts_emulator::{Emulator, builtin};
use sts_isahc::IsahcTransport;
use sts_proto::{AssumeAgency, Credentials, Endpoint, Region, Secret};
use sts_providers::EnvironmentVariables;
use time::format_description::well_known::Rfc3339;

const HELP: &str = "\
usage: cargo run --example credential_process -- [OPTIONS]

  --region REGION    assume the agency in this region, such as cn-north-4
  --endpoint URL     the same by endpoint; http:// only for tests
  --agency URN       the agency to assume
  --emulator         show the output with an emulator that ends with this program, in place of
                     --region and --agency; the credentials are not accepted anywhere
  --format FORM      process (the default): JSON as of AWS's credential_process
                     env: lines for a shell to evaluate

Exit codes: 0 success; 1 failure; 2 wrong usage.
";

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("credential_process: {error}; see --help");
            return ExitCode::from(2);
        }
    };
    match run(options) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("credential_process: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  caused by: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<String, Box<dyn StdError>> {
    // The emulator runs until this binding is dropped.
    let emulator;
    let (endpoint, agency, credentials) = match options.service {
        Service::At { endpoint, agency } => {
            (endpoint, agency, EnvironmentVariables.read(&SystemEnvironment)?)
        }
        Service::Emulator => {
            emulator = Emulator::builder().start_blocking()?;
            eprintln!(
                "credential_process: these are credentials of an emulator that ends with this \
                 program; nothing accepts them"
            );
            let agency = builtin::AGENCY_URN.to_owned();
            (emulator.endpoint().clone(), agency, builtin::credentials())
        }
    };

    let client = IsahcTransport::new()?
        .client()
        .endpoint(endpoint)
        .credentials(Arc::new(credentials))
        .build_blocking()?;
    let session = client.assume_agency(AssumeAgency::new(agency, "credential_process"))?;
    match options.form {
        Form::Process => for_process(&session.credentials),
        Form::Environment => for_shell(&session.credentials),
    }
}

fn for_process(credentials: &Credentials) -> Result<String, Box<dyn StdError>> {
    // Whole seconds, because not every reader accepts fractions.
    let end =
        credentials.expiration.ok_or("the credentials do not expire")?.replace_nanosecond(0)?;
    let object = json!({
        "Version": 1,
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key.expose_secret(),
        "SessionToken": credentials.security_token.as_ref().map(Secret::expose_secret),
        "Expiration": end.format(&Rfc3339)?,
    });
    Ok(object.to_string())
}

fn for_shell(credentials: &Credentials) -> Result<String, Box<dyn StdError>> {
    let token = credentials.security_token.as_ref().map_or("", Secret::expose_secret);
    let values = [&credentials.access_key_id, credentials.secret_access_key.expose_secret(), token];
    if values.iter().any(|value| value.contains('\'')) {
        return Err("the credentials contain a quote, which would end the string in a shell".into());
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

struct Options {
    service: Service,
    form: Form,
}

/// The service that issues the credentials. An emulator is used only on request, so that its
/// credentials are not mistaken for those of an account.
enum Service {
    At { endpoint: Endpoint, agency: String },
    Emulator,
}

impl Options {
    /// Returns `None` if help is requested.
    fn parse() -> Result<Option<Self>, Box<dyn StdError>> {
        use lexopt::prelude::{Long, Short, ValueExt};
        let (mut endpoint, mut agency, mut is_emulated) = (None, None, false);
        let mut form = Form::default();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            let name = match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("emulator") => {
                    is_emulated = true;
                    continue;
                }
                Long(name @ ("endpoint" | "region" | "agency" | "format")) => name.to_owned(),
                other => return Err(other.unexpected().into()),
            };
            let value = parser.value()?.string()?;
            match (name.as_str(), value.as_str()) {
                ("endpoint" | "region", _) if endpoint.is_some() => {
                    return Err("give one --endpoint or one --region".into());
                }
                ("agency", _) if agency.is_some() => return Err("--agency is given twice".into()),
                ("endpoint", _) => endpoint = Some(Endpoint::parse_allowing_http(&value)?),
                ("region", _) => endpoint = Some(Region::new(value)?.into()),
                ("agency", _) => agency = Some(value),
                (_, "process") => form = Form::Process,
                (_, "env") => form = Form::Environment,
                (_, other) => {
                    return Err(format!("--format must be process or env, not {other:?}").into());
                }
            }
        }
        let service = match (endpoint, agency, is_emulated) {
            (Some(endpoint), Some(agency), false) => Service::At { endpoint, agency },
            (None, None, true) => Service::Emulator,
            (_, _, true) => {
                return Err("--emulator has an endpoint and an agency of its own".into());
            }
            (None, _, false) => return Err("missing --region, --endpoint or --emulator".into()),
            (Some(_), None, false) => return Err("missing --agency".into()),
        };
        Ok(Some(Self { service, form }))
    }
}
