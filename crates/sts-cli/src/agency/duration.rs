//! Durations on the command line.

use std::time::Duration;

/// Parses whole seconds, minutes or hours, such as `900`, `15m` or `1h`. Limits are those of the
/// operation.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 3600)];
    let unit =
        units.into_iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    let (number, seconds) = unit.unwrap_or((text, 1));
    let number: Option<u64> = number.parse().ok();
    number
        .and_then(|number| number.checked_mul(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "expected seconds, or a number with s, m or h, such as 900 or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit() {
        for (text, seconds) in
            [("900", 900), ("900s", 900), ("45m", 2700), ("1h", 3600), ("12h", 43_200)]
        {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "m", "1.5h", "1d", "-1", "1 h", "9999999999999999999h"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
