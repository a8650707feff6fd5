//! The command line.

use clap::Parser;
use clap::builder::styling::{AnsiColor, Styles};

use crate::commands::Command;
use crate::options::Options;

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

Exit codes: 0 success, 1 service or network failed, 2 usage, 3 no credentials")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
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
        assert!(help.lines().count() <= 50, "{help}");
    }
}
