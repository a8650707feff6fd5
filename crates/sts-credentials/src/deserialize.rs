//! Deserialization from every self-describing format.
//!
//! A deserializer quotes the value in its error when a type asks for a string and gets something
//! else. These visitors therefore accept every kind of value and raise errors of their own.

use std::fmt;

use serde::de::{
    Deserialize, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::credentials::Credentials;
use crate::secret::Secret;

impl<'de> Deserialize<'de> for Secret {
    /// Deserializes a string. No error contains the value.
    ///
    /// A string without escapes in a borrowed input is copied once, into the secret. Other inputs
    /// pass through buffers of the deserializer, which are not wiped.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = if deserializer.is_human_readable() {
            deserializer.deserialize_any(ValueVisitor)?
        } else {
            // Binary formats need the hint, and their errors may quote the value.
            deserializer.deserialize_string(ValueVisitor).unwrap_or(Value::Other)
        };
        match value {
            Value::Text(secret) => Ok(secret),
            _ => Err(D::Error::custom("expected a string")),
        }
    }
}

impl<'de> Deserialize<'de> for Credentials {
    /// Deserializes a map with the fields in any of the documented spellings. Unknown fields are
    /// ignored. No error contains a value.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(ValueVisitor)? {
            Value::Map(fields) => fields.into_credentials().map_err(D::Error::custom),
            _ => Err(D::Error::custom("expected a map of credentials")),
        }
    }
}

/// A value of any kind, as far as credentials need it.
enum Value {
    /// `null`, as good as absent.
    Null,
    Text(Secret),
    Map(Box<Fields>),
    Other,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

/// Visits a value that is neither text nor a map without looking at it.
macro_rules! other {
    ($($visit:ident($type:ty))*) => {
        $(fn $visit<E: Error>(self, _: $type) -> Result<Value, E> {
            Ok(Value::Other)
        })*
    };
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a map")
    }

    other! {
        visit_bool(bool) visit_bytes(&[u8]) visit_f64(f64)
        visit_i64(i64) visit_i128(i128) visit_u64(u64) visit_u128(u128)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(Secret::from(text)))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(Secret::from(text)))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Box::<Fields>::default();
        while let Some(Key(key)) = map.next_key()? {
            match key {
                Some(key) => fields.add(key, map.next_value()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Value::Map(fields))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
        Err(A::Error::custom("expected a string or a map"))
    }
}

/// The fields of a map that are known.
#[derive(Default)]
struct Fields {
    access_key_id: Option<Value>,
    secret_access_key: Option<Value>,
    security_token: Option<Value>,
    expiration: Option<Value>,
    /// The text of TOML's own dates, which arrive as a map.
    toml_date: Option<Value>,
    duplicate: Option<Field>,
}

impl Fields {
    fn add(&mut self, field: Field, value: Value) {
        let place = match field {
            Field::AccessKeyId => &mut self.access_key_id,
            Field::SecretAccessKey => &mut self.secret_access_key,
            Field::SecurityToken => &mut self.security_token,
            Field::Expiration => &mut self.expiration,
            Field::TomlDate => &mut self.toml_date,
        };
        if place.replace(value).is_some() {
            self.duplicate.get_or_insert(field);
        }
    }

    fn into_credentials(self) -> Result<Credentials, Problem> {
        if let Some(field) = self.duplicate {
            return Err(Problem::Duplicate(field));
        }
        let id = text(self.access_key_id, Field::AccessKeyId)?;
        let secret = text(self.secret_access_key, Field::SecretAccessKey)?;
        Ok(Credentials {
            access_key_id: id.ok_or(Problem::Missing(Field::AccessKeyId))?.expose_secret().into(),
            secret_access_key: secret.ok_or(Problem::Missing(Field::SecretAccessKey))?,
            security_token: text(self.security_token, Field::SecurityToken)?,
            expiration: expiration(self.expiration)?,
        })
    }
}

fn text(value: Option<Value>, field: Field) -> Result<Option<Secret>, Problem> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::Type(field)),
    }
}

fn expiration(value: Option<Value>) -> Result<Option<OffsetDateTime>, Problem> {
    let value = match value {
        Some(Value::Map(fields)) => Some(fields.toml_date.unwrap_or(Value::Other)),
        value => value,
    };
    text(value, Field::Expiration)?
        .map(|text| OffsetDateTime::parse(text.expose_secret(), &Rfc3339))
        .transpose()
        .map_err(|_| Problem::Date)
}

/// Why a map does not hold credentials.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("missing field `{}`", .0.name())]
    Missing(Field),
    #[error("duplicate field `{}`, in the same or in another spelling", .0.name())]
    Duplicate(Field),
    #[error("field `{}` must be a string", .0.name())]
    Type(Field),
    #[error("field `expiration` must be a date and time in RFC 3339")]
    Date,
}

#[derive(Clone, Copy, Debug)]
enum Field {
    AccessKeyId,
    SecretAccessKey,
    SecurityToken,
    Expiration,
    TomlDate,
}

impl Field {
    const fn name(self) -> &'static str {
        match self {
            Self::AccessKeyId => "access_key_id",
            Self::SecretAccessKey => "secret_access_key",
            Self::SecurityToken => "security_token",
            Self::Expiration | Self::TomlDate => "expiration",
        }
    }
}

/// A key of a map; `None` if it is not one of the fields.
struct Key(Option<Field>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Text(key) = deserializer.deserialize_any(ValueVisitor)? else {
            return Ok(Self(None));
        };
        Ok(Self(match key.expose_secret() {
            "access_key_id" | "access" | "accessKeyId" => Some(Field::AccessKeyId),
            "secret_access_key" | "secret" | "secretAccessKey" => Some(Field::SecretAccessKey),
            "security_token" | "securitytoken" | "securityToken" => Some(Field::SecurityToken),
            "expiration" | "expires_at" => Some(Field::Expiration),
            "$__toml_private_datetime" => Some(Field::TomlDate),
            _ => None,
        }))
    }
}
