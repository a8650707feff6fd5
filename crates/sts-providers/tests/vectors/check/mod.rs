//! Checks of recorded vectors, by the public API of the providers. `cargo xtask vectors` uses them too.

pub(crate) mod ci_identity;
pub(crate) mod classic_iam;
pub(crate) mod identity_center;
pub(crate) mod local_identity;
pub(crate) mod outcome;
pub(crate) mod provider;
pub(crate) mod recorded;

use serde::Deserialize;

/// The reason why a vector fails.
pub(crate) type Failure = String;

/// Checks a vector of this operation; `None` if the operation is of another service.
type ServiceCheck = fn(&str, &str) -> Option<Result<(), Failure>>;

/// The checks of services other than STS.
const SERVICES: [ServiceCheck; 4] =
    [ci_identity::check, classic_iam::check, local_identity::check, identity_center::check];

/// Checks a vector of a service other than STS; `None` if the operation is not of one.
pub(crate) fn of_service(operation: &str, vector: &str) -> Option<Result<(), Failure>> {
    SERVICES.iter().find_map(|check| check(operation, vector))
}

/// Decodes a vector.
pub(crate) fn decode<'a, T: Deserialize<'a>>(vector: &'a str) -> Result<T, Failure> {
    serde_json::from_str(vector).map_err(|error| format!("cannot be read: {error}"))
}

/// The longest body that a vector may describe.
const LONGEST_BODY: usize = 64 << 20;

/// A body made of one text many times.
pub(crate) fn repeated(unit: &str, count: usize) -> Result<String, Failure> {
    match unit.len().checked_mul(count) {
        Some(length) if length <= LONGEST_BODY => Ok(unit.repeat(count)),
        _ => Err(format!("body_repeat describes more than {LONGEST_BODY} bytes")),
    }
}

/// Both sides of a comparison, in one line.
pub(crate) fn differs(what: &str, ours: &str, expected: &str) -> Failure {
    format!("{what} is {ours:?}, expected {expected:?}")
}

pub(crate) fn equal(what: &str, ours: &str, expected: &str) -> Result<(), Failure> {
    if ours == expected { Ok(()) } else { Err(differs(what, ours, expected)) }
}
