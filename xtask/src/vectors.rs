//! Compares recorded vectors with the public API.

mod ci_identity;
mod classic_iam;
mod identity_center;
mod local_identity;
mod outcome;
mod provider;
mod recorded;
mod response;
mod signing;
mod wire_request;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::task::{Arguments, Stop, Task, unexpected};

/// The reason why a vector fails.
type Failure = String;

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
    if let Some(result) = SERVICES.iter().find_map(|check| check(operation, vector)) {
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

/// Checks a vector of this operation; `None` if the operation is of another service.
type ServiceCheck = fn(&str, &str) -> Option<Result<(), Failure>>;

/// The checks of services other than STS.
const SERVICES: [ServiceCheck; 4] =
    [ci_identity::check, classic_iam::check, local_identity::check, identity_center::check];

/// Decodes a vector.
fn decode<'a, T: Deserialize<'a>>(vector: &'a str) -> Result<T, Failure> {
    serde_json::from_str(vector).map_err(|error| format!("cannot be read: {error}"))
}

/// The longest body that a vector may describe.
const LONGEST_BODY: usize = 64 << 20;

/// A body made of one text many times.
fn repeated(unit: &str, count: usize) -> Result<String, Failure> {
    match unit.len().checked_mul(count) {
        Some(length) if length <= LONGEST_BODY => Ok(unit.repeat(count)),
        _ => Err(format!("body_repeat describes more than {LONGEST_BODY} bytes")),
    }
}

/// Both sides of a comparison, in one line.
fn differs(what: &str, ours: &str, expected: &str) -> Failure {
    format!("{what} is {ours:?}, expected {expected:?}")
}

fn equal(what: &str, ours: &str, expected: &str) -> Result<(), Failure> {
    if ours == expected { Ok(()) } else { Err(differs(what, ours, expected)) }
}
