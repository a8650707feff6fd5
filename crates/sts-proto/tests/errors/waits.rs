//! Requested waits.

use std::time::Duration;

use sts_proto::{ACCESS_KEY_LOCKOUT, ErrorKind, RetryAfter};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::{body, error, error_with};

const NOW: OffsetDateTime = datetime!(2026-10-21 07:27:30 UTC);

#[expect(clippy::unnecessary_wraps, reason = "a wait that is asked for")]
fn seconds(count: u64) -> Option<Duration> {
    Some(Duration::from_secs(count))
}

fn asked(retry_after: &str) -> Option<Duration> {
    error_with(503, &[("Retry-After", retry_after)], "").wait(NOW)
}

fn window(message: &str) -> Option<Duration> {
    let error = error(429, body("APIGW.0308", message));
    assert_eq!(error.wait(NOW), error.wait_without_clock());
    error.wait(NOW)
}

#[test]
fn retry_after_is_seconds_or_a_date_in_any_form() {
    assert_eq!(asked("0"), seconds(0));
    assert_eq!(asked("120"), seconds(120));
    assert_eq!(asked(" 120 "), seconds(120));
    assert_eq!(asked("007"), seconds(7));
    assert_eq!(asked("Wed, 21 Oct 2026 07:28:00 GMT"), seconds(30));
    assert_eq!(asked("Wednesday, 21-Oct-26 07:28:00 GMT"), seconds(30));
    assert_eq!(asked("Wed Oct 21 07:28:00 2026"), seconds(30));
    assert_eq!(asked("Wed, 21 Oct 2026 07:27:00 GMT"), seconds(0), "it has passed");
}

#[test]
fn a_date_is_held_against_the_answers_own_one() {
    let moment = ("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT");
    // The service's clock is an hour ahead of ours, or behind it.
    for (date, wait) in
        [("Wed, 21 Oct 2026 07:27:48 GMT", 12), ("Wed, 21 Oct 2026 06:28:00 GMT", 3600)]
    {
        let error = error_with(503, &[moment, ("Date", date)], "");
        for now in [NOW, NOW - time::Duration::HOUR, NOW + time::Duration::HOUR] {
            assert_eq!(error.wait(now), seconds(wait), "{date}, {now}");
        }
        assert_eq!(error.wait_without_clock(), seconds(wait), "{date}");
        let stored = error_with(503, &[moment, ("Date", date), ("Age", "5")], "");
        assert_eq!(stored.wait(NOW), seconds(30), "the date of a cached response is ignored");
        assert_eq!(stored.wait_without_clock(), None);
    }
    let invalid = error_with(503, &[moment, ("Date", "now")], "");
    assert_eq!(invalid.wait(NOW), seconds(30));
    assert_eq!(invalid.wait_without_clock(), None, "nothing to compare it with");
}

#[test]
fn a_huge_number_of_seconds_is_a_huge_wait_and_no_overflow() {
    let most = seconds(u32::MAX.into());
    assert_eq!(asked("4294967295"), most);
    assert_eq!(asked("4294967296"), most);
    assert_eq!(asked(&"9".repeat(1000)), most);
    assert!(asked("Fri, 31 Dec 9999 23:59:59 GMT").is_some());
}

#[test]
fn nonsense_in_retry_after_asks_for_nothing() {
    for bad in ["", "soon", "-1", "+1", "1.5", "1,2", "12 s", "0x10", "1e3", "2026-10-21T07:28:00Z"]
    {
        assert_eq!(asked(bad), None, "{bad:?}");
        assert_eq!(RetryAfter::parse(bad), None, "{bad:?}");
    }
}

#[test]
fn retry_after_counts_with_any_kind_and_before_the_message() {
    for status in [400, 401, 413, 429, 500, 503] {
        let error = error_with(status, &[("retry-after", "7")], "");
        assert_eq!(error.wait(NOW), seconds(7), "{status}");
        assert_eq!(error.retry_after(), Some(RetryAfter::Delay(Duration::from_secs(7))));
    }
    let message = "policy api over ratelimit,limit:200,time:1 minute";
    let error = error_with(429, &[("retry-after", "7")], body("APIGW.0308", message));
    assert_eq!(error.wait(NOW), seconds(7));
}

#[test]
fn a_throttling_message_names_its_window() {
    let reached = "The throttling threshold has been reached: policy";
    for (unit, wait) in [
        ("1 second", 1),
        ("10 second", 10),
        ("60 seconds", 60),
        ("1 minute", 60),
        ("2 minutes", 120),
        ("1 hour", 3600),
        ("1 day", 86_400),
        ("1 MINUTE", 60),
        ("1minute", 60),
        (" 1  minute", 60),
    ] {
        for who in ["api", "user", "app", "ip"] {
            let message = format!("{reached} {who} over ratelimit,limit:200,time:{unit}");
            assert_eq!(window(&message), seconds(wait), "{message}");
        }
    }
    let iam = "The throttling threshold has been reached. Threshold: 5 times per 60 seconds";
    assert_eq!(error(429, body("IAM.0012", iam)).wait(NOW), seconds(60));
}

#[test]
fn a_window_that_cannot_be_read_asks_for_nothing() {
    for message in [
        "",
        "too many",
        "limit:200",
        "time:1 minute",
        "limit:200,time:",
        "limit:200,time:1",
        "limit:200,time:0 second",
        "limit:200,time:-1 second",
        "limit:200,time:soon",
        "limit:200,time:1 month",
        "limit:200,time:500 milliseconds",
        "limit:200,time:1 fortnight",
        "limit:200,time:99999999999999999999 second",
    ] {
        assert_eq!(window(message), None, "{message}");
    }
    assert!(window("limit:1,time:4294967295 day").is_some(), "large, but no overflow");
}

#[test]
fn only_a_throttled_answers_message_is_a_window() {
    let message = "limit:200,time:1 minute";
    assert_eq!(error(500, body("X.1", message)).wait(NOW), None);
    assert_eq!(error(429, body("X.1", message)).wait(NOW), seconds(60));
}

#[test]
fn a_locked_key_asks_for_the_time_of_its_lock() {
    let error = error(401, body("APIGW.0301", "AK access failed to reach the limit"));
    assert_eq!(
        (error.kind(), error.wait(NOW)),
        (ErrorKind::AccessKeyLocked, Some(ACCESS_KEY_LOCKOUT))
    );
    assert_eq!(ACCESS_KEY_LOCKOUT, Duration::from_secs(300));
}
