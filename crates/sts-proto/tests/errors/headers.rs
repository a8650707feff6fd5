//! Request ids, dates and caches in headers.

use http::{HeaderValue, Response};
use serde_json::json;
use sts_proto::{GetCallerIdentity, Operation, RetryAfter, service_date};
use time::macros::datetime;

use crate::{error, error_with};

fn with_body_id() -> String {
    json!({"error_code": "C.1", "request_id": "of-the-body"}).to_string()
}

#[test]
fn the_request_id_of_the_header_comes_first_and_both_are_kept() {
    for name in ["X-Request-Id", "x-request-id", "X-REQUEST-ID"] {
        let error = error_with(400, &[(name, "of-the-header")], with_body_id());
        assert_eq!(error.request_id(), Some("of-the-header"));
        assert_eq!(error.request_ids().header.as_deref(), Some("of-the-header"));
        assert_eq!(error.request_ids().body.as_deref(), Some("of-the-body"));
        assert!(error.to_string().ends_with("request id of-the-header)"));
    }
}

#[test]
fn either_request_id_may_be_missing() {
    let error_of_body = error(400, with_body_id());
    assert_eq!(error_of_body.request_id(), Some("of-the-body"));
    assert_eq!(error_of_body.request_ids().header, None);
    for blank in ["", "  "] {
        let error = error_with(400, &[("x-request-id", blank)], with_body_id());
        assert_eq!(error.request_id(), Some("of-the-body"), "{blank:?}");
    }
    let nested = json!({"error": {"code": "C", "request_id": "nested"}}).to_string();
    assert_eq!(error(400, nested).request_id(), Some("nested"));
    let none = error(400, "");
    assert_eq!((none.request_id(), none.to_string().contains("request id")), (None, false));
    for bad in [json!(null), json!(""), json!(7), json!(["x"])] {
        let body = json!({"error_code": "C", "request_id": bad}).to_string();
        assert_eq!(error(400, body).request_id(), None, "{bad}");
    }
}

#[test]
fn the_trace_id_of_iam_is_the_last_resort() {
    let trace = ("X-IAM-Trace-Id", "trace");
    for (headers, body, first) in [
        (&[trace][..], String::new(), "trace"),
        (&[trace], with_body_id(), "of-the-body"),
        (&[trace, ("X-Request-Id", "of-the-header")], with_body_id(), "of-the-header"),
    ] {
        let error = error_with(400, headers, body);
        assert_eq!(error.request_ids().iam_trace.as_deref(), Some("trace"));
        assert_eq!(error.request_id(), Some(first));
        assert!(error.to_string().ends_with(&format!("request id {first})")), "{error}");
    }
}

#[test]
fn a_header_that_is_no_text_counts_as_missing() {
    let mut response = Response::new(with_body_id());
    *response.status_mut() = http::StatusCode::BAD_REQUEST;
    for name in ["x-request-id", "date", "retry-after"] {
        let bytes = HeaderValue::from_bytes(b"\xff\xfe").unwrap();
        response.headers_mut().insert(name, bytes);
    }
    let error = GetCallerIdentity::read(&response).unwrap_err();
    assert_eq!(error.request_id(), Some("of-the-body"));
    assert_eq!((error.date(), error.retry_after()), (None, None));
}

#[test]
fn long_request_ids_are_cut() {
    let long = "i".repeat(10_000);
    let body = json!({"error_code": "C", "request_id": long}).to_string();
    let error = error_with(400, &[("x-request-id", &long), ("x-iam-trace-id", &long)], body);
    let ids = error.request_ids();
    for id in [&ids.header, &ids.body, &ids.iam_trace] {
        let id = id.as_deref().unwrap();
        assert!(id.len() <= 256 && id.ends_with('…'), "{id}");
    }
}

#[test]
fn the_date_is_read_in_the_three_forms_of_http() {
    let moment = Some(datetime!(1994-11-06 08:49:37 UTC));
    for date in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        " Sun, 06 Nov 1994 08:49:37 GMT\t",
        "  Sun Nov  6 08:49:37 1994 ",
    ] {
        assert_eq!(error_with(401, &[("date", date)], "").date(), moment, "{date}");
    }
    let leap = error_with(401, &[("date", "Sat, 31 Dec 2016 23:59:60 GMT")], "");
    assert_eq!(leap.date(), Some(datetime!(2016-12-31 23:59:59 UTC)));
    for bad in [
        "",
        "now",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 +0100",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 19940 08:49:37 GMT",
        "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "1994-11-06T08:49:37Z",
    ] {
        assert_eq!(error_with(401, &[("date", bad)], "").date(), None, "{bad}");
    }
}

#[test]
fn every_month_is_read_in_any_case() {
    let months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    for (month, number) in months.split(' ').zip(1..) {
        for month in [month.to_owned(), month.to_ascii_lowercase(), month.to_ascii_uppercase()] {
            for date in [
                format!("Sun, 28 {month} 2026 23:59:59 GMT"),
                format!("Sunday, 28-{month}-26 23:59:59 GMT"),
                format!("Sun {month} 28 23:59:59 2026"),
            ] {
                let read = error_with(401, &[("date", &date)], "").date().unwrap();
                assert_eq!((u8::from(read.month()), read.day()), (number, 28), "{date}");
                assert_eq!(read.to_hms(), (23, 59, 59), "{date}");
            }
        }
    }
    for bad in [
        "28 Abc 2026 00:00:00",
        "00 Jan 2026 00:00:00",
        "28 Jan 2026 00:60:00",
        "28 Jan 2026 00:00:61",
        "28 Jan 2026 00:00:00:00",
        "28 Jan 2026 1 00:00:00",
    ] {
        assert_eq!(
            error_with(401, &[("date", &format!("Sun, {bad} GMT"))], "").date(),
            None,
            "{bad}"
        );
    }
}

#[test]
fn a_year_of_two_digits_lies_between_1970_and_2069() {
    for (year, expected) in [("00", 2000), ("26", 2026), ("69", 2069), ("70", 1970), ("99", 1999)] {
        let date = format!("Sunday, 06-Nov-{year} 08:49:37 GMT");
        let read = error_with(401, &[("date", &date)], "").date();
        assert_eq!(read.map(time::OffsetDateTime::year), Some(expected), "{date}");
        let retry_after = error_with(503, &[("retry-after", &date)], "").retry_after();
        assert_eq!(retry_after, read.map(RetryAfter::At), "{date}");
    }
    for year in ["1", "126", "02026", "", "-1", "+1"] {
        let date = format!("Sunday, 06-Nov-{year} 08:49:37 GMT");
        assert_eq!(error_with(401, &[("date", &date)], "").date(), None, "{date}");
    }
}

#[test]
fn a_response_with_an_age_comes_from_a_cache_and_its_date_is_not_the_clock() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let moment = datetime!(1994-11-06 08:49:37 UTC);
    let now = datetime!(1994-11-06 08:50:37 UTC);
    let minute = std::time::Duration::from_secs(60);
    for age in ["0", "1", "junk", ""] {
        let headers =
            [("date", date), ("age", age), ("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT")];
        let cached = error_with(503, &headers, "");
        assert!(cached.from_cache());
        assert_eq!(cached.wait(now), Some(minute), "from the caller's clock");
        let fresh = error_with(503, &[headers[0], headers[2]], "");
        assert!(!fresh.from_cache());
        assert_eq!(fresh.wait(now), Some(2 * minute), "from the date of the response");

        let mut map = http::HeaderMap::new();
        map.insert("date", HeaderValue::from_static(date));
        assert_eq!(service_date(&map), Some(moment));
        map.insert("age", HeaderValue::from_str(age).unwrap());
        assert_eq!(service_date(&map), None);
    }
    assert_eq!(service_date(&http::HeaderMap::new()), None);
}
