//! `cargo xtask call`: one real call, through the whole client, from the command line.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

mod options;
mod outcome;
mod transports;

use std::process::ExitCode;

use self::options::{Command, Options};

fn main() -> ExitCode {
    let command = match Options::parse() {
        Ok(command) => command,
        Err(complaint) => {
            eprintln!("call: {complaint}");
            return ExitCode::from(2);
        }
    };
    let options = match command {
        Command::Help => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Command::Call(options) => options,
    };
    match transports::call(*options) {
        Ok(outcome) => {
            println!("{}", outcome.line());
            outcome.exit_code()
        }
        Err(complaint) => {
            eprintln!("call: {complaint}");
            ExitCode::from(2)
        }
    }
}
