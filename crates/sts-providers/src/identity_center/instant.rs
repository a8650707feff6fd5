//! Times in responses, which are numbers with and without a documented unit.

use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error as _};
use time::OffsetDateTime;

/// A lifetime above this number of seconds, three years, is a point in time: that of the published
/// examples is.
const LONGEST_LIFETIME: u64 = 100_000_000;
/// A point in time above this number is in milliseconds since 1970, not in seconds.
const LARGEST_SECONDS: i64 = 100_000_000_000;

/// Returns the rest of a lifetime that the service states as `value` at its time `now`.
pub(super) fn lifetime(value: u64, now: OffsetDateTime) -> Duration {
    if value <= LONGEST_LIFETIME {
        return Duration::from_secs(value);
    }
    let end = i64::try_from(value).ok().and_then(instant);
    end.and_then(|end| Duration::try_from(end - now).ok()).unwrap_or_default()
}

/// Deserializes a point in time: a number of seconds or milliseconds since 1970.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<OffsetDateTime, D::Error> {
    let number = i64::deserialize(deserializer)?;
    instant(number).ok_or_else(|| D::Error::custom("expected seconds since 1970"))
}

fn instant(number: i64) -> Option<OffsetDateTime> {
    let seconds = if number > LARGEST_SECONDS { number / 1000 } else { number };
    let millis = if number > LARGEST_SECONDS { number % 1000 } else { 0 };
    let instant = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    instant.checked_add(time::Duration::milliseconds(millis))
}
