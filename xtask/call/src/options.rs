//! The command line.

use lexopt::prelude::{Long, Short, Value, ValueExt};
use sts_client::SystemHost;
use sts_client::source::credentials_from_environment;
use sts_proto::server::{AnyOperation, UnreadableRequest};
use sts_proto::{Authentication, Caller, Credentials, Endpoint, Region};

pub(crate) const HELP: &str = "\
usage: cargo xtask call OPTIONS OPERATION JSON

OPERATION is the operation's name in snake case, JSON an object of its fields as on the wire.
Prints one line of JSON, with ok true or false. Exit: 0 success, 1 failure, 2 wrong usage or a
request that breaks documented limits, in which case nothing is sent.

  --transport NAME    hyper, isahc or isahc-blocking
  --endpoint URL      where STS is; http:// only for tests
  --region REGION     in place of --endpoint, such as cn-north-4
  --ak AK, --sk SK    the access key; not needed for operations that are not signed
  --token TOKEN       the security token of a temporary key, with --ak and --sk
  --ca FILE           a further certificate authority to trust, PEM
  --max-attempts N    how often the request is sent at most (3)
  --no-validate       send what breaks documented limits all the same

What stands on a command line can be seen by others on the machine. Leave --ak and --sk out, and the
key is that of HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK and, for a temporary one,
HUAWEICLOUD_SDK_SECURITY_TOKEN.
";

#[derive(Clone, Copy)]
pub(crate) enum TransportName {
    Hyper,
    Isahc,
    IsahcBlocking,
}

pub(crate) struct Options {
    pub(crate) transport: TransportName,
    pub(crate) endpoint: Endpoint,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) ca: Option<Vec<u8>>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) validate: bool,
    pub(crate) operation: AnyOperation,
}

pub(crate) enum Command {
    Help,
    Call(Box<Options>),
}

/// As they come; none is checked against another yet.
#[derive(Default)]
struct Given {
    transport: Option<TransportName>,
    endpoint: Option<Endpoint>,
    ak: Option<String>,
    sk: Option<String>,
    token: Option<String>,
    ca: Option<Vec<u8>>,
    max_attempts: Option<u32>,
    no_validate: bool,
    operation: Option<String>,
    json: Option<String>,
}

impl Options {
    pub(crate) fn parse() -> Result<Command, String> {
        let mut parser = lexopt::Parser::from_env();
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
                    given.positional(value.string().map_err(|error| error.to_string())?)?;
                    continue;
                }
                other => return Err(other.unexpected().to_string()),
            };
            let value = parser.value().and_then(ValueExt::string);
            given.option(&name, value.map_err(|error| error.to_string())?)?;
        }
        given.finish().map(Box::new).map(Command::Call)
    }
}

impl Given {
    fn positional(&mut self, value: String) -> Result<(), String> {
        match (&self.operation, &self.json) {
            (None, _) => self.operation = Some(value),
            (_, None) => self.json = Some(value),
            _ => {
                return Err(format!("unexpected argument {value:?}: there are OPERATION and JSON"));
            }
        }
        Ok(())
    }

    fn option(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "transport" => {
                self.transport = Some(match value.as_str() {
                    "hyper" => TransportName::Hyper,
                    "isahc" => TransportName::Isahc,
                    "isahc-blocking" => TransportName::IsahcBlocking,
                    _ => {
                        return Err(format!(
                            "--transport is hyper, isahc or isahc-blocking, not {value:?}"
                        ));
                    }
                });
            }
            "endpoint" => {
                let endpoint = Endpoint::parse_allowing_http(&value);
                self.endpoint = Some(endpoint.map_err(|error| format!("--endpoint: {error}"))?);
            }
            "region" => {
                let region = Region::new(value).map_err(|error| format!("--region: {error}"))?;
                self.endpoint = Some(Endpoint::from(region));
            }
            "ak" => self.ak = Some(value),
            "sk" => self.sk = Some(value),
            "token" => self.token = Some(value),
            "ca" => {
                let pem = std::fs::read(&value);
                self.ca =
                    Some(pem.map_err(|error| format!("--ca: cannot read {value:?}: {error}"))?);
            }
            _ => {
                let attempts = value.parse().ok().filter(|attempts| *attempts > 0);
                let complaint = || format!("--max-attempts is a number from 1 on, not {value:?}");
                self.max_attempts = Some(attempts.ok_or_else(complaint)?);
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Options, String> {
        let transport = self.transport.ok_or("--transport is missing")?;
        let endpoint = self.endpoint.ok_or("--endpoint (or --region) is missing")?;
        let operation = self.operation.ok_or("OPERATION is missing")?;
        let json = self.json.ok_or("JSON is missing, an object such as {}")?;
        let operation =
            AnyOperation::from_json(&operation, json.as_bytes()).map_err(|error| match error {
                UnreadableRequest::Body(why) => format!("JSON: {why}"),
                _ => format!(
                    "OPERATION is one of {}, not {operation:?}",
                    AnyOperation::names().collect::<Vec<_>>().join(", ")
                ),
            })?;
        let is_signed = operation.authentication() == Authentication::Signed;
        let credentials = match (self.ak, self.sk, self.token) {
            (Some(ak), Some(sk), None) => Some(Credentials::permanent(ak, sk)),
            (Some(ak), Some(sk), Some(token)) => {
                Some(Credentials::permanent(ak, sk).with_security_token(token))
            }
            (None, None, _) if !is_signed => None,
            (None, None, None) => Some(from_environment(operation.name())?),
            (None, None, Some(_)) => {
                return Err("--token is the token of --ak and --sk, which are missing".to_owned());
            }
            (None, Some(_), _) => return Err("--ak is missing".to_owned()),
            (Some(_), None, _) => return Err("--sk is missing".to_owned()),
        };
        if !self.no_validate {
            let is_temporary = credentials.as_ref().is_some_and(Credentials::is_temporary);
            let caller = if is_temporary { Caller::Temporary } else { Caller::Permanent };
            operation.validate_for(caller).map_err(|error| error.to_string())?;
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

fn from_environment(operation: &str) -> Result<Credentials, String> {
    credentials_from_environment(&SystemHost).map_err(|error| {
        let or = if error.is_not_configured() { ", and --ak and --sk are missing" } else { "" };
        format!("{operation} is signed: {error}{or}")
    })
}
