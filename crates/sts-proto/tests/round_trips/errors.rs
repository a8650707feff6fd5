//! Round trips of error responses.

use http::StatusCode;
use proptest::option;
use proptest::prelude::*;
use sts_proto::server::ErrorResponse;
use sts_proto::{AssumeAgency, Operation};

use crate::text::{any_text, shown_id, shown_message};

/// Any status except 2xx.
fn status() -> impl Strategy<Value = StatusCode> {
    prop_oneof![100..200_u16, 300..1000_u16].prop_map(|code| StatusCode::from_u16(code).unwrap())
}

prop_compose! {
    fn error_response()(
        status in status(),
        (code, message) in (option::of(shown_id()), option::of(shown_message())),
        request_id in option::of(shown_id()),
        encoded in option::of(any_text().prop_map(|text| text + ".")),
    ) -> ErrorResponse {
        let mut response = ErrorResponse::new(status);
        response.code = code;
        response.message = message;
        response.request_id = request_id;
        response.encoded_authorization_message = encoded;
        response
    }
}

proptest! {
    #[test]
    fn an_error_is_read_back_equal(response in error_response()) {
        let error = AssumeAgency::read(&response.to_response()).unwrap_err();
        let mut read = ErrorResponse::new(error.status());
        read.code = error.code().map(ToString::to_string);
        read.message = error.message().map(str::to_owned);
        read.request_id = error.request_id().map(str::to_owned);
        read.encoded_authorization_message =
            error.encoded_authorization_message().map(str::to_owned);
        prop_assert_eq!(read, response);
    }

    #[test]
    fn any_message_is_printable_and_the_raw_message_is_equal(text in any_text()) {
        let response = ErrorResponse::new(StatusCode::BAD_REQUEST).message(text.clone());
        let error = AssumeAgency::read(&response.to_response()).unwrap_err();
        if !text.is_empty() && error.code().is_none() {
            prop_assert!(!error.message().unwrap_or_default().contains(char::is_control));
            prop_assert_eq!(error.raw_message().unwrap().expose_secret(), &text);
        }
    }
}

#[test]
fn a_request_id_is_in_header_and_body() {
    let response = ErrorResponse::new(StatusCode::NOT_FOUND).request_id("c0ffee").to_response();
    assert_eq!(response.headers()["x-request-id"], "c0ffee");
    assert_eq!(response.headers()["content-type"], "application/json");
    let ids = AssumeAgency::read(&response).unwrap_err().request_ids().clone();
    assert_eq!((ids.header.as_deref(), ids.body.as_deref()), (Some("c0ffee"), Some("c0ffee")));
}

#[test]
fn a_request_id_that_is_not_a_valid_header_value_is_in_the_body_only() {
    let response = ErrorResponse::new(StatusCode::NOT_FOUND).request_id("a\nb").to_response();
    assert!(!response.headers().contains_key("x-request-id"));
    assert_eq!(AssumeAgency::read(&response).unwrap_err().request_id(), Some("a b"));
}
