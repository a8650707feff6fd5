//! Why a body did not decode: the cold path.
//!
//! The decoder's own message may quote the value it stumbled over, and that may be a key. So the
//! reason is told by its category, and the field by decoding once more with an eye on the path.

mod path;

use std::fmt::{self, Write};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use crate::error::InvalidBody;

/// Names what `error` stumbled over when it decoded `body` to a `T`.
#[cold]
pub(super) fn of_decoding<T: DeserializeOwned>(
    body: &[u8],
    error: &serde_json::Error,
) -> InvalidBody {
    match error.classify() {
        Category::Data => match path::of_failure::<T>(body) {
            (path, Some(error)) => of_field(path, &error),
            (path, None) => InvalidBody::WrongField { path },
        },
        _ => of_syntax(error),
    }
}

/// Names what is wrong with a body that does not begin as an object does.
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

/// A field that is missing or stands there twice is known to the struct around it only, and its
/// name to the message only: serde's own words, and a name that comes from our types.
fn of_field(path: String, error: &serde_json::Error) -> InvalidBody {
    let mut head = Head::default();
    // It fails when the head is full, which is as good.
    let _ = write!(head, "{error}");
    let message = head.as_str();
    let named = |words| Some(message.strip_prefix(words)?.split_once('`')?.0);
    let within = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    if let Some(name) = named("missing field `") {
        InvalidBody::MissingField { path: within(name) }
    } else if let Some(name) = named("duplicate field `") {
        // The second one's key stands at the end of the path already, but for those in lists.
        let is_there = path.rsplit('.').next() == Some(name);
        InvalidBody::WrongField { path: if is_there { path } else { within(name) } }
    } else {
        InvalidBody::WrongField { path }
    }
}

/// The first bytes of a message, on the stack: its end may quote a key.
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
