//! `cargo xtask imports` and `cargo xtask language`: checks of the source text.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

mod files;
mod imports;
mod language;
mod modules;
mod text;

use std::env;
use std::path::Path;
use std::process::ExitCode;

const IMPORTS: &str = include_str!("../imports.txt");
const LANGUAGE: &str = include_str!("../language.txt");

fn main() -> ExitCode {
    let arguments = env::args_os().skip(1);
    let arguments: Vec<String> =
        arguments.map(|argument| argument.to_string_lossy().into_owned()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let outcome = match arguments[..] {
        ["imports"] => imports::check(root),
        ["language"] => language::check(root),
        ["language", "--measure"] => language::measure(root),
        ["imports", "--help" | "-h"] => {
            print!("{IMPORTS}");
            return ExitCode::SUCCESS;
        }
        ["language", "--help" | "-h"] => {
            print!("{LANGUAGE}");
            return ExitCode::SUCCESS;
        }
        [name @ ("imports" | "language"), unexpected, ..] => {
            eprintln!(
                "xtask: {name}: unexpected argument {unexpected:?}; see `cargo xtask {name} --help`"
            );
            return ExitCode::from(2);
        }
        _ => {
            eprint!("{IMPORTS}{LANGUAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
