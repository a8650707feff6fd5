//! The `Retry-After` header.

use std::time::Duration;

use time::OffsetDateTime;

use crate::http_date;

/// Value of a `Retry-After` header (RFC 9110, section 10.2.3).
///
/// The value is not bounded. Cap it before you wait.
///
/// ```
/// use std::time::Duration;
/// use sts_proto::RetryAfter;
///
/// assert_eq!(RetryAfter::parse("120"), Some(RetryAfter::Delay(Duration::from_secs(120))));
///
/// let moment = RetryAfter::parse("Wed, 21 Oct 2026 07:28:00 GMT").unwrap();
/// let now = time::OffsetDateTime::from_unix_timestamp(1_792_567_650).unwrap(); // 07:27:30
/// assert_eq!(moment.wait(now), Duration::from_secs(30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAfter {
    /// Delay from the receipt of the response, at most `u32::MAX` seconds.
    Delay(Duration),
    /// Date by the service's clock.
    At(OffsetDateTime),
}

impl RetryAfter {
    /// Parses whole seconds or an HTTP date. Returns `None` for any other value.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            let seconds = value.parse().unwrap_or(u32::MAX);
            return Some(Self::Delay(Duration::from_secs(seconds.into())));
        }
        http_date::parse(value).map(Self::At)
    }

    /// Returns the wait from `now`, which is the time of the service's clock or of a corrected one.
    /// The wait is zero for a date in the past.
    #[must_use]
    pub fn wait(self, now: OffsetDateTime) -> Duration {
        match self {
            Self::Delay(delay) => delay,
            Self::At(moment) => Duration::try_from(moment - now).unwrap_or(Duration::ZERO),
        }
    }
}
