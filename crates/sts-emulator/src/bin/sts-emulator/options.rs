//! Command-line options.

use std::collections::HashSet;
use std::ffi::OsString;
use std::num::NonZeroU8;
use std::path::PathBuf;

use lexopt::{Arg, Parser};
use sts_proto::Secret;

pub(crate) const HELP: &str = include_str!("help.txt");

/// Variable with the secret of the control endpoint. Options are visible to all users.
const SECRET_VARIABLE: &str = "STS_EMULATOR_CONTROL_SECRET";

/// Options that may be given several times.
const REPEATABLE: &[&str] = &["host-name"];

/// The requested action.
pub(crate) enum Invocation {
    Run(Box<Options>),
    /// Checks the health of a running emulator at this URL.
    Health(String),
    Help,
    Version,
}

/// Format of the log on standard error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[expect(clippy::struct_excessive_bools, reason = "each is an option without a value")]
pub(crate) struct Options {
    pub(crate) listen: String,
    pub(crate) workers: NonZeroU8,
    pub(crate) config: Option<PathBuf>,
    pub(crate) tls: bool,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) ca_key: Option<PathBuf>,
    pub(crate) host_names: Vec<String>,
    pub(crate) seed: Option<String>,
    pub(crate) echo: bool,
    pub(crate) any_service: bool,
    pub(crate) control: Option<String>,
    pub(crate) control_secret: Option<Secret>,
    pub(crate) metadata: Option<String>,
    pub(crate) oidc_issuer: Option<String>,
    pub(crate) allow_remote: bool,
    pub(crate) quiet: bool,
    pub(crate) log: LogFormat,
}

impl Options {
    pub(crate) fn parse(mut parser: Parser) -> Result<Invocation, String> {
        let mut options = Self::new();
        let mut secret_file = None;
        let mut health = None;
        let mut given = HashSet::new();
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            let name = match argument {
                Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
                Arg::Long("version") | Arg::Short('V') => return Ok(Invocation::Version),
                Arg::Long(name) => name.to_owned(),
                other => return Err(other.unexpected().to_string()),
            };
            if !given.insert(name.clone()) && !REPEATABLE.contains(&name.as_str()) {
                return Err(format!("duplicate option --{name}"));
            }
            let mut value = || parser.value().map_err(|error| error.to_string());
            match name.as_str() {
                "listen" => options.listen = text(&name, value()?)?,
                "workers" => options.workers = workers(&text(&name, value()?)?)?,
                "config" => options.config = Some(path(&name, value()?)?),
                "tls" => options.tls = true,
                "ca-file" => options.ca_file = Some(path(&name, value()?)?),
                "ca-key" => options.ca_key = Some(path(&name, value()?)?),
                "host-name" => options.host_names.push(text(&name, value()?)?),
                "seed" => options.seed = Some(text(&name, value()?)?),
                "control" => options.control = Some(text(&name, value()?)?),
                "control-secret-file" => secret_file = Some(path(&name, value()?)?),
                "metadata" => options.metadata = Some(text(&name, value()?)?),
                "oidc-issuer" => options.oidc_issuer = Some(text(&name, value()?)?),
                "allow-remote" => options.allow_remote = true,
                "echo" => options.echo = true,
                "any-service" => options.any_service = true,
                // Not shown if it is invalid: it may contain a password.
                "health" => {
                    let url = value()?.into_string();
                    health = Some(url.map_err(|_| "--health: must be UTF-8".to_owned())?);
                }
                "quiet" => options.quiet = true,
                "log" => options.log = log_format(&text(&name, value()?)?)?,
                _ => return Err(format!("unknown option --{name}")),
            }
        }
        if let Some(url) = health {
            if given.len() > 1 {
                return Err("--health cannot be combined with other options".to_owned());
            }
            return Ok(Invocation::Health(url));
        }
        if options.ca_file.is_some() && !options.tls {
            return Err("--ca-file requires --tls".to_owned());
        }
        if options.ca_key.is_some() && options.ca_file.is_none() {
            return Err("--ca-key requires --ca-file".to_owned());
        }
        options.control_secret = control_secret(secret_file)?;
        Ok(Invocation::Run(Box::new(options)))
    }

    fn new() -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            workers: NonZeroU8::MIN,
            config: None,
            tls: false,
            ca_file: None,
            ca_key: None,
            host_names: Vec::new(),
            seed: None,
            echo: false,
            any_service: false,
            control: None,
            control_secret: None,
            metadata: None,
            oidc_issuer: None,
            allow_remote: false,
            quiet: false,
            log: LogFormat::Text,
        }
    }
}

fn text(option: &str, value: OsString) -> Result<String, String> {
    match value.into_string() {
        Ok(text) if text.is_empty() => Err(format!("--{option} \"\": must not be empty")),
        Ok(text) => Ok(text),
        Err(value) => Err(format!("--{option} {:?}: must be UTF-8", value.display())),
    }
}

fn path(option: &str, value: OsString) -> Result<PathBuf, String> {
    if value.is_empty() {
        return Err(format!("--{option} \"\": must not be empty"));
    }
    Ok(value.into())
}

fn workers(value: &str) -> Result<NonZeroU8, String> {
    value.parse().map_err(|_| format!("--workers {value:?}: must be a number from 1 to 255"))
}

fn log_format(value: &str) -> Result<LogFormat, String> {
    match value {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("--log {value:?}: must be text or json")),
    }
}

/// Reads the secret from the file or from the variable.
fn control_secret(file: Option<PathBuf>) -> Result<Option<Secret>, String> {
    let variable = std::env::var_os(SECRET_VARIABLE);
    match (file, variable) {
        (Some(_), Some(_)) => {
            Err(format!("--control-secret-file: {SECRET_VARIABLE} is set as well; use one of them"))
        }
        (Some(path), None) => match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim_end_matches(['\r', '\n']).into())),
            Err(error) => Err(format!("--control-secret-file {:?}: {error}", path.display())),
        },
        (None, Some(value)) => match value.into_string() {
            Ok(text) => Ok(Some(text.into())),
            Err(_) => Err(format!("{SECRET_VARIABLE}: must be UTF-8")),
        },
        (None, None) => Ok(None),
    }
}
