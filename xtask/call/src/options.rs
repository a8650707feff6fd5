//! The command line.

use std::ffi::OsString;
use std::fs;

use lexopt::prelude::{Long, Short, Value};
use sts_client::SystemEnvironment;
use sts_proto::server::AnyOperation;
use sts_proto::{Authentication, Caller, Credentials, Endpoint, Region};
use sts_providers::EnvironmentVariables;
use sts_sign::Signer;

use crate::{fields, policy};

pub(crate) const HELP: &str = include_str!("../usage.txt");

#[derive(Clone, Copy)]
pub(crate) enum TransportName {
    Hyper,
    Isahc,
    IsahcBlocking,
    Reqwest,
}

pub(crate) struct Options {
    pub(crate) transport: TransportName,
    pub(crate) endpoint: Endpoint,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) ca: Option<Authority>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) validate: bool,
    pub(crate) operation: AnyOperation,
}

/// A file of certificates to trust.
pub(crate) struct Authority {
    pub(crate) path: String,
    pub(crate) pem: Vec<u8>,
}

pub(crate) enum Command {
    Help,
    Call(Box<Options>),
}

/// The arguments as given, not yet checked against each other.
#[derive(Default)]
struct Given {
    transport: Option<TransportName>,
    endpoint: Option<Endpoint>,
    ak: Option<String>,
    sk: Option<String>,
    token: Option<String>,
    ca: Option<Authority>,
    max_attempts: Option<u32>,
    no_validate: bool,
    operation: Option<String>,
    json: Option<String>,
}

impl Options {
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Command, String> {
        let mut given = Given::default();
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            let name = match argument {
                Short('h') | Long("help") => return Ok(Command::Help),
                Long("no-validate") => {
                    given.no_validate = true;
                    continue;
                }
                Long(
                    name @ ("transport" | "endpoint" | "region" | "ak" | "sk" | "token" | "ca"
                    | "max-attempts"),
                ) => name.to_owned(),
                Value(value) => {
                    given.positional(value)?;
                    continue;
                }
                other => return Err(other.unexpected().to_string()),
            };
            let value = parser.value().map_err(|error| error.to_string())?;
            given.option(&name, value)?;
        }
        given.finish().map(Box::new).map(Command::Call)
    }
}

impl Given {
    // A value that is out of place may be a secret, so none is repeated in a complaint.
    fn positional(&mut self, value: OsString) -> Result<(), String> {
        let (slot, name) = match (&self.operation, &self.json) {
            (None, _) => (&mut self.operation, "OPERATION"),
            (_, None) => (&mut self.json, "JSON"),
            _ => return Err("unexpected third argument: expected OPERATION and JSON".to_owned()),
        };
        set(slot, name, unicode(name, value)?)
    }

    fn option(&mut self, name: &str, value: OsString) -> Result<(), String> {
        let option = format!("--{name}");
        if name == "ca" {
            return set(&mut self.ca, &option, authority(&value)?);
        }
        let value = unicode(&option, value)?;
        match name {
            "transport" => set(&mut self.transport, &option, transport(&value)?),
            "endpoint" => {
                let endpoint = Endpoint::parse_allowing_http(&value);
                let endpoint = endpoint.map_err(|error| format!("--endpoint: {error}"))?;
                set(&mut self.endpoint, "--endpoint or --region", endpoint)
            }
            "region" => {
                let region = Region::new(value).map_err(|error| format!("--region: {error}"))?;
                set(&mut self.endpoint, "--endpoint or --region", Endpoint::from(region))
            }
            "ak" => set(&mut self.ak, &option, value),
            "sk" => set(&mut self.sk, &option, value),
            "token" => set(&mut self.token, &option, value),
            _ => {
                let attempts = value.parse().ok().filter(|&attempts: &u32| attempts > 0);
                let max = u32::MAX;
                let attempts = attempts.ok_or_else(|| {
                    format!("--max-attempts must be a number from 1 to {max}, not {value:?}")
                })?;
                set(&mut self.max_attempts, &option, attempts)
            }
        }
    }

    fn finish(self) -> Result<Options, String> {
        let transport = self.transport.ok_or("missing --transport")?;
        let endpoint = self.endpoint.ok_or("missing --endpoint (or --region)")?;
        let operation = self.operation.ok_or("missing OPERATION")?;
        let json = self.json.ok_or("missing JSON, an object such as {}")?;
        let operation = fields::read(&operation, &json)?;
        let is_signed = operation.authentication() == Authentication::Signed;
        let credentials = match (self.ak, self.sk, self.token) {
            (Some(ak), Some(sk), token) => Some(given_credentials(ak, sk, token)?),
            (None, Some(_), _) => return Err("missing --ak, which belongs to --sk".to_owned()),
            (Some(_), None, _) => return Err("missing --sk, which belongs to --ak".to_owned()),
            (None, None, Some(_)) => {
                return Err("missing --ak and --sk, which belong to --token".to_owned());
            }
            (None, None, None) if !is_signed => None,
            (None, None, None) => Some(from_environment(operation.name())?),
        };
        if !self.no_validate {
            let is_temporary = credentials.as_ref().is_some_and(Credentials::is_temporary);
            let caller = if is_temporary { Caller::Temporary } else { Caller::Permanent };
            operation.validate_for(caller).map_err(|error| error.to_string())?;
            policy_of(&operation).map_or(Ok(()), policy::check_text)?;
        }
        Ok(Options {
            transport,
            endpoint,
            credentials,
            ca: self.ca,
            max_attempts: self.max_attempts,
            validate: !self.no_validate,
            operation,
        })
    }
}

fn set<T>(slot: &mut Option<T>, name: &str, value: T) -> Result<(), String> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("{name} is given twice")),
    }
}

fn unicode(name: &str, value: OsString) -> Result<String, String> {
    value.into_string().map_err(|_| format!("{name} is not UTF-8"))
}

fn transport(name: &str) -> Result<TransportName, String> {
    Ok(match name {
        "hyper" => TransportName::Hyper,
        "isahc" => TransportName::Isahc,
        "isahc-blocking" => TransportName::IsahcBlocking,
        "reqwest" => TransportName::Reqwest,
        _ => {
            return Err(format!(
                "--transport must be hyper, isahc, isahc-blocking or reqwest, not {name:?}"
            ));
        }
    })
}

fn authority(path: &OsString) -> Result<Authority, String> {
    let shown = path.display().to_string();
    match fs::read(path) {
        Ok(pem) if pem.trim_ascii().is_empty() => Err(format!("--ca: {shown} is empty")),
        Ok(pem) => Ok(Authority { path: shown, pem }),
        Err(error) => Err(format!("--ca: cannot read {shown:?}: {error}")),
    }
}

fn given_credentials(ak: String, sk: String, token: Option<String>) -> Result<Credentials, String> {
    let mut credentials = Credentials::permanent(ak, sk);
    if let Some(token) = token {
        credentials = credentials.security_token(token);
    }
    Signer::new(&credentials)
        .map_err(|error| format!("cannot sign with --ak, --sk and --token: {error}"))?;
    Ok(credentials)
}

fn from_environment(operation: &str) -> Result<Credentials, String> {
    EnvironmentVariables.read(&SystemEnvironment).map_err(|error| {
        let or = if error.is_not_configured() { "; missing --ak and --sk" } else { "" };
        format!("{operation} is signed: {error}{or}")
    })
}

fn policy_of(operation: &AnyOperation) -> Option<&str> {
    match operation {
        AnyOperation::AssumeAgency(operation) => operation.policy.as_deref(),
        AnyOperation::AssumeAgencyWithOidc(operation) => operation.policy.as_deref(),
        AnyOperation::AssumeAgencyWithSaml(operation) => operation.policy.as_deref(),
        _ => None,
    }
}
