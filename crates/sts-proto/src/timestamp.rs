//! RFC 3339 dates in responses.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Deserializes an RFC 3339 date with any fraction and offset, for
/// `#[serde(deserialize_with = "sts_proto::json::timestamp")]`.
///
/// # Errors
///
/// The value is not such a date.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OffsetDateTime, D::Error> {
    deserializer.deserialize_str(Timestamp)
}

struct Timestamp;

impl Visitor<'_> for Timestamp {
    type Value = OffsetDateTime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RFC 3339 date and time")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        OffsetDateTime::parse(text, &Rfc3339).map_err(E::custom)
    }
}
