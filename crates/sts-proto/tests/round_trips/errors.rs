//! Errors, written by the server and read by the client.

use http::StatusCode;
use proptest::option;
use proptest::prelude::*;
use sts_proto::server::ErrorResponse;
use sts_proto::{AssumeAgency, Operation};

use crate::text::{any_text, shown_text};

/// Any status that is no success.
fn status() -> impl Strategy<Value = StatusCode> {
    prop_oneof![100..200_u16, 300..1000_u16].prop_map(|code| StatusCode::from_u16(code).unwrap())
}

prop_compose! {
    fn error_answer()(
        status in status(),
        (code, message) in (option::of(shown_text()), option::of(shown_text())),
        request_id in option::of(shown_text()),
        encoded in option::of(any_text().prop_map(|text| text + ".")),
    ) -> ErrorResponse {
        let mut answer = ErrorResponse::new(status);
        answer.code = code;
        answer.message = message;
        answer.request_id = request_id;
        answer.encoded_authorization_message = encoded;
        answer
    }
}

proptest! {
    #[test]
    fn an_error_is_read_back_equal(answer in error_answer()) {
        let error = AssumeAgency::read(&answer.to_response()).unwrap_err();
        let mut read = ErrorResponse::new(error.status());
        read.code = error.code().map(ToString::to_string);
        read.message = error.message().map(str::to_owned);
        read.request_id = error.request_id().map(str::to_owned);
        read.encoded_authorization_message =
            error.encoded_authorization_message().map(str::to_owned);
        prop_assert_eq!(read, answer);
    }

    #[test]
    fn any_message_keeps_its_length_and_all_that_can_be_shown(text in any_text()) {
        let answer = ErrorResponse::new(StatusCode::BAD_REQUEST).message(text.clone());
        let error = AssumeAgency::read(&answer.to_response()).unwrap_err();
        let message = error.message().unwrap_or_default();
        prop_assert_eq!(message.chars().count(), text.chars().count());
        for (kept, given) in message.chars().zip(text.chars()) {
            prop_assert!(kept == given || kept == ' ', "{:?} for {:?}", kept, given);
            prop_assert!(!kept.is_control());
        }
    }
}

#[test]
fn a_request_id_stands_in_header_and_body() {
    let response = ErrorResponse::new(StatusCode::NOT_FOUND).request_id("c0ffee").to_response();
    assert_eq!(response.headers()["x-request-id"], "c0ffee");
    assert_eq!(response.headers()["content-type"], "application/json");
    let ids = AssumeAgency::read(&response).unwrap_err().request_ids().clone();
    assert_eq!((ids.header.as_deref(), ids.body.as_deref()), (Some("c0ffee"), Some("c0ffee")));
}

#[test]
fn a_request_id_that_no_header_can_hold_stands_in_the_body_only() {
    let response = ErrorResponse::new(StatusCode::NOT_FOUND).request_id("a\nb").to_response();
    assert!(!response.headers().contains_key("x-request-id"));
    assert_eq!(AssumeAgency::read(&response).unwrap_err().request_id(), Some("a b"));
}
