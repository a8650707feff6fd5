//! Expirations: RFC 3339 in all its forms.

use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

use crate::{good, read, why, wrong};

fn expiration(text: &str) -> Option<OffsetDateTime> {
    let mut answer = good();
    answer["credentials"]["expiration"] = json!(text);
    read(answer.to_string()).ok()?.credentials.expiration
}

#[test]
fn any_number_of_fraction_digits_is_kept_to_the_nanosecond() {
    let whole = datetime!(2026-03-05 07:38:09 UTC);
    assert_eq!(expiration("2026-03-05T07:38:09Z"), Some(whole));
    let digits = "123456789";
    for count in 1..=9 {
        let fraction = &digits[..count];
        let nanos: i64 = format!("{fraction:0<9}").parse().unwrap();
        let moment = expiration(&format!("2026-03-05T07:38:09.{fraction}Z"));
        assert_eq!(moment, Some(whole + time::Duration::nanoseconds(nanos)), "{fraction}");
    }
    let finer = expiration("2026-03-05T07:38:09.123456789999Z");
    assert_eq!(finer, Some(whole + time::Duration::nanoseconds(123_456_789)));
}

#[test]
fn letters_are_taken_in_either_case() {
    let moment = Some(datetime!(2026-03-05 07:38:09.5 UTC));
    for text in [
        "2026-03-05T07:38:09.5Z",
        "2026-03-05t07:38:09.5z",
        "2026-03-05T07:38:09.5z",
        "2026-03-05 07:38:09.5Z",
    ] {
        assert_eq!(expiration(text), moment, "{text}");
    }
}

#[test]
fn offsets_are_kept_and_count() {
    let moment = datetime!(2026-03-05 07:38:09.512 UTC);
    for text in [
        "2026-03-05T07:38:09.512+00:00",
        "2026-03-05T07:38:09.512-00:00",
        "2026-03-05T15:38:09.512+08:00",
        "2026-03-05T13:08:09.512+05:30",
        "2026-03-04T21:38:09.512-10:00",
        "2026-03-06T07:37:09.512+23:59",
    ] {
        assert_eq!(expiration(text), Some(moment), "{text}");
    }
    let kept = expiration("2026-03-05T15:38:09.512+08:00").unwrap();
    assert_eq!(kept.offset().whole_hours(), 8);
}

#[test]
fn a_leap_second_is_the_last_moment_before_it() {
    let last = datetime!(2016-12-31 23:59:59.999_999_999 UTC);
    assert_eq!(expiration("2016-12-31T23:59:60Z"), Some(last));
    assert_eq!(expiration("2016-12-31T23:59:60.5Z"), Some(last));
    assert_eq!(expiration("2017-01-01T07:59:60+08:00"), Some(last));
    assert_eq!(expiration("2016-12-31T12:00:60Z"), None, "there are none at noon");
}

#[test]
fn escapes_in_an_expiration_are_resolved() {
    let text = good().to_string().replace("07:38", r"07\u003a38");
    let moment = read(text).unwrap().credentials.expiration;
    assert_eq!(moment, Some(datetime!(2026-03-05 07:38:09.512 UTC)));
}

#[test]
fn the_first_and_the_last_moments_are_read_and_counted_with() {
    let now = datetime!(2026-03-05 07:38:09 UTC);
    for text in [
        "0000-01-01T00:00:00+23:59",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "9999-12-31T23:59:59-23:59",
    ] {
        let mut answer = good();
        answer["credentials"]["expiration"] = json!(text);
        let credentials = read(answer.to_string()).unwrap().credentials;
        let is_past = text.starts_with("0000");
        assert_eq!(credentials.is_expired(now), is_past, "{text}");
        assert_eq!(credentials.expires_in(now).unwrap().is_zero(), is_past, "{text}");
    }
}

#[test]
fn what_is_no_moment_is_a_wrong_field() {
    for bad in [
        json!(""),
        json!("tomorrow"),
        json!("2026-03-05"),
        json!("2026-03-05T07:38Z"),
        json!("2026-03-05T07:38:09"),
        json!("2026-03-05T07:38:09."),
        json!("2026-03-05T07:38:09.Z"),
        json!("2026-03-05T07:38:09,5Z"),
        json!("2026-02-30T07:38:09Z"),
        json!("2026-13-05T07:38:09Z"),
        json!("2026-03-05T24:00:00Z"),
        json!("2026-03-05T07:38:09+24:00"),
        json!("2026-03-05T07:38:09+0800"),
        json!("2026-03-05T07:38:09Zx"),
        json!(" 2026-03-05T07:38:09Z"),
        json!("+12026-03-05T07:38:09Z"),
        json!("２026-03-05T07:38:09Z"),
        json!("1772696289"),
        json!(1_772_696_289),
        json!(null),
        json!(["2026-03-05T07:38:09Z"]),
        json!({"value": "2026-03-05T07:38:09Z"}),
    ] {
        let mut answer = good();
        answer["credentials"]["expiration"] = bad.clone();
        assert_eq!(why(answer.to_string()), wrong("credentials.expiration"), "{bad}");
    }
}

#[test]
fn an_error_names_the_expected_format() {
    let error = sts_proto::json::timestamp(json!(1_772_696_289)).unwrap_err().to_string();
    assert!(error.ends_with("expected an RFC 3339 date and time"), "{error}");
    let error = sts_proto::json::timestamp(json!("planted")).unwrap_err().to_string();
    assert!(!error.is_empty() && !error.contains("planted"), "{error}");
}

#[test]
fn a_key_is_good_until_its_end_and_not_at_it() {
    let mut answer = good();
    answer["credentials"]["expiration"] = json!("2026-03-05T07:38:09Z");
    let credentials = read(answer.to_string()).unwrap().credentials;
    let end = datetime!(2026-03-05 07:38:09 UTC);
    let nanosecond = time::Duration::nanoseconds(1);
    assert!(!credentials.is_expired(end - nanosecond));
    assert_eq!(credentials.expires_in(end - nanosecond), Some(std::time::Duration::from_nanos(1)));
    assert!(credentials.is_expired(end));
    assert_eq!(credentials.expires_in(end + nanosecond), Some(std::time::Duration::ZERO));
    let same_moment_elsewhere = end.to_offset(time::macros::offset!(+8));
    assert!(credentials.is_expired(same_moment_elsewhere));
}
