//! Secrets in TOML.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use sts_proto::Secret;

/// A secret in TOML. Whatever stands in its place is not shown in an error.
pub(super) struct SecretText(pub(super) Secret);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = SecretText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(SecretText(text.into()))
            }
        }

        deserializer
            .deserialize_str(Text)
            .map_err(|_| serde::de::Error::custom("must be a string in quotes"))
    }
}
