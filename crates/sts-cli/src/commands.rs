//! The subcommands.

mod completions;
mod decode;
mod request;
mod serve;
mod whoami;

use std::process::ExitCode;

use clap::Subcommand;

use crate::context::{Context, block_on};
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the identity of the credentials
    Whoami(whoami::Whoami),
    /// Serve credentials to other programs on loopback
    Serve(serve::Serve),
    /// Send a signed request to any service
    Request(request::Request),
    /// Decode the reason of an access denial
    Decode(decode::Decode),
    /// Print a completion script for a shell
    Completions(completions::Completions),
}

pub(crate) fn run(command: Command, context: &Context) -> Result<ExitCode, Failure> {
    match command {
        Command::Whoami(command) => block_on(command.run(context)),
        Command::Serve(command) => block_on(command.run(context)),
        Command::Request(command) => block_on(command.run(context)),
        Command::Decode(command) => block_on(command.run(context)),
        Command::Completions(command) => command.run(),
    }
}
