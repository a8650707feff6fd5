//! Parser for the known shapes of error bodies.
//!
//! `{"error_code","error_msg"}` is documented. Other spellings such as `errorCode`, `errcode` and
//! `code`/`message`, nested objects and lists occur as well. The body may echo a token of the
//! request, so its texts are copied only into memory that is wiped.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use sts_credentials::Secret;

use super::text;
use crate::secret;

/// Maximum nesting depth that is searched.
const MAX_DEPTH: usize = 8;

/// Fields of an error body, not yet redacted.
#[derive(Default)]
pub(super) struct ErrorBody {
    pub(super) code: Option<Secret>,
    pub(super) message: Option<Secret>,
    pub(super) request_id: Option<Secret>,
    pub(super) encoded_authorization_message: Option<Secret>,
}

impl ErrorBody {
    /// Reads a body. A gateway may pass the body of another service on as the text of its message.
    pub(super) fn read(body: &[u8]) -> Self {
        let outer = Self::search(body);
        let text = outer.message.as_ref().filter(|_| outer.code.is_none());
        let inner = text.map(|text| Self::search(text.expose_secret().as_bytes()));
        match inner.filter(|inner| inner.code.is_some()) {
            None => outer,
            Some(inner) => Self {
                request_id: outer.request_id.or(inner.request_id),
                encoded_authorization_message: outer
                    .encoded_authorization_message
                    .or(inner.encoded_authorization_message),
                ..inner
            },
        }
    }

    /// Searches level by level, so outer objects take precedence. Code and message come from the
    /// same object; an object with a code takes precedence over one with only a message.
    fn search(body: &[u8]) -> Self {
        let mut found = Self::default();
        let repaired;
        let text = if let Ok(text) = std::str::from_utf8(body) {
            text
        } else {
            // A message that was truncated within a character must not hide the code.
            repaired = text::of_bytes(body, body.len());
            repaired.as_str()
        };
        let mut level: Vec<&RawValue> = serde_json::from_str(text).into_iter().collect();
        for _ in 0..MAX_DEPTH {
            let mut deeper = Vec::new();
            for value in level {
                // Fails for scalars, which have no fields.
                if let Ok(Inside { fields, nested }) = serde_json::from_str(value.get()) {
                    found.take(&fields);
                    deeper.extend(nested);
                }
            }
            level = deeper;
        }
        found
    }

    fn take(&mut self, fields: &Fields<'_>) {
        if self.code.is_none() {
            self.code = fields.code.iter().copied().flatten().find_map(code);
            if self.code.is_some() || self.message.is_none() {
                let message = fields.message.iter().copied().flatten().find_map(message);
                self.message = message.or(self.message.take());
            }
        }
        if self.request_id.is_none() {
            self.request_id = fields.request_id.and_then(string);
        }
        if self.encoded_authorization_message.is_none() {
            self.encoded_authorization_message =
                fields.encoded_authorization_message.and_then(string);
        }
    }
}

/// Reads a non-empty string.
fn string(value: &RawValue) -> Option<Secret> {
    secret::of_json(value).filter(|text| !text.is_empty())
}

/// Reads a code, which is a string or a number.
fn code(value: &RawValue) -> Option<Secret> {
    let is_number = value.get().starts_with(|c: char| c == '-' || c.is_ascii_digit());
    if is_number { Some(Secret::from(value.get())) } else { string(value) }
}

/// Reads a message. If it is not a string, its JSON is used.
fn message(value: &RawValue) -> Option<Secret> {
    match value.get() {
        "null" | "\"\"" => None,
        json => Some(string(value).unwrap_or_else(|| Secret::from(json))),
    }
}

/// Fields of one object, by spelling; the documented spelling is first.
#[derive(Default)]
struct Fields<'a> {
    code: [Option<&'a RawValue>; 3],
    message: [Option<&'a RawValue>; 3],
    request_id: Option<&'a RawValue>,
    encoded_authorization_message: Option<&'a RawValue>,
}

impl<'a> Fields<'a> {
    fn of(&mut self, name: Name) -> Option<&mut Option<&'a RawValue>> {
        match name {
            Name::Code(spelling) => self.code.get_mut(spelling),
            Name::Message(spelling) => self.message.get_mut(spelling),
            Name::RequestId => Some(&mut self.request_id),
            Name::EncodedAuthorizationMessage => Some(&mut self.encoded_authorization_message),
            Name::Credentials | Name::Other => None,
        }
    }
}

/// Fields and nested values of an object or a list.
struct Inside<'a> {
    fields: Fields<'a>,
    nested: Vec<&'a RawValue>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Inside<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InsideVisitor)
    }
}

struct InsideVisitor;

impl<'de> Visitor<'de> for InsideVisitor {
    type Value = Inside<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Fields::default();
        let mut nested = Vec::new();
        while let Some(name) = map.next_key::<Name>()? {
            let value: &RawValue = map.next_value()?;
            // The first of duplicate fields is used.
            if let Some(field) = fields.of(name) {
                field.get_or_insert(value);
            }
            // Credentials contain no error, but an invalid response may contain them.
            if is_nested(value) && !matches!(name, Name::Credentials) {
                nested.push(value);
            }
        }
        Ok(Inside { fields, nested })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut nested = Vec::new();
        while let Some(value) = list.next_element::<&RawValue>()? {
            if is_nested(value) {
                nested.push(value);
            }
        }
        Ok(Inside { fields: Fields::default(), nested })
    }
}

fn is_nested(value: &RawValue) -> bool {
    value.get().starts_with(['{', '['])
}

/// Name of a field, matched without a copy.
#[derive(Clone, Copy)]
enum Name {
    /// The value is the index of the spelling.
    Code(usize),
    Message(usize),
    RequestId,
    EncodedAuthorizationMessage,
    Credentials,
    Other,
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Name, E> {
        let is = |names: &[&str]| names.iter().any(|name| is_spelling_of(key, name));
        Ok(match key {
            "error_code" => Name::Code(0),
            "error_msg" => Name::Message(0),
            _ if is(&["errorcode", "errcode"]) => Name::Code(1),
            _ if is(&["errormsg", "errmsg", "errormessage", "errmessage"]) => Name::Message(1),
            _ if is(&["code"]) => Name::Code(2),
            _ if is(&["message", "msg"]) => Name::Message(2),
            _ if is(&["requestid"]) => Name::RequestId,
            _ if is(&["encodedauthorizationmessage"]) => Name::EncodedAuthorizationMessage,
            _ if is(&["credentials", "credential"]) => Name::Credentials,
            _ => Name::Other,
        })
    }
}

/// Compares `key` with the lower-case `name`, ignoring case, `_` and `-`.
fn is_spelling_of(key: &str, name: &str) -> bool {
    key.bytes()
        .filter(|byte| !matches!(byte, b'_' | b'-'))
        .map(|byte| byte.to_ascii_lowercase())
        .eq(name.bytes())
}
