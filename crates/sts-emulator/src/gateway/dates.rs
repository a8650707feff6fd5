//! The `Date` header of responses.

use std::sync::{Mutex, PoisonError};

use http::header::HeaderValue;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// The last formatted date, which all responses of a second share.
#[derive(Default)]
pub(crate) struct Dates(Mutex<Option<(i64, HeaderValue)>>);

impl Dates {
    /// Returns the value of the `Date` header.
    pub(super) fn header(&self, date: OffsetDateTime) -> Option<HeaderValue> {
        let second = date.unix_timestamp();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((formatted, value)) if *formatted == second => Some(value.clone()),
            _ => {
                let value = format(date)?;
                *last = Some((second, value.clone()));
                Some(value)
            }
        }
    }
}

fn format(date: OffsetDateTime) -> Option<HeaderValue> {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let date = date.checked_to_offset(UtcOffset::UTC)?;
    HeaderValue::try_from(date.format(format).ok()?).ok()
}
