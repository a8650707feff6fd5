//! Errors of other services behind the same gateway.

use std::collections::BTreeSet;

use http::{Response, StatusCode};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use sts_proto::{ErrorKind, ServiceError};
use time::OffsetDateTime;

fn read(status: u16, body: &str) -> Option<ServiceError> {
    let response = Response::builder()
        .status(status)
        .header("x-request-id", "0f3c")
        .header("retry-after", "3")
        .body(body)
        .unwrap();
    ServiceError::from_response(&response)
}

#[test]
fn errors_of_other_services_are_read_in_all_shapes() {
    for (body, code, message) in [
        (r#"{"error_code":"VPC.0202","error_msg":"Query failed"}"#, "VPC.0202", "Query failed"),
        (r#"{"error":{"code":"Ecs.0005","message":"Invalid body"}}"#, "Ecs.0005", "Invalid body"),
        (r#"{"code":"DNS.0302","message":"This zone exists"}"#, "DNS.0302", "This zone exists"),
        (r#"{"errors":[{"error_code":"SFS.1","error_msg":"bad"}]}"#, "SFS.1", "bad"),
        (r#"{"badRequest":{"code":400,"message":"Invalid image"}}"#, "400", "Invalid image"),
        (r#"{"itemNotFound":{"message":"not found","code":404}}"#, "404", "not found"),
        (r#"{"NeutronError":{"code":"N.1","message":"a","detail":""}}"#, "N.1", "a"),
    ] {
        let error = read(400, body).unwrap();
        assert_eq!(error.code().map(sts_proto::ErrorCode::as_str), Some(code), "{body}");
        assert_eq!(error.message(), Some(message));
        assert_eq!((error.kind(), error.request_id()), (ErrorKind::InvalidRequest, Some("0f3c")));
        assert_eq!(error.wait(OffsetDateTime::UNIX_EPOCH).map(|wait| wait.as_secs()), Some(3));
    }
}

#[test]
fn bodies_of_proxies_are_classified_by_status() {
    for body in
        ["", "Forbidden", "<html><title>403 Forbidden</title></html>", "{}", "[]", "\u{feff}"]
    {
        let error = read(403, body).unwrap();
        assert_eq!(
            (error.kind(), error.code(), error.message()),
            (ErrorKind::AccessDenied, None, None)
        );
        let body = body.trim_start_matches('\u{feff}');
        assert_eq!(error.excerpt().unwrap_or_default(), body);
        assert_eq!(error.raw_message().map_or("", |raw| raw.expose_secret()), body);
    }
}

#[test]
fn a_success_is_not_an_error() {
    for status in [200, 201, 204, 299] {
        assert!(read(status, r#"{"error_code":"APIGW.0301"}"#).is_none());
    }
}

/// Kinds that a response can have. The others are yielded by clients only.
const KINDS: [ErrorKind; 16] = [
    ErrorKind::Throttled,
    ErrorKind::Unavailable,
    ErrorKind::ServiceFault,
    ErrorKind::AccessDenied,
    ErrorKind::InvalidCredentials,
    ErrorKind::ExpiredCredentials,
    ErrorKind::AccessKeyLocked,
    ErrorKind::ClockSkew,
    ErrorKind::InvalidRequest,
    ErrorKind::NotFound,
    ErrorKind::Conflict,
    ErrorKind::QuotaExceeded,
    ErrorKind::FederationRejected,
    ErrorKind::Unsupported,
    ErrorKind::UnexpectedStatus,
    ErrorKind::Other,
];

#[test]
fn kinds_of_clients_are_the_documented_ones() {
    let of_services: BTreeSet<_> = KINDS.iter().map(|kind| kind.as_str()).collect();
    let others: Vec<_> = ErrorKind::ALL
        .iter()
        .map(|kind| kind.as_str())
        .filter(|kind| !of_services.contains(kind))
        .collect();
    let expected =
        ["invalid_response", "transport", "credentials", "timeout", "configuration", "completed"];
    assert_eq!(others, expected);
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let code =
        select(vec!["STS5.1106", "APIGW.0301", "APIG.0308", "IAM.1108", "Ecs.0001", "401", ""]);
    let message = prop_oneof![
        "\\PC{0,200}",
        select(vec![
            "signature expired",
            "ak access failed to reach the limit",
            "securitytoken has expired",
            "limit:200,time:1 minute",
            "x,canonicalRequest:GET|/|a=b|host:h||host|e3b0",
        ])
        .prop_map(str::to_owned),
    ];
    let shape = 0..6_usize;
    let json = (code, message, shape).prop_map(|(code, message, shape)| {
        let (code, message) = (serde_json::json!(code), serde_json::json!(message));
        let inner = format!(r#"{{"code":{code},"message":{message}}}"#);
        match shape {
            0 => format!(r#"{{"error_code":{code},"error_msg":{message},"request_id":{message}}}"#),
            1 => inner,
            2 => format!(r#"{{"error":{inner}}}"#),
            3 => format!(r#"{{"errors":[{inner},{inner}]}}"#),
            4 => format!(r#"{{"badRequest":{inner}}}"#),
            _ => inner.get(..inner.len() / 2).unwrap_or_default().to_owned(),
        }
        .into_bytes()
    });
    prop_oneof![json, vec(any::<u8>(), 0..400), "\\PC{0,9000}".prop_map(String::into_bytes)]
}

proptest! {
    #[test]
    fn any_response_is_classified_within_bounds(
        status in 100..1000_u16,
        retry_after in option::of("[ -~]{0,20}"),
        request_id in option::of("[ -~]{0,400}"),
        body in body(),
    ) {
        let mut response = Response::builder().status(status);
        for (name, value) in [("retry-after", retry_after), ("x-request-id", request_id)] {
            if let Some(value) = value {
                response = response.header(name, value);
            }
        }
        let response = response.body(body).unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        let Some(error) = ServiceError::from_response(&response) else {
            prop_assert!(status.is_success());
            return Ok(());
        };
        prop_assert!(!status.is_success());
        prop_assert!(KINDS.contains(&error.kind()), "{}", error.kind());
        prop_assert!(error.invalid_body().is_none());
        for (text, limit) in [
            (error.code().map(sts_proto::ErrorCode::as_str), 128),
            (error.message(), 4096),
            (error.excerpt(), 1024),
            (error.request_id(), 256),
            (error.echoed_canonical_request(), 16 * 1024),
            (error.raw_message().map(sts_proto::Secret::expose_secret), 64 * 1024),
        ] {
            prop_assert!(text.unwrap_or_default().len() <= limit);
        }
        let shown = format!("{error} {error:?}");
        prop_assert!(shown.len() <= 16 * 1024 && !shown.contains(char::is_control));
        let _ = error.wait(OffsetDateTime::UNIX_EPOCH);
    }
}
