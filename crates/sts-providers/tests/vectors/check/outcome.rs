//! Results of reading a response, and their comparison with the expected ones.

use std::collections::BTreeMap;
use std::error::Error as StdError;

use serde_json::{Map, Value};
use sts_proto::ServiceError;

use super::{Failure, equal};

/// The content of a response, by its names on the wire.
pub(crate) type Fields = BTreeMap<String, String>;

/// What became of a response.
pub(crate) enum Outcome {
    Fields(Fields),
    Service(ServiceError),
    /// An error without a response of a service that has the form of Huawei Cloud.
    Other {
        message: String,
        status: Option<u16>,
    },
}

impl Outcome {
    /// The outcome of a provider: its credentials, or the response among the causes of its error.
    pub(crate) fn of_provider(outcome: Result<Fields, sts_client::Error>) -> Self {
        match outcome {
            Ok(fields) => Self::Fields(fields),
            Err(error) => {
                if let Some(response) = service_error(&error) {
                    return Self::Service(response.clone());
                }
                let status = error.status().map(|status| status.as_u16());
                Self::Other { message: error.to_string(), status }
            }
        }
    }

    const fn is_success(&self) -> bool {
        matches!(self, Self::Fields(_))
    }

    fn described(&self) -> String {
        match self {
            Self::Fields(_) => "a success".to_owned(),
            Self::Service(error) => format!("an error ({error})"),
            Self::Other { message, .. } => format!("an error ({message})"),
        }
    }
}

impl From<Result<Fields, ServiceError>> for Outcome {
    fn from(read: Result<Fields, ServiceError>) -> Self {
        match read {
            Ok(fields) => Self::Fields(fields),
            Err(error) => Self::Service(error),
        }
    }
}

fn service_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a ServiceError> {
    if let Some(error) = error.downcast_ref() {
        return Some(error);
    }
    service_error(error.source()?)
}

/// Compares the outcome with every key of `expect`. An unknown key is a failure, because it would
/// not be compared with anything.
pub(crate) fn compare(expect: &Map<String, Value>, read: &Outcome) -> Result<(), Failure> {
    if expect.is_empty() {
        return Err("expect has no keys".to_owned());
    }
    for (key, expected) in expect {
        compare_key(key, expected, read)?;
    }
    Ok(())
}

fn compare_key(key: &str, expected: &Value, read: &Outcome) -> Result<(), Failure> {
    match (key, read) {
        ("ok", _) if *expected == Value::Bool(read.is_success()) => Ok(()),
        ("ok", _) if expected.is_boolean() => Err(format!("was read as {}", read.described())),
        ("ok", _) => Err("expect.ok is not a boolean".to_owned()),
        ("fields", Outcome::Fields(fields)) => {
            let expected = expected.as_object().ok_or("expect.fields is not an object")?;
            expected.iter().try_for_each(|(name, expected)| {
                let ours = fields.get(name.as_str()).map_or("null", String::as_str);
                equal(name, ours, &text(expected))
            })
        }
        ("status", Outcome::Service(error)) => {
            equal(key, &error.status().as_u16().to_string(), &text(expected))
        }
        ("status", Outcome::Other { status: Some(status), .. }) => {
            equal(key, &status.to_string(), &text(expected))
        }
        ("error_code", Outcome::Service(error)) => {
            let code = error.code().map_or("null", |code| code.as_str());
            equal(key, code, &text(expected))
        }
        ("error_msg", Outcome::Service(error)) => message(error, &text(expected)),
        ("request_id", Outcome::Service(error)) => {
            equal(key, error.request_id().unwrap_or("null"), &text(expected))
        }
        ("encoded_authorization_message", Outcome::Service(error)) => {
            let encoded = error.encoded_authorization_message().unwrap_or("null");
            equal(key, encoded, &text(expected))
        }
        (name, _) if !KEYS.contains(&name) => {
            Err(format!("expect.{key} is not known to this checker"))
        }
        // What an outcome does not have is absent.
        (_, _) if expected.is_null() => Ok(()),
        (_, _) => Err(format!("was read as {}, which has no {key}", read.described())),
    }
}

/// The keys of `expect`.
const KEYS: [&str; 6] =
    ["fields", "status", "error_code", "error_msg", "request_id", "encoded_authorization_message"];

/// Compares a message: as it is shown, or as received, because values in it are redacted.
fn message(error: &ServiceError, expected: &str) -> Result<(), Failure> {
    let shown = error.message().unwrap_or("null");
    let raw = error.message().and(error.raw_message()).map(sts_proto::Secret::expose_secret);
    if raw == Some(expected) { Ok(()) } else { equal("error_msg", shown, expected) }
}

fn text(expected: &Value) -> String {
    match expected {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
