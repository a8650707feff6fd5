//! Conversion of decoding errors.
//!
//! The message of `serde_json` may contain the invalid value, which may be a secret, so it is not
//! used. After a failure the body is decoded again, with an error type that contains only names.

use std::fmt;
use std::str::Utf8Error;

use serde::de::value::SeqDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess,
    Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::error::InvalidBody;
use crate::secret;

/// Converts an error from decoding `body` as a `T`.
#[cold]
pub(super) fn of_decoding<T: DeserializeOwned>(
    body: &str,
    error: &serde_json::Error,
) -> InvalidBody {
    if error.classify() != Category::Data {
        return of_syntax(error);
    }
    match serde_json::from_str(body) {
        Ok(json) => match T::deserialize(Value(json)) {
            Err(Fault { path, is_missing: true }) => InvalidBody::MissingField { path },
            Err(Fault { path, .. }) => InvalidBody::InvalidField { path },
            Ok(_) => InvalidBody::InvalidField { path: String::new() },
        },
        Err(error) => of_syntax(&error),
    }
}

/// Returns the error for a body that does not begin like an object.
#[cold]
pub(super) fn of_form(body: &str) -> InvalidBody {
    if body.trim_ascii().is_empty() {
        return InvalidBody::Empty;
    }
    match serde_json::from_str::<IgnoredAny>(body) {
        Ok(_) => InvalidBody::NotAnObject,
        Err(error) => of_syntax(&error),
    }
}

/// Returns the error for a body that is not UTF-8.
#[cold]
pub(super) fn of_encoding(body: &[u8], error: Utf8Error) -> InvalidBody {
    let before = body.get(..error.valid_up_to()).unwrap_or_default();
    let lines = before.split(|byte| *byte == b'\n');
    let (line, column) = lines.fold((0, 0), |(line, _), text| (line + 1, text.len() + 1));
    InvalidBody::NotJson { line, column }
}

fn of_syntax(error: &serde_json::Error) -> InvalidBody {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Eof => InvalidBody::Truncated { line, column },
        _ => InvalidBody::NotJson { line, column },
    }
}

/// Error of the second decoding.
#[derive(Debug, Default)]
struct Fault {
    /// Path of the field, as in `credentials.expiration`.
    path: String,
    is_missing: bool,
}

impl Fault {
    fn of(name: &str) -> Self {
        Self { path: name.to_owned(), is_missing: false }
    }

    /// Prepends the name of the enclosing field.
    fn within(mut self, name: &str) -> Self {
        let separator = if self.path.is_empty() { "" } else { "." };
        self.path = format!("{name}{separator}{}", self.path);
        self
    }
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::default()
    }

    fn missing_field(name: &'static str) -> Self {
        Self { is_missing: true, ..Self::of(name) }
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::of(name)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl std::error::Error for Fault {}

/// JSON value.
#[derive(Clone, Copy)]
struct Value<'de>(&'de RawValue);

impl<'de> IntoDeserializer<'de, Fault> for Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let json = self.0.get();
        match json.as_bytes().first() {
            Some(b'{') => self.deserialize_map(visitor),
            Some(b'[') => {
                let list: Vec<&RawValue> = serde_json::from_str(json).map_err(de::Error::custom)?;
                visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(Value)))
            }
            Some(b'"') => {
                let text = secret::of_json(self.0).ok_or_else(Fault::default)?;
                visitor.visit_str(text.expose_secret())
            }
            _ => self.0.deserialize_any(visitor).map_err(de::Error::custom),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Fields(fields) = serde_json::from_str(self.0.get()).map_err(de::Error::custom)?;
        visitor.visit_map(NamedFields { rest: &fields })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.get() == "null" { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// Used for raw JSON.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.0.deserialize_newtype_struct(name, visitor).map_err(de::Error::custom)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct struct enum identifier
    }
}

/// Fields whose names are added to the errors of their values.
struct NamedFields<'f, 'de> {
    rest: &'f [(String, &'de RawValue)],
}

impl<'de> MapAccess<'de> for NamedFields<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let name = self.rest.first().map(|(name, _)| name.as_str().into_deserializer());
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let ((name, json), rest) = self.rest.split_first().ok_or_else(Fault::default)?;
        self.rest = rest;
        seed.deserialize(Value(json)).map_err(|fault| fault.within(name))
    }
}

/// Fields of an object, including duplicates.
struct Fields<'de>(Vec<(String, &'de RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}
