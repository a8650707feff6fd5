//! Any `Authorization` header: read, and never believed.
#![no_main]

use std::time::Duration;

use http::{HeaderValue, Request};
use libfuzzer_sys::fuzz_target;
use sts_sign::{Signer, verify};
use time::OffsetDateTime;

fuzz_target!(|value: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(value) else { return };
    let mut request = Request::new("");
    request.headers_mut().insert("authorization", value);
    request.headers_mut().insert("host", HeaderValue::from_static("sts.example.com"));
    request.headers_mut().insert("x-sdk-date", HeaderValue::from_static("19700101T000000Z"));
    let signer = Signer::from_parts("EXAMPLEAK00000000001", "the-secret-key").expect("keys");
    let now = OffsetDateTime::UNIX_EPOCH;
    let refusal = verify(&request, |_| Some(&signer), now, Duration::from_secs(900));
    let refusal = refusal.expect_err("a random signature is not valid");
    let _ = format!("{refusal}{refusal:?}");
});
