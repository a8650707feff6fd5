//! Times in responses.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// Six digits of which the last three are 0: the only fraction that the official SDKs for Python and
/// Java both read correctly.
const MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]000Z");

const SECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// Returns the time as in `2026-03-05T07:58:09.168000Z`, rounded down to milliseconds. Returns `None`
/// outside the years 0 to 9999.
pub(super) fn milliseconds(at: OffsetDateTime) -> Option<String> {
    format(at, MILLISECONDS)
}

/// Returns the time as in `2026-03-05T07:58:09Z`, rounded down to seconds. Returns `None` outside the
/// years 0 to 9999.
pub(super) fn seconds(at: OffsetDateTime) -> Option<String> {
    format(at, SECONDS)
}

fn format(at: OffsetDateTime, form: &[BorrowedFormatItem<'_>]) -> Option<String> {
    let utc = at.checked_to_offset(UtcOffset::UTC)?;
    if !(0..=9999).contains(&utc.year()) {
        return None;
    }
    utc.format(form).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_fraction_has_six_digits_and_whole_milliseconds() {
        for (at, expected) in [
            (datetime!(2026-03-05 07:58:09.168_999_999 UTC), "2026-03-05T07:58:09.168000Z"),
            (datetime!(2026-03-05 07:58:09 UTC), "2026-03-05T07:58:09.000000Z"),
            (datetime!(2026-03-05 07:58:09.005 +08:00), "2026-03-04T23:58:09.005000Z"),
        ] {
            assert_eq!(milliseconds(at).as_deref(), Some(expected));
        }
    }

    #[test]
    fn seconds_have_no_fraction() {
        let at = datetime!(2026-03-05 07:58:09.999 UTC);
        assert_eq!(seconds(at).as_deref(), Some("2026-03-05T07:58:09Z"));
    }

    #[test]
    fn a_year_before_0_has_no_format() {
        assert_eq!(seconds(datetime!(-0001-03-05 07:58:09 UTC)), None);
    }
}
