//! Statuses that are not a success.

use http::Response;
use sts_proto::{
    AssumeAgency, AssumeAgencyWithSaml, ErrorKind, GetCallerIdentity, InvalidBody, Operation,
    RetryAdvice, ServiceError, StatusClass,
};

use crate::good;

fn read(status: u16, body: &str) -> Result<(), ServiceError> {
    let response = Response::builder().status(status).body(body.to_owned()).unwrap();
    AssumeAgency::read(&response).map(|_| ())
}

#[test]
fn any_2xx_that_decodes_is_a_success() {
    for status in [200, 201, 202, 203, 206, 226, 299] {
        read(status, &good().to_string()).unwrap();
    }
}

#[test]
fn a_2xx_without_a_body_is_an_error() {
    for status in [200, 201, 202, 204, 205] {
        let error = read(status, "").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert_eq!(error.invalid_body(), Some(&InvalidBody::Empty));
        assert_eq!((error.class(), error.status().as_u16()), (StatusClass::Success, status));
        assert_eq!(error.kind().advice(), RetryAdvice::Never);
    }
}

#[test]
fn a_page_under_200_is_an_error_that_shows_its_beginning() {
    let error = read(200, "<html><title>Sign in to the Wi-Fi</title></html>").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(matches!(error.invalid_body(), Some(InvalidBody::NotJson { line: 1, column: 1, .. })));
    assert_eq!(error.excerpt(), Some("<html><title>Sign in to the Wi-Fi</title></html>"));
}

#[test]
fn an_error_under_200_is_an_error_with_its_code() {
    let body = r#"{"error_code":"STS5.1106","error_msg":"no such agency","request_id":"r"}"#;
    let error = read(200, body).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.code().is_some_and(|code| *code == "STS5.1106"));
    assert_eq!((error.message(), error.request_id()), (Some("no such agency"), Some("r")));
}

#[test]
fn a_redirect_is_an_error_even_with_an_answer_in_it() {
    for status in 300..400 {
        let error = read(status, &good().to_string()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
        assert_eq!(error.class(), StatusClass::Redirection);
        assert_eq!((error.kind().advice(), error.invalid_body()), (RetryAdvice::Never, None));
    }
}

#[test]
fn any_status_but_2xx_is_an_error_even_with_an_answer_in_it() {
    let secret = "0123456789012345678901234567890123456789";
    for status in (100..=999).filter(|status| !(200..300).contains(status)) {
        let error = read(status, &good().to_string()).unwrap_err();
        assert_eq!(error.status().as_u16(), status);
        assert_eq!(error.invalid_body(), None);
        let shown = format!("{error} {error:?} {:?} {:?}", error.message(), error.excerpt());
        assert!(!shown.contains(secret) && !shown.contains("ggpjbi1leGFtcGxl"), "{shown}");
    }
}

#[test]
fn an_answer_of_another_operation_is_an_error_with_the_field_that_is_missing() {
    let identity = r#"{"account_id":"a","principal_urn":"u","principal_id":"i"}"#;
    let error = read(200, identity).unwrap_err();
    assert!(
        matches!(error.invalid_body(), Some(InvalidBody::MissingField { path, .. }) if path == "assumed_agency")
    );
    GetCallerIdentity::read(&Response::new(identity)).unwrap();
    AssumeAgencyWithSaml::read(&Response::new(identity)).unwrap_err();
}

#[test]
fn the_request_id_of_an_invalid_response_is_kept() {
    let response = Response::builder().header("X-Request-Id", "0f3c").body("").unwrap();
    let error = GetCallerIdentity::read(&response).unwrap_err();
    assert_eq!(error.request_id(), Some("0f3c"));
    assert_eq!(
        error.to_string(),
        "invalid response: empty body (HTTP status 200, request id 0f3c)"
    );
}
