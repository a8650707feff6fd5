//! The main job: assume an agency and use the keys, over hyper and then over isahc.
//!
//! ```text
//! cargo run --example assume_agency
//! ```
//!
//! Without options it starts an emulator on this machine. With `--endpoint URL` or
//! `--region REGION` it talks to that service instead, with the keys of `HUAWEICLOUD_SDK_AK`,
//! `HUAWEICLOUD_SDK_SK` and, for temporary ones, `HUAWEICLOUD_SDK_SECURITY_TOKEN`.
//!
//! It ends with status 0 if every step that it showed came out as it should.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it shows what happens")]

use std::error::Error as StdError;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use sts_client::source::credentials_from_environment;
use sts_client::{Client, ClientBuilder, SystemHost, Transport};
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_proto::{AssumeAgency, Credentials, Endpoint, ErrorKind, Region};

const HELP: &str = "\
usage: cargo run --example assume_agency -- [OPTIONS]

  --endpoint URL     talk to this service instead of an emulator; http:// only for tests
  --region REGION    the same by region, such as cn-north-4
  --agency URN       the agency to assume; on this machine that of an emulator by default
  --forbidden URN    an agency that must not be assumed, to show a denial; that of an emulator, if
                     the other one is
  --wrong-secret     show a wrong signature elsewhere than on this machine, too: it counts as a
                     failed one of the real key, and a few in a row lock it
";

/// What to show, and where.
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
                eprintln!("  because: {error}");
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
    // It lives as long as this binding.
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
        let builder: ClientBuilder<T> = Client::builder(transport.clone(), SystemHost);
        builder.endpoint(plan.endpoint.clone()).credentials(Arc::new(credentials)).build()
    };
    let client = client_with(plan.credentials.clone())?;

    println!("1. assume {}", plan.agency);
    let operation = AssumeAgency::new(&plan.agency, "example").duration(Duration::from_secs(900));
    let session = client.assume_agency(operation).await?;
    println!("   session {}", session.assumed_agency.urn);
    println!("   keys    {:?}", session.credentials);

    println!("2. who am I with these keys?");
    let identity = client_with(session.credentials)?.caller_identity().await?;
    println!("   {} of account {}", identity.principal_urn, identity.account_id);
    expect(identity.principal_urn == session.assumed_agency.urn, "the session is the caller")?;

    if let Some(forbidden) = &plan.forbidden {
        println!("3. assume {forbidden}");
        let denied = client.assume_agency(AssumeAgency::new(forbidden, "example")).await;
        let error = client.explain_denial(failure_of(denied)?).await;
        println!("   {error}");
        println!("   reason {}", error.denial().unwrap_or("not told"));
        expect(error.kind() == ErrorKind::AccessDenied, "the agency is denied")?;
        expect(error.denial().is_some(), "the reason can be decoded")?;
    } else {
        println!("3. left out: give an agency that must not be assumed with --forbidden");
    }

    if !plan.shows_wrong_secret {
        println!("4. left out: a wrong signature counts against the key; --wrong-secret makes one");
        return Ok(());
    }
    println!("4. sign with a wrong secret");
    let mut wrong = plan.credentials.clone();
    wrong.secret_access_key = "not-the-secret".into();
    let error = failure_of(client_with(wrong)?.caller_identity().await)?;
    println!("   {error}");
    expect(error.kind() == ErrorKind::InvalidCredentials, "the signature is refused")?;
    expect(error.report().attempts == 1, "a refused key is not tried again")
}

fn failure_of<T>(outcome: Result<T, sts_client::Error>) -> Result<sts_client::Error, Failure> {
    match outcome {
        Ok(_) => Err(Failure::Step("a call succeeded that must not".into())),
        Err(error) => Ok(error),
    }
}

fn expect(holds: bool, what: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::Step(format!("it does not hold that {what}").into())) }
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
    /// `None` if help was asked for.
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
                let credentials = credentials_from_environment(&SystemHost);
                (endpoint, credentials.map_err(|error| error.to_string())?)
            }
            (None, Some(emulator)) => (emulator.endpoint().clone(), builtin::credentials()),
            (None, None) => return Err("there is no endpoint".to_owned()),
        };
        // An emulator, most likely: nobody else has the built-in agencies.
        let is_here = is_loopback(endpoint.host());
        let (agency, forbidden) = match self.agency {
            Some(agency) => (agency, self.forbidden),
            None if is_here => {
                let forbidden = self.forbidden.as_deref().unwrap_or(builtin::FORBIDDEN_AGENCY_URN);
                (builtin::AGENCY_URN.to_owned(), Some(forbidden.to_owned()))
            }
            None => return Err(format!("{endpoint} is not on this machine: --agency is missing")),
        };
        let shows_wrong_secret = is_here || self.wrong_secret;
        Ok(Plan { endpoint, credentials, agency, forbidden, shows_wrong_secret })
    }
}

/// Whether `host`, IPv6 in brackets, is this machine.
fn is_loopback(host: &str) -> bool {
    let ipv6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host == "localhost"
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
        || ipv6.and_then(|host| host.parse().ok()).is_some_and(|host: Ipv6Addr| host.is_loopback())
}
