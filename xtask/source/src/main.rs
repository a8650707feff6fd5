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

const USAGE: &str = "\
usage: cargo xtask imports
       cargo xtask language [--measure]

  imports      checks each crate for import cycles between modules and for imports through the
               crate root; a type and its builder may import each other
  language     checks docs, comments and texts for words that the project does not use
  --measure    prints how often such words occur per 1,000 words of doc comments
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let outcome = match arguments[..] {
        ["imports"] => imports::check(root),
        ["language"] => language::check(root),
        ["language", "--measure"] => language::measure(root),
        [_, "--help" | "-h"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{USAGE}");
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
