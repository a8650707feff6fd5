//! Arbitrary bytes: no panics, and bounded errors.

use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sts_proto::server::AnyOperation;
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Caller, Credentials,
    DecodeAuthorizationMessage, Endpoint, GetCallerIdentity, Operation, Region, RetryAfter,
    ServiceError,
};
use time::OffsetDateTime;

use crate::operations::any_operation;

/// Nearly right bodies go further than noise.
const NEARLY: [&str; 5] = [
    r#"{"assumed_agency":{"urn":"u","id":"i"},"credentials":{"access_key_id":"a","secret_access_key":"s\n","security_token":"t","expiration":"2026-03-05T07:38:09.5Z"},"audience":"a","provider":"p","subject_from_id_token":"s"}"#,
    r#"{"account_id":"a","principal_urn":"u","principal_id":"i","decoded_message":"\u00e9😀"}"#,
    r#"{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail,canonicalRequest:POST|/|x-security-token:t|","request_id":"r"}"#,
    r#"{"error":{"code":429,"message":"limit:200,time:1 minute","details":[[{"code":-1}]]}}"#,
    "<html>\n<body>502</body></html>",
];

/// Noise, or something nearly right with a few bytes changed, put in or taken out.
fn junk() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), 0..4, any::<u8>()), 0..6);
    let nearly = (select(&NEARLY[..]), changes).prop_map(|(text, changes)| {
        let mut bytes = text.as_bytes().to_vec();
        for (index, change, byte) in changes {
            let at = index.index(bytes.len() + 1);
            match change {
                0 => bytes.insert(at, byte),
                1 => bytes.insert(at, b"\"\\{}[],:"[usize::from(byte % 8)]),
                2 => bytes.truncate(at.max(1)),
                _ if at < bytes.len() => {
                    bytes.remove(at);
                }
                _ => {}
            }
        }
        bytes
    });
    prop_oneof![nearly, vec(any::<u8>(), 0..200)]
}

fn headers() -> impl Strategy<Value = Vec<(HeaderName, HeaderValue)>> {
    let name = select(&["x-request-id", "date", "retry-after", "age", "x-iam-trace-id"][..]);
    let dates =
        "(Sun|Sunday)?,? ?[0-9]{1,3}[ -]?Nov[ -]?[0-9]{0,5} [0-2]?[0-9]:[0-6][0-9]:[0-9]{2}( GMT)?";
    let bytes = prop_oneof![
        vec(prop_oneof![0x20..0x7f_u8, 0x80..=0xff_u8], 0..40),
        "[0-9]{0,30}".prop_map(String::into_bytes),
        dates.prop_map(String::into_bytes),
    ];
    let value = bytes.prop_map(|bytes| HeaderValue::from_bytes(&bytes).unwrap());
    vec((name.prop_map(HeaderName::from_static), value), 0..6)
}

fn assert_bounded(error: &ServiceError) {
    assert!(error.to_string().len() < 8192);
    assert!(error.message().unwrap_or_default().len() <= 4096);
    assert!(error.excerpt().unwrap_or_default().len() <= 1024);
    assert!(error.echoed_canonical_request().unwrap_or_default().len() <= 16 * 1024);
    assert!(error.code().map_or(0, |code| code.as_str().len()) <= 128);
    assert!(error.request_id().unwrap_or_default().len() <= 256);
    for text in [error.message(), error.excerpt(), error.request_id()].into_iter().flatten() {
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    let _ = error.wait(OffsetDateTime::UNIX_EPOCH);
}

fn read_as<O: Operation>(response: &Response<Vec<u8>>) {
    match O::read(response) {
        Ok(_) => assert!(response.status().is_success()),
        Err(error) => assert_bounded(&error),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8 * ProptestConfig::default().cases))]

    #[test]
    fn any_answer_is_an_output_or_a_bounded_error(
        status in 100..1000_u16, headers in headers(), body in junk(),
    ) {
        for status in [status, 200, 401] {
            let mut response = Response::new(body.clone());
            *response.status_mut() = StatusCode::from_u16(status)?;
            response.headers_mut().extend(headers.clone());
            read_as::<AssumeAgency>(&response);
            read_as::<AssumeAgencyWithOidc>(&response);
            read_as::<AssumeAgencyWithSaml>(&response);
            read_as::<DecodeAuthorizationMessage>(&response);
            read_as::<GetCallerIdentity>(&response);
        }
    }

    #[test]
    fn any_request_is_an_operation_or_an_error(operation in any_operation(), body in junk()) {
        let request = operation.to_request_unvalidated(&Endpoint::from(Region::CN_NORTH_4))?;
        let (parts, whole) = request.into_parts();
        let changed = [&whole.as_ref()[..whole.len() / 2], &body].concat();
        for body in [body, changed] {
            match AnyOperation::read(&Request::from_parts(parts.clone(), body)) {
                Ok(operation) => {
                    let _ = operation.validate_for(Caller::Temporary);
                }
                Err(error) => prop_assert!(error.to_string().len() < 1024),
            }
        }
    }

    #[test]
    fn any_method_and_path_is_an_operation_or_an_error(
        method in select(&[Method::GET, Method::POST, Method::PUT][..]),
        path in "(/v5)?/(agencies|caller-identity|decode-authorization-message)?/?(assume)?.{0,3}",
        body in junk(),
    ) {
        if let Ok(request) = Request::builder().method(method).uri(path).body(body) {
            let _ = AnyOperation::read(&request);
        }
    }

    #[test]
    fn any_text_may_be_read_as_anything(text in "\\PC{0,40}|[a-z0-9:/@?#.%\\[\\]-]{0,40}") {
        let _ = text.parse::<Endpoint>();
        let _ = Endpoint::parse_allowing_http(&format!("http://{text}"));
        let _ = text.parse::<Region>();
        let _ = text.parse::<sts_proto::AgencyUrn>();
        let _ = RetryAfter::parse(&text).map(|wait| wait.wait(OffsetDateTime::UNIX_EPOCH));
        let assumed = sts_proto::AssumedAgency::new(&text, &text);
        let _ = (assumed.agency(), assumed.session_name());
    }

    #[test]
    fn an_endpoint_that_is_read_is_written_and_read_back_equal(text in "[a-zA-Z0-9:/.%\\[\\]-]{0,40}") {
        if let Ok(endpoint) = Endpoint::parse_allowing_http(&format!("http://{text}")) {
            prop_assert_eq!(Endpoint::parse_allowing_http(endpoint.as_str())?, endpoint);
        }
    }

    #[test]
    fn any_expiration_is_a_moment_or_a_wrong_field(text in "[0-9]{4}-[0-1][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{0,12})?([Zz]|[+-][0-2][0-9]:[0-6][0-9])?") {
        let body = NEARLY[0].replace("2026-03-05T07:38:09.5Z", &text);
        if let Ok(answer) = AssumeAgency::read(&Response::new(body)) {
            let credentials: Credentials = answer.credentials;
            let left = credentials.expires_in(OffsetDateTime::UNIX_EPOCH);
            prop_assert_eq!(left.is_some_and(|left| left.is_zero()), credentials.is_expired(OffsetDateTime::UNIX_EPOCH));
        }
    }
}
