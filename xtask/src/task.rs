//! A command of `cargo xtask`, and how its arguments are read.

use std::ffi::OsString;
use std::process::ExitCode;

use lexopt::Arg::{Long, Short, Value};
use lexopt::{Parser, ValueExt as _};

/// A command of `cargo xtask`.
pub(crate) struct Task {
    pub(crate) name: &'static str,
    /// One line for the list of commands.
    pub(crate) summary: &'static str,
    /// The text of `--help`.
    pub(crate) help: &'static str,
    /// Runs the command. Returns `false` if it failed and has printed the reason.
    pub(crate) run: fn(Arguments) -> Result<bool, Stop>,
}

/// The arguments after the name of the command.
pub(crate) type Arguments = Vec<OsString>;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// `--help` was given.
    Help,
    /// The arguments are invalid.
    Usage(String),
    /// The command failed.
    Failed(String),
    /// A program exited with this code and has printed the reason.
    Ended(ExitCode),
}

impl From<String> for Stop {
    fn from(complaint: String) -> Self {
        Self::Failed(complaint)
    }
}

impl From<lexopt::Error> for Stop {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

/// Returns the error for an unexpected argument.
pub(crate) fn unexpected(argument: lexopt::Arg<'_>) -> Stop {
    match argument {
        Short('h') | Long("help") => Stop::Help,
        Short(_) | Long(_) | Value(_) => argument.unexpected().into(),
    }
}

/// For a command without arguments.
pub(crate) fn no_arguments(arguments: Arguments) -> Result<(), Stop> {
    match Parser::from_args(arguments).next()? {
        None => Ok(()),
        Some(argument) => Err(unexpected(argument)),
    }
}

/// For a command that takes any number of names.
pub(crate) fn names(arguments: Arguments) -> Result<Vec<String>, Stop> {
    let mut names = Vec::new();
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Value(name) => names.push(name.string()?),
            other => return Err(unexpected(other)),
        }
    }
    Ok(names)
}

/// For a command that takes at most one of these options: which one was given.
pub(crate) fn one_option(
    arguments: Arguments,
    options: &[&'static str],
) -> Result<Option<&'static str>, Stop> {
    let mut given = None;
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        let option = match argument {
            Long(name) => options.iter().find(|option| **option == name),
            _ => None,
        };
        match (option, given) {
            (None, _) => return Err(unexpected(argument)),
            (Some(option), None) => given = Some(*option),
            (Some(option), Some(other)) if *option == other => {
                return Err(Stop::Usage(format!("--{option} is given twice")));
            }
            (Some(option), Some(other)) => {
                return Err(Stop::Usage(format!("give either --{other} or --{option}")));
            }
        }
    }
    Ok(given)
}
