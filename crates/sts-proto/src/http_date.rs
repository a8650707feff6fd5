//! HTTP dates in the three formats of RFC 9110, section 5.6.7.

use http::HeaderMap;
use http::header::{AGE, DATE};
use time::{Date, Month, OffsetDateTime, Time};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Returns the `Date` of a response for clock skew measurements.
///
/// Returns `None` if the date is missing or invalid, or if the response was served from a cache,
/// as indicated by an `Age` header.
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use sts_proto::service_date;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("date", HeaderValue::from_static("Thu, 05 Mar 2026 07:08:09 GMT"));
/// assert_eq!(service_date(&headers).map(|date| date.hour()), Some(7));
/// ```
#[must_use]
pub fn service_date(headers: &HeaderMap) -> Option<OffsetDateTime> {
    if headers.contains_key(AGE) {
        return None;
    }
    parse(headers.get(DATE)?.to_str().ok()?)
}

/// Parses `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or
/// `Sun Nov  6 08:49:37 1994`. The name of the day is ignored.
pub(crate) fn parse(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    let (date, time) = if let Some((_day, rest)) = text.split_once(',') {
        let rest = rest.trim_start().strip_suffix("GMT")?.trim_end();
        let (date, time) = rest.rsplit_once(' ')?;
        let mut parts = date.trim_end().split([' ', '-']);
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().is_none().then_some(())?;
        (calendar_date(year, month, day)?, time)
    } else {
        let mut parts = text.split_ascii_whitespace().skip(1);
        let (month, day) = (parts.next()?, parts.next()?);
        let (time, year) = (parts.next()?, parts.next()?);
        parts.next().is_none().then_some(())?;
        (calendar_date(year, month, day)?, time)
    };
    Some(OffsetDateTime::new_utc(date, time_of_day(time)?))
}

fn calendar_date(year: &str, month: &str, day: &str) -> Option<Date> {
    let year = match (year.len(), i32::from(number(year)?)) {
        (4, year) => year,
        // RFC 9110 interprets two digits relative to the current year, but this crate does not
        // read a clock.
        (2, year) if year < 70 => 2000 + year,
        (2, year) => 1900 + year,
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
    let month = Month::try_from(u8::try_from(month).ok()? + 1).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(number(day)?).ok()?).ok()
}

fn time_of_day(text: &str) -> Option<Time> {
    let mut parts = text.split(':').map(|part| number(part).and_then(|n| u8::try_from(n).ok()));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(())?;
    // Unix time has no leap seconds.
    Time::from_hms(hour, minute, if second == 60 { 59 } else { second }).ok()
}

/// Parses one to four digits; `parse` alone would accept a sign.
fn number(digits: &str) -> Option<u16> {
    let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}
