//! Assumes an agency and uses its credentials, over hyper and then over isahc.
//!
//! ```text
//! cargo run --example assume_agency
//! ```
//!
//! Without options it starts an emulator on this machine. With `--endpoint URL` or
//! `--region REGION` it calls that service instead, with the credentials of `HUAWEICLOUD_SDK_AK`,
//! `HUAWEICLOUD_SDK_SK` and, if they are temporary, `HUAWEICLOUD_SDK_SECURITY_TOKEN`.
//!
//! It exits with status 0 if every step has the expected result.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it shows what happens")]

use std::error::Error as StdError;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use sts_client::{Client, ClientBuilder, SystemEnvironment, Transport};
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_proto::{AssumeAgency, Credentials, Endpoint, ErrorKind, Region};
use sts_providers::EnvironmentVariables;

const HELP: &str = "\
usage: cargo run --example assume_agency -- [OPTIONS]

  --endpoint URL     call this service instead of an emulator; http:// only for tests
  --region REGION    call the service in this region, such as cn-north-4
  --agency URN       the agency to assume; default on this machine: that of the emulator
  --forbidden URN    an agency that denies access, to show a denial; default on this machine: that
                     of the emulator
  --wrong-secret     send a wrong signature to a service that is not on this machine; it counts as a
                     failed signature of the access key, and a few consecutive ones lock it
";

/// The service to call, and the steps.
struct Plan {
    endpoint: Endpoint,
    credentials: Credentials,
    agency: String,
    forbidden: Option<String>,
    shows_wrong_secret: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(complaint)) => {
            eprintln!("assume_agency: {complaint}");
            ExitCode::from(2)
        }
        Err(Failure::Step(error)) => {
            eprintln!("assume_agency: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  caused by: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let Some(options) = Options::parse().map_err(Failure::Usage)? else {
        print!("{HELP}");
        return Ok(());
    };
    // The emulator runs until this binding is dropped.
    let emulator = match options.endpoint {
        Some(_) => None,
        None => Some(Emulator::builder().start_blocking()?),
    };
    let plan = options.plan(emulator.as_ref()).map_err(Failure::Usage)?;

    println!("== {} over hyper", plan.endpoint);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(show(&plan, &HyperTransport::new()?))?;

    println!("== {} over isahc", plan.endpoint);
    futures_lite::future::block_on(show(&plan, &IsahcTransport::new()?))?;
    Ok(())
}

async fn show<T: Transport + Clone>(plan: &Plan, transport: &T) -> Result<(), Failure> {
    let client_with = |credentials: Credentials| {
        let builder: ClientBuilder<T> = Client::builder(transport.clone());
        builder.endpoint(plan.endpoint.clone()).credentials(Arc::new(credentials)).build()
    };
    let client = client_with(plan.credentials.clone())?;

    println!("1. assume {}", plan.agency);
    let operation = AssumeAgency::new(&plan.agency, "example").duration(Duration::from_secs(900));
    let session = client.assume_agency(operation).await?;
    println!("   session     {}", session.assumed_agency.urn);
    println!("   credentials {:?}", session.credentials);

    println!("2. get the caller identity with these credentials");
    let identity = client_with(session.credentials)?.caller_identity().await?;
    println!("   {} of account {}", identity.principal_urn, identity.account_id);
    expect(identity.principal_urn == session.assumed_agency.urn, "the session is the caller")?;

    if let Some(forbidden) = &plan.forbidden {
        println!("3. assume {forbidden}");
        let denied = client.assume_agency(AssumeAgency::new(forbidden, "example")).await;
        let error = client.explain_denial(failure_of(denied)?).await;
        println!("   {error}");
        println!("   reason {}", error.denial().unwrap_or("unknown"));
        expect(error.kind() == ErrorKind::AccessDenied, "the agency is denied")?;
        expect(error.denial().is_some(), "the reason can be decoded")?;
    } else {
        println!("3. left out: --forbidden gives an agency that denies access");
    }

    if !plan.shows_wrong_secret {
        println!(
            "4. left out: a failed signature counts against the access key; use --wrong-secret"
        );
        return Ok(());
    }
    println!("4. sign with a wrong secret");
    let mut wrong = plan.credentials.clone();
    wrong.secret_access_key = "not-the-secret".into();
    let error = failure_of(client_with(wrong)?.caller_identity().await)?;
    println!("   {error}");
    expect(error.kind() == ErrorKind::InvalidCredentials, "the signature is rejected")?;
    expect(error.stats().attempts == 1, "a rejected access key is not retried")
}

fn failure_of<T>(outcome: Result<T, sts_client::Error>) -> Result<sts_client::Error, Failure> {
    match outcome {
        Ok(_) => Err(Failure::Step("a call succeeded that must fail".into())),
        Err(error) => Ok(error),
    }
}

fn expect(holds: bool, what: &str) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(Failure::Step(format!("unexpected result; expected: {what}").into()))
    }
}

enum Failure {
    Usage(String),
    Step(Box<dyn StdError>),
}

impl<E: StdError + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Step(Box::new(error))
    }
}

#[derive(Default)]
struct Options {
    endpoint: Option<Endpoint>,
    agency: Option<String>,
    forbidden: Option<String>,
    wrong_secret: bool,
}

impl Options {
    /// Returns `None` if help is requested.
    fn parse() -> Result<Option<Self>, String> {
        use lexopt::prelude::{Long, Short, ValueExt};
        let mut options = Self::default();
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            let name = match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("wrong-secret") => {
                    options.wrong_secret = true;
                    continue;
                }
                Long(name @ ("endpoint" | "region" | "agency" | "forbidden")) => name.to_owned(),
                other => return Err(other.unexpected().to_string()),
            };
            let value = parser.value().and_then(ValueExt::string);
            let value = value.map_err(|error| error.to_string())?;
            match name.as_str() {
                "endpoint" | "region" if options.endpoint.is_some() => {
                    return Err("give one --endpoint or one --region".to_owned());
                }
                "agency" if options.agency.is_some() => {
                    return Err("--agency is given twice".to_owned());
                }
                "forbidden" if options.forbidden.is_some() => {
                    return Err("--forbidden is given twice".to_owned());
                }
                "endpoint" => {
                    let endpoint = Endpoint::parse_allowing_http(&value);
                    options.endpoint =
                        Some(endpoint.map_err(|error| format!("--endpoint: {error}"))?);
                }
                "region" => {
                    let region =
                        Region::new(value).map_err(|error| format!("--region: {error}"))?;
                    options.endpoint = Some(region.into());
                }
                "agency" => options.agency = Some(value),
                _ => options.forbidden = Some(value),
            }
        }
        Ok(Some(options))
    }

    fn plan(self, emulator: Option<&Emulator>) -> Result<Plan, String> {
        let (endpoint, credentials) = match (self.endpoint, emulator) {
            (Some(endpoint), _) => {
                let credentials = EnvironmentVariables.read(&SystemEnvironment);
                (endpoint, credentials.map_err(|error| error.to_string())?)
            }
            (None, Some(emulator)) => (emulator.endpoint().clone(), builtin::credentials()),
            (None, None) => return Err("missing endpoint".to_owned()),
        };
        // Most likely an emulator, which has the built-in agencies.
        let is_here = is_loopback(endpoint.host());
        let (agency, forbidden) = match self.agency {
            Some(agency) => (agency, self.forbidden),
            None if is_here => {
                let forbidden = self.forbidden.as_deref().unwrap_or(builtin::FORBIDDEN_AGENCY_URN);
                (builtin::AGENCY_URN.to_owned(), Some(forbidden.to_owned()))
            }
            None => return Err(format!("{endpoint} is not on this machine: missing --agency")),
        };
        let shows_wrong_secret = is_here || self.wrong_secret;
        Ok(Plan { endpoint, credentials, agency, forbidden, shows_wrong_secret })
    }
}

/// Returns whether `host` is a loopback host. An IPv6 address is in brackets.
fn is_loopback(host: &str) -> bool {
    let ipv6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host == "localhost"
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
        || ipv6.and_then(|host| host.parse().ok()).is_some_and(|host: Ipv6Addr| host.is_loopback())
}
