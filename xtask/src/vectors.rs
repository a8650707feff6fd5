//! Compares recorded vectors with the public API.

mod response;
/// Shared with the tests of the providers.
#[path = "../../crates/sts-providers/tests/vectors/check/mod.rs"]
mod services;
mod signing;
mod wire_request;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use self::services::{Failure, decode, differs, equal, repeated};
use crate::task::{Arguments, Stop, Task, unexpected};

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    vectors: Vec<&'a RawValue>,
}

/// The fields that distinguish the kinds of vectors.
#[derive(Deserialize)]
struct Form {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    operation: Option<String>,
    #[serde(default)]
    algorithm: Option<String>,
    #[serde(default)]
    target: Option<String>,
    #[serde(default)]
    status: Option<u16>,
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

pub(crate) const TASK: Task = Task {
    name: "vectors",
    summary: "check vector files through the public API",
    help: "\
usage: cargo xtask vectors FILE...

Checks the vectors in these files against the crates: requests and responses of STS and of the
services of the credential providers, and signatures. Prints one
line for each failure, and `N passed, M failed` at the end.
",
    run,
};

fn run(arguments: Arguments) -> Result<bool, Stop> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Value(file) => files.push(file.into()),
            other => return Err(unexpected(other)),
        }
    }
    if files.is_empty() {
        return Err(Stop::Usage("missing FILE".to_owned()));
    }
    let mut tally = Tally::default();
    for file in &files {
        check_file(file, &mut tally);
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn check_file(path: &Path, tally: &mut Tally) {
    let mut count = |name: &str, result: Result<(), Failure>| match result {
        Ok(()) => tally.passed += 1,
        Err(failure) => {
            tally.failed += 1;
            println!("{}: {name}: {failure}", path.display());
        }
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return count("-", Err(format!("cannot be read: {error}"))),
    };
    match serde_json::from_str::<File<'_>>(&text) {
        Ok(file) if file.vectors.is_empty() => count("-", Err("holds no vectors".to_owned())),
        Ok(file) => {
            for (index, vector) in file.vectors.iter().enumerate() {
                let (name, result) = check(index, vector.get());
                count(&name, result);
            }
        }
        Err(error) => count("-", Err(format!("not a file of vectors: {error}"))),
    }
}

fn check(index: usize, vector: &str) -> (String, Result<(), Failure>) {
    let form: Form = match serde_json::from_str(vector) {
        Ok(form) => form,
        Err(error) => return (format!("#{index}"), Err(format!("not a vector: {error}"))),
    };
    let name = match (&form.name, &form.operation) {
        (Some(name), _) => name.clone(),
        (None, Some(operation)) => format!("#{index} {operation}"),
        (None, None) => format!("#{index}"),
    };
    let operation = form.operation.as_deref().unwrap_or_default();
    if let Some(result) = services::of_service(operation, vector) {
        return (name, result);
    }
    let result = match form {
        Form { algorithm: Some(_), .. } => signing::check(vector),
        Form { target: Some(_), .. } => wire_request::check(vector),
        Form { status: Some(_), .. } => response::check(vector),
        _ => Err("has none of the known forms".to_owned()),
    };
    (name, result)
}
