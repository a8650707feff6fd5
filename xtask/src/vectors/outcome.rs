//! Results of reading a response, and their comparison with the expected ones.

use std::collections::BTreeMap;
use std::error::Error as StdError;

use serde_json::{Map, Value};
use sts_proto::ServiceError;

use super::{Failure, equal};

/// The content of a response, by its names on the wire.
pub(super) type Fields = BTreeMap<String, String>;

/// What became of a response.
pub(super) enum Outcome {
    Fields(Fields),
    Service(ServiceError),
    /// An error without a response of a service.
    Other(String),
}

impl Outcome {
    /// The outcome of a provider: its credentials, or the response among the causes of its error.
    pub(super) fn of_provider(outcome: Result<Fields, sts_client::Error>) -> Self {
        match outcome {
            Ok(fields) => Self::Fields(fields),
            Err(error) => match service_error(&error) {
                Some(response) => Self::Service(response.clone()),
                None => Self::Other(error.to_string()),
            },
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
pub(super) fn compare(expect: &Map<String, Value>, read: &Outcome) -> Result<(), Failure> {
    if expect.is_empty() {
        return Err("expect has no keys".to_owned());
    }
    for (key, expected) in expect {
        match (key.as_str(), read) {
            ("ok", read) => {
                let outcome = match read {
                    Outcome::Fields(_) => "a success".to_owned(),
                    Outcome::Service(error) => format!("an error ({error})"),
                    Outcome::Other(error) => format!("an error ({error})"),
                };
                if *expected != Value::Bool(matches!(read, Outcome::Fields(_))) {
                    return Err(format!("was read as {outcome}"));
                }
            }
            ("fields", Outcome::Fields(fields)) => {
                let expected = expected.as_object().ok_or("expect.fields is not an object")?;
                for (name, expected) in expected {
                    let ours = fields.get(name.as_str()).map_or("null", String::as_str);
                    equal(name, ours, &text(expected))?;
                }
            }
            ("status", Outcome::Service(error)) => {
                equal(key, &error.status().as_u16().to_string(), &text(expected))?;
            }
            ("error_code", Outcome::Service(error)) => {
                let code = error.code().map_or("null", |code| code.as_str());
                equal(key, code, &text(expected))?;
            }
            ("error_msg", Outcome::Service(error)) => message(error, &text(expected))?,
            ("request_id", Outcome::Service(error)) => {
                equal(key, error.request_id().unwrap_or("null"), &text(expected))?;
            }
            ("encoded_authorization_message", Outcome::Service(error)) => {
                let encoded = error.encoded_authorization_message().unwrap_or("null");
                equal(key, encoded, &text(expected))?;
            }
            (
                "fields"
                | "status"
                | "error_code"
                | "error_msg"
                | "request_id"
                | "encoded_authorization_message",
                Outcome::Service(_) | Outcome::Other(_),
            ) => {
                let error = match read {
                    Outcome::Service(error) => error.to_string(),
                    Outcome::Other(error) => error.clone(),
                    Outcome::Fields(_) => String::new(),
                };
                return Err(format!("was read as an error without {key}: {error}"));
            }
            ("status" | "error_code" | "error_msg" | "request_id", Outcome::Fields(_)) => {
                return Err(format!("was read as a success, which has no {key}"));
            }
            (key, _) => return Err(format!("expect.{key} is not known to this checker")),
        }
    }
    Ok(())
}

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
