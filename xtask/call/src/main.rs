//! `cargo xtask call`: one call, through the whole client, from the command line.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

mod fields;
mod options;
mod outcome;
mod policy;
mod reason;
mod similar;
mod transports;

use std::process::ExitCode;

use self::options::{Command, Options};
use self::outcome::Outcome;

/// The exit code for wrong usage.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let command = match Options::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(complaint) => {
            eprintln!("call: {complaint}; see `cargo xtask call --help`");
            return ExitCode::from(USAGE);
        }
    };
    let options = match command {
        Command::Help => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Command::Call(options) => options,
    };
    match transports::call(&options) {
        Ok(outcome) => {
            println!("{}", outcome.line());
            match outcome {
                Outcome::Success(_) => ExitCode::SUCCESS,
                Outcome::Failure(reason) => {
                    eprintln!("call: {reason}");
                    ExitCode::FAILURE
                }
            }
        }
        Err(complaint) => {
            eprintln!("call: {complaint}");
            ExitCode::from(USAGE)
        }
    }
}
