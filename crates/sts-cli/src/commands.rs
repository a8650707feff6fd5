//! The subcommands.

mod assume;
mod cache;
mod completions;
mod decode;
mod doctor;
mod exec;
mod login;
mod logout;
mod providers;
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
    /// Assume an agency, and print its credentials
    Assume(assume::Assume),
    /// Run a command with credentials in its environment
    Exec(exec::Exec),
    /// List or remove cached credentials
    Cache(cache::Cache),
    /// Serve credentials to other programs on loopback
    Serve(serve::Serve),
    /// Send a signed request to any service
    Request(request::Request),
    /// Decode the reason of an access denial
    Decode(decode::Decode),
    /// Show which credential provider is used, and why
    Providers(providers::Providers),
    /// Check network, clock, credentials and permissions
    Doctor(doctor::Doctor),
    /// Sign in with IAM Identity Center in a browser (experimental)
    Login(login::Login),
    /// End the sign-in with IAM Identity Center
    Logout(logout::Logout),
    /// Print a completion script for a shell
    Completions(completions::Completions),
}

/// Runs a command of `program`.
pub(crate) fn run(
    command: Command,
    context: &Context,
    program: clap::Command,
) -> Result<ExitCode, Failure> {
    match command {
        Command::Whoami(command) => block_on(command.run(context)),
        Command::Assume(command) => block_on(command.run(context)),
        Command::Exec(command) => command.run(context),
        Command::Cache(command) => command.run(context),
        Command::Serve(command) => block_on(command.run(context)),
        Command::Request(command) => block_on(command.run(context)),
        Command::Decode(command) => block_on(command.run(context)),
        Command::Providers(command) => command.run(context),
        Command::Doctor(command) => block_on(command.run(context)),
        Command::Login(command) => command.run(context),
        Command::Logout(command) => command.run(context),
        Command::Completions(command) => command.run(program),
    }
}
