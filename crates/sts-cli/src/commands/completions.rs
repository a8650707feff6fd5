//! `sts completions`.

use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::failure::Failure;
use crate::output::write_stdout;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  sts completions bash > ~/.local/share/bash-completion/completions/sts")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// `program` is the whole command line.
    pub(crate) fn run(self, mut program: Command) -> Result<ExitCode, Failure> {
        let mut script = Vec::new();
        generate(self.shell, &mut program, "sts", &mut script);
        write_stdout(|out| out.write_all(&script))?;
        Ok(ExitCode::SUCCESS)
    }
}
