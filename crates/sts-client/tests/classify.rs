//! Classification of the responses of any service.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::sync::Arc;
use std::time::Duration;

use futures_lite::future::block_on;
use http::{Request, Response};
use sts_client::sign::{RequestSigner, Verdict};
use sts_client::{Classify, Credentials};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

/// `Date` headers: the time of the service is the local time, or an hour later.
const ON_TIME: &str = "Thu, 05 Mar 2026 07:08:09 GMT";
const HOUR_AHEAD: &str = "Thu, 05 Mar 2026 08:08:09 GMT";

const MISMATCH: &str = r#"{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: verify aksk signature fail","request_id":"1"}"#;

fn signer() -> RequestSigner<Arc<Credentials>> {
    RequestSigner::new(Arc::new(Credentials::permanent("AK1", "secret")))
}

fn response(status: u16, date: &str, body: &'static str) -> Response<&'static str> {
    Response::builder().status(status).header("date", date).body(body).unwrap()
}

fn with_id(status: u16, body: &'static str) -> Response<&'static str> {
    let mut response = response(status, ON_TIME, body);
    response.headers_mut().insert("x-request-id", "0f3c".parse().unwrap());
    response
}

fn verdict(signer: &RequestSigner<Arc<Credentials>>, response: &Response<&str>) -> Verdict {
    let mut attempts = signer.attempts();
    let mut request =
        Request::get("https://ecs.example.com/v1/0a1b/cloudservers").body("").unwrap();
    block_on(attempts.sign(&mut request, NOW)).unwrap();
    attempts.classify(response, NOW)
}

#[test]
fn responses_of_the_gateway_and_of_services_are_classified() {
    let wait = |seconds| Verdict::Throttled { wait: Some(Duration::from_secs(seconds)) };
    let expired = r#"{"error_code":"IAM.0066","error_msg":"token expired"}"#;
    for (status, date, body, expected) in [
        (200, ON_TIME, "{}", Verdict::Accepted),
        (204, ON_TIME, "", Verdict::Accepted),
        (401, ON_TIME, MISMATCH, Verdict::RetryWithNewCredentials),
        (401, HOUR_AHEAD, MISMATCH, Verdict::RetryWithCorrectedClock),
        (401, ON_TIME, expired, Verdict::RetryWithNewCredentials),
        (403, ON_TIME, r#"{"error_code":"PAP5.0001","error_msg":"denied"}"#, Verdict::Failed),
        (404, ON_TIME, r#"{"error":{"code":"Ecs.0114","message":"not found"}}"#, Verdict::Failed),
        (503, ON_TIME, "unavailable", Verdict::Failed),
        (302, ON_TIME, "", Verdict::Failed),
    ] {
        assert_eq!(verdict(&signer(), &response(status, date, body)), expected, "{status} {body}");
    }
    for body in [r#"{"error_code":"APIGW.0308"}"#, r#"{"error":{"code":"Ecs.0005"}}"#] {
        let mut throttled = with_id(429, body);
        throttled.headers_mut().insert("retry-after", 7.into());
        assert_eq!(verdict(&signer(), &throttled), wait(7), "{body}");
    }
}

#[test]
fn an_intermediary_changes_neither_credentials_nor_clock() {
    let signer = signer();
    for body in
        ["<html>log in</html>", "", r#"{"message":"unauthorized"}"#, r#"{"error_code":"Portal.1"}"#]
    {
        let captive = response(401, HOUR_AHEAD, body);
        assert_eq!(verdict(&signer, &captive), Verdict::Failed);
        assert_eq!(signer.clock_offset(), time::Duration::ZERO);
    }
    // Not the time of the service, but of an earlier response.
    let mut cached = response(401, HOUR_AHEAD, MISMATCH);
    cached.headers_mut().insert("age", 3600.into());
    assert_eq!(verdict(&signer, &cached), Verdict::RetryWithNewCredentials);
    assert_eq!(signer.clock_offset(), time::Duration::ZERO);
}

#[test]
fn an_error_of_a_service_behind_the_gateway_ends_the_hold_of_an_access_key() {
    let of_service = r#"{"error":{"code":"Ecs.0114","message":"not found"}}"#;
    let of_gateway = r#"{"error_code":"APIGW.0101","error_msg":"The API does not exist"}"#;
    let expired = r#"{"error_code":"Ecs.0001","error_msg":"security token has expired"}"#;
    let denied = r#"{"error_code":"PAP5.0001","error_msg":"denied"}"#;
    for (response, is_over) in [
        (with_id(404, of_service), true),
        (response(404, ON_TIME, of_service), false),
        (with_id(404, of_gateway), false),
        (response(403, ON_TIME, denied), true),
        (with_id(400, expired), false),
        (response(503, ON_TIME, denied), false),
    ] {
        let signer = signer();
        for _ in 0..3 {
            verdict(&signer, &self::response(401, ON_TIME, MISMATCH));
        }
        let later = NOW + Duration::from_secs(300);
        let mut request = Request::get("https://ecs.example.com/v1/0a1b/cloudservers/1").body("");
        let request = request.as_mut().unwrap();
        let mut attempts = signer.attempts();
        block_on(attempts.sign(request, later)).unwrap();
        assert_eq!(attempts.classify(&response, later), Verdict::Failed, "{response:?}");
        let next = block_on(signer.sign(request, later));
        assert_eq!(next.is_ok(), is_over, "{response:?}");
    }
}
