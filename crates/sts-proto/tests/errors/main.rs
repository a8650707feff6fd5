//! What comes in under any other status, and what it says to do.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that goes wrong panics"
)]

mod bounds;
mod echo;
mod faces;
mod headers;
mod redaction;
mod redaction_property;
mod services;
mod shapes;
mod statuses;
mod table;
mod waits;

use http::Response;
use sts_proto::{AssumeAgency, Operation, ServiceError};

/// Returns the error of a response with `status` and `body`.
#[track_caller]
fn error<B: AsRef<[u8]>>(status: u16, body: B) -> ServiceError {
    error_with(status, &[], body)
}

#[track_caller]
fn error_with<B: AsRef<[u8]>>(status: u16, headers: &[(&str, &str)], body: B) -> ServiceError {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    AssumeAgency::read(&response.body(body).unwrap()).expect_err("an unsuccessful response")
}

/// The documented form of an error's body.
fn body(code: &str, message: &str) -> String {
    serde_json::json!({"error_code": code, "error_msg": message}).to_string()
}

/// All that an error gives away.
fn everything(error: &ServiceError) -> String {
    format!(
        "{error}\n{error:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        error.code(),
        error.message(),
        error.echoed_canonical_request(),
        error.excerpt(),
        error.request_ids(),
        error.invalid_body(),
    )
}
