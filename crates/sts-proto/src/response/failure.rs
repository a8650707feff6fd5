//! Conversion of decoding errors.
//!
//! The message of `serde_json` may contain the invalid value, which may be a secret. Only the
//! category and position of the error are used. The path of the field comes from decoding again.

mod path;

use std::fmt::{self, Write};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use crate::error::InvalidBody;

/// Converts an error from decoding `body` as a `T`.
#[cold]
pub(super) fn of_decoding<T: DeserializeOwned>(
    body: &[u8],
    error: &serde_json::Error,
) -> InvalidBody {
    match error.classify() {
        Category::Data => match path::of_failure::<T>(body) {
            (path, Some(error)) => of_field(path, &error),
            (path, None) => InvalidBody::InvalidField { path },
        },
        _ => of_syntax(error),
    }
}

/// Returns the error for a body that does not begin like an object.
#[cold]
pub(super) fn of_form(body: &[u8]) -> InvalidBody {
    if body.trim_ascii().is_empty() {
        return InvalidBody::Empty;
    }
    match serde_json::from_slice::<IgnoredAny>(body) {
        Ok(_) => InvalidBody::NotAnObject,
        Err(error) => of_syntax(&error),
    }
}

fn of_syntax(error: &serde_json::Error) -> InvalidBody {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Eof => InvalidBody::Truncated { line, column },
        _ => InvalidBody::NotJson { line, column },
    }
}

/// Converts an error in a field. serde reports the names of missing and duplicate fields only in
/// the message; they are names of fields in this crate.
fn of_field(path: String, error: &serde_json::Error) -> InvalidBody {
    let mut head = Head::default();
    // An error means that the buffer is full; the rest is not needed.
    let _ = write!(head, "{error}");
    let message = head.as_str();
    let named = |words| Some(message.strip_prefix(words)?.split_once('`')?.0);
    let within = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    if let Some(name) = named("missing field `") {
        InvalidBody::MissingField { path: within(name) }
    } else if let Some(name) = named("duplicate field `") {
        // The path ends with the duplicate field, except within lists.
        let is_there = path.rsplit('.').next() == Some(name);
        InvalidBody::InvalidField { path: if is_there { path } else { within(name) } }
    } else {
        InvalidBody::InvalidField { path }
    }
}

/// The first bytes of a message, which do not include a value. The rest may contain a secret.
struct Head {
    bytes: [u8; 80],
    length: usize,
}

impl Default for Head {
    fn default() -> Self {
        Self { bytes: [0; 80], length: 0 }
    }
}

impl Head {
    fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl Write for Head {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            *self.bytes.get_mut(self.length).ok_or(fmt::Error)? = byte;
            self.length += 1;
        }
        Ok(())
    }
}
