//! `Retry-After`: a wait or a moment.

use std::time::Duration;

use time::OffsetDateTime;

use crate::http_date;

/// What a `Retry-After` header asks for (RFC 9110, section 10.2.3).
///
/// It is a wish: callers cap it before they wait.
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
    /// Wait that long from when the answer came. At most `u32::MAX` seconds: a larger number in
    /// a header counts as that one.
    Delay(Duration),
    /// Wait until then, by the service's clock.
    At(OffsetDateTime),
}

impl RetryAfter {
    /// Reads the value of the header: whole seconds, or an HTTP date in any of its three forms.
    /// `None` for anything else.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            let seconds = value.parse().unwrap_or(u32::MAX);
            return Some(Self::Delay(Duration::from_secs(seconds.into())));
        }
        http_date::parse(value).map(Self::At)
    }

    /// How long to wait from `now`, which is read off the service's clock or a corrected one.
    /// Zero for a moment that has passed.
    #[must_use]
    pub fn wait(self, now: OffsetDateTime) -> Duration {
        match self {
            Self::Delay(delay) => delay,
            Self::At(moment) => Duration::try_from(moment - now).unwrap_or(Duration::ZERO),
        }
    }
}
