//! The options of all commands.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, ValueEnum};
use huaweicloud_sts::{Endpoint, Region};

/// Options of all commands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Options {
    /// Form of the output and of errors
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) output: Format,
    /// Region of STS, such as cn-north-4 [default: of the environment]
    #[arg(long, global = true, conflicts_with = "endpoint")]
    pub(crate) region: Option<Region>,
    /// URL of STS; plain http for loopback only [default: of the environment]
    #[arg(long, global = true, value_name = "URL", value_parser = EndpointParser)]
    pub(crate) endpoint: Option<Endpoint>,
    /// Use this profile of KooCLI, and no other provider
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "provider")]
    pub(crate) profile: Option<String>,
    /// Use this provider, and no other (`sts providers` lists them)
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// PEM file of root certificates, in addition to those of the machine
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Print attempts, providers and the clock offset to standard error
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

impl Options {
    /// Returns two options that exclude each other. clap does not notice that if one of them is before
    /// the subcommand, and the other one behind it.
    pub(crate) fn conflict(&self) -> Option<[&'static str; 2]> {
        if self.region.is_some() && self.endpoint.is_some() {
            Some(["--region <REGION>", "--endpoint <URL>"])
        } else if self.profile.is_some() && self.provider.is_some() {
            Some(["--profile <NAME>", "--provider <NAME>"])
        } else {
            None
        }
    }
}

/// Parses the URL of STS. In contrast to the parsers of clap, it does not quote an invalid value, which
/// may contain a password.
#[derive(Clone)]
struct EndpointParser;

impl TypedValueParser for EndpointParser {
    type Value = Endpoint;

    fn parse_ref(
        &self,
        command: &Command,
        _: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Endpoint, clap::Error> {
        Endpoint::parse_allowing_loopback_http(&value.to_string_lossy()).map_err(|error| {
            let message = format!("--endpoint: {error}\n");
            clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

/// Form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object in a line
    Json,
}
