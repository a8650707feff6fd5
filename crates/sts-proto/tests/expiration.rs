//! When keys end, as the service's side writes it.
#![cfg(feature = "server")]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use sts_proto::server::ToResponse;
use sts_proto::{AssumeAgencyOutput, AssumedAgency, Credentials};
use time::OffsetDateTime;
use time::macros::datetime;

fn written(expiration: OffsetDateTime) -> String {
    let credentials = Credentials::temporary("HST", "secret", "token", expiration);
    let output = AssumeAgencyOutput::new(AssumedAgency::new("urn", "id"), credentials);
    String::from_utf8(output.to_body().as_ref().to_vec()).unwrap()
}

#[test]
fn an_expiration_is_written_with_three_digits_of_a_second() {
    let whole = written(datetime!(2026-03-05 07:38:09 UTC));
    assert!(whole.contains(r#""2026-03-05T07:38:09.000Z""#), "{whole}");
    let tenths = written(datetime!(2026-03-05 07:38:09.5 UTC));
    assert!(tenths.contains(r#""2026-03-05T07:38:09.500Z""#), "{tenths}");
}

#[test]
fn a_finer_expiration_is_written_whole() {
    let fine = written(datetime!(2026-03-05 07:38:09.123_456 UTC));
    assert!(fine.contains(r#""2026-03-05T07:38:09.123456Z""#), "{fine}");
}

#[test]
fn an_expiration_at_any_offset_is_written_in_utc() {
    let east = written(datetime!(2026-03-05 15:38:09.5 +08:00));
    assert!(east.contains(r#""2026-03-05T07:38:09.500Z""#), "{east}");
    // RFC 3339 knows no seconds in offsets, as local times of long ago have them.
    let long_ago = written(datetime!(2026-03-05 07:38:09.123_456 +00:00:01));
    assert!(long_ago.contains(r#""2026-03-05T07:38:08.123456Z""#), "{long_ago}");
}

#[test]
fn a_moment_that_has_no_place_in_utc_is_left_out() {
    let beyond = written(datetime!(9999-12-31 23:59:59 -01:00));
    assert!(!beyond.contains("expiration"), "{beyond}");
}
