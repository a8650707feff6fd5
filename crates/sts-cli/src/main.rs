#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod agency;
mod causes;
mod child;
mod cli;
mod commands;
mod connection;
mod context;
mod directories;
mod encoded_message;
mod failure;
#[cfg(test)]
mod generated;
mod input;
mod layout;
mod local_server;
mod memory;
mod notes;
mod options;
mod output;
mod printable;
mod provider_names;
mod shell;
mod sign_in_file;
mod signals;
mod terminal;
mod variables;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use self::cli::Cli;
use self::context::Context;

fn main() -> ExitCode {
    memory::protect();
    let Cli { options, command } = Cli::parse();
    if let Some([one, other]) = options.conflict() {
        let message = format!("the argument '{one}' cannot be used with '{other}'");
        Cli::command().error(ErrorKind::ArgumentConflict, message).exit();
    }
    let context = Context::new(options);
    match commands::run(command, &context, Cli::command()) {
        Ok(code) => code,
        Err(failure) => context.report(&failure),
    }
}
