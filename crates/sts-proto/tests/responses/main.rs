//! What comes in under a 2xx: what is read, and why something is not.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that goes wrong panics"
)]

mod broken;
mod expiration;
mod fields;
mod no_success;

use http::Response;
use serde_json::{Value, json};
use sts_proto::{AssumeAgency, AssumeAgencyOutput, InvalidBody, Operation, ServiceError};

/// Returns a complete response to `AssumeAgency`.
fn good() -> Value {
    json!({
        "source_identity": "ci@corp",
        "assumed_agency": {"urn": "sts::0a:assumed-agency:reader/build-42", "id": "fe:build-42"},
        "credentials": {
            "access_key_id": "HSTEXAMPLE0000000001",
            "secret_access_key": "0123456789012345678901234567890123456789",
            "security_token": "ggpjbi1leGFtcGxl",
            "expiration": "2026-03-05T07:38:09.512Z",
        },
    })
}

fn read<B: AsRef<[u8]>>(body: B) -> Result<AssumeAgencyOutput, ServiceError> {
    AssumeAgency::read(&Response::new(body))
}

/// Returns why `body` is invalid, after checks that hold for all such errors.
#[track_caller]
fn unreadable<B: AsRef<[u8]>>(body: B) -> InvalidBody {
    let error = read(body).expect_err("an invalid response");
    assert_eq!(error.kind(), sts_proto::ErrorKind::InvalidResponse);
    assert_eq!(error.status(), 200);
    error.invalid_body().expect("the reason of a 2xx").clone()
}

/// The same in words.
#[track_caller]
fn why<B: AsRef<[u8]>>(body: B) -> String {
    unreadable(body).to_string()
}

fn missing(path: &str) -> String {
    format!("missing field {path}")
}

fn wrong(path: &str) -> String {
    format!("invalid or duplicate field {path}")
}
