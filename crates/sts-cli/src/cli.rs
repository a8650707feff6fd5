//! The command line.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, ValueEnum};
use huaweicloud_sts::{Endpoint, Region};

use crate::commands::Command;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Temporary credentials of Huawei Cloud in the terminal
#[derive(Debug, Parser)]
#[command(name = "sts", version, styles = STYLES, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Examples:
  sts whoami
  sts providers
  sts whoami --region cn-north-4 --output json

Exit codes: 0 success, 1 the service or the network failed, 2 usage, 3 no credentials")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

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
    #[arg(long, global = true, value_name = "URL", value_parser = Endpoint::parse_allowing_loopback_http)]
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

/// Form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object in a line
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn each_help_fits_a_screen_and_has_an_example() {
        let mut command = Cli::command().term_width(80);
        command.build();
        for command in command.get_subcommands_mut().filter(|command| command.get_name() != "help")
        {
            let help = command.render_help().to_string();
            assert!(help.contains("Example"), "no example in:\n{help}");
            assert!(help.lines().count() <= 50, "{} lines:\n{help}", help.lines().count());
        }
        let help = command.render_help().to_string();
        assert!(help.lines().count() <= 40, "{help}");
    }
}
