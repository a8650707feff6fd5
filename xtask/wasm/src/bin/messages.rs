//! The messages alone: a request is built and signed, and its response is decoded.
//!
//! A program is the way to WebAssembly without unsafe code and without generated code: its `main`
//! is exported, and its exit code is the result. It has no input, so time and bytes are constants,
//! behind `black_box`, which keeps the compiler from evaluating the result.
#![forbid(unsafe_code)]

use std::error::Error as StdError;
use std::hint::black_box;
use std::process::ExitCode;

use http::Response;
use http::header::AUTHORIZATION;
use sts_proto::{AssumeAgency, Endpoint, Operation, Region};
use sts_sign::Signer;
use time::OffsetDateTime;

/// 2026-03-05 07:08:09 UTC.
const NOW: i64 = 1_772_694_489;
const ANSWER: &[u8] = br#"{"assumed_agency":{"urn":"sts::0a1b:assumed-agency:reader/build-42","id":"9f:build-42"},
"credentials":{"access_key_id":"HSTEXAMPLE0000000001","secret_access_key":"d4E5f6","security_token":"hQpjbi1ub3J0aC00",
"expiration":"2026-03-05T08:08:09.000Z"}}"#;
const SIGNATURE: &str = "a549af40517e6aa7f6e9165e21d56f11f969e6af29c46fe88540fad893295fe2";

fn main() -> ExitCode {
    match assume() {
        Ok(true) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Returns whether the signature and the credentials are as expected.
fn assume() -> Result<bool, Box<dyn StdError>> {
    let now = OffsetDateTime::from_unix_timestamp(black_box(NOW))?;
    let signer =
        Signer::from_parts(black_box("EXAMPLEAK00000000001"), black_box("the-secret-key"))?;
    let operation = AssumeAgency::new(black_box("iam::0a1b:agency:reader"), "build-42");

    let mut request = operation.to_request(&Endpoint::from(Region::CN_NORTH_4))?;
    signer.sign(&mut request, now)?;
    let authorization = request.headers().get(AUTHORIZATION).ok_or("no signature")?.to_str()?;

    let answer = AssumeAgency::read(&Response::new(black_box(ANSWER)))?;
    let left = answer.credentials.expires_in(now);
    Ok(authorization.ends_with(black_box(SIGNATURE))
        && left.is_some_and(|left| left.as_secs() == 3600))
}
