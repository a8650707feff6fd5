//! Dates in the format of `X-Sdk-Date`.

use time::{Date, Month, OffsetDateTime, Time, UtcDateTime, UtcOffset};

/// `YYYYMMDDTHHMMSSZ` in UTC.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SdkDate([u8; 16]);

impl SdkDate {
    /// Formats a date. Returns `None` if the year does not have four digits.
    pub(crate) fn at(moment: OffsetDateTime) -> Option<Self> {
        let moment = moment.checked_to_offset(UtcOffset::UTC)?;
        let (year, month, day) = moment.to_calendar_date();
        let year = u16::try_from(year).ok().filter(|year| *year < 10_000)?;
        let (century, year) = two_numbers(year);
        let (hour, minute, second) = moment.to_hms();

        let mut text = *b"________T______Z";
        let [c1, c2, y1, y2, m1, m2, d1, d2, _, h1, h2, n1, n2, s1, s2, _] = &mut text;
        [*c1, *c2] = two_digits(century);
        [*y1, *y2] = two_digits(year);
        [*m1, *m2] = two_digits(u8::from(month));
        [*d1, *d2] = two_digits(day);
        [*h1, *h2] = two_digits(hour);
        [*n1, *n2] = two_digits(minute);
        [*s1, *s2] = two_digits(second);
        Some(Self(text))
    }

    /// Parses the value of a header.
    pub(crate) fn read(text: &[u8]) -> Option<(Self, OffsetDateTime)> {
        let text: [u8; 16] = text.try_into().ok()?;
        let [c1, c2, y1, y2, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z'] = text else {
            return None;
        };
        let year = i32::from(number(c1, c2)?) * 100 + i32::from(number(y1, y2)?);
        let month = Month::try_from(number(m1, m2)?).ok()?;
        let date = Date::from_calendar_date(year, month, number(d1, d2)?).ok()?;
        let time = Time::from_hms(number(h1, h2)?, number(n1, n2)?, number(s1, s2)?).ok()?;
        Some((Self(text), UtcDateTime::new(date, time).into()))
    }

    /// Returns the whole text.
    pub(crate) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Returns `YYYYMMDD`.
    pub(crate) const fn day(&self) -> [u8; 8] {
        let [c1, c2, y1, y2, m1, m2, d1, d2, ..] = self.0;
        [c1, c2, y1, y2, m1, m2, d1, d2]
    }
}

/// Splits a number below ten thousand into hundreds and the remainder.
#[expect(clippy::cast_possible_truncation, reason = "both are below one hundred")]
const fn two_numbers(number: u16) -> (u8, u8) {
    ((number / 100) as u8, (number % 100) as u8)
}

const fn two_digits(number: u8) -> [u8; 2] {
    [b'0' + number / 10, b'0' + number % 10]
}

fn number(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}
