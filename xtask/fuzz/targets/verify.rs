//! Any request at the verifier: refused with a reason.
#![no_main]

use std::time::Duration;

use http::{HeaderName, HeaderValue, Request, Uri};
use libfuzzer_sys::fuzz_target;
use sts_sign::{Signer, verify};
use time::OffsetDateTime;

fuzz_target!(|input: (&str, Vec<(&[u8], &[u8])>, &[u8])| {
    let (uri, headers, body) = input;
    let Ok(uri) = uri.parse::<Uri>() else { return };
    let mut request = Request::new(body);
    *request.uri_mut() = uri;
    for (name, value) in headers.into_iter().take(32) {
        let name = match name {
            // Names that matter are found sooner when they need not be guessed.
            [0] => Ok(HeaderName::from_static("authorization")),
            [1] => Ok(HeaderName::from_static("x-sdk-date")),
            [2] => Ok(HeaderName::from_static("host")),
            [3] => Ok(HeaderName::from_static("x-security-token")),
            name => HeaderName::from_bytes(name),
        };
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
            request.headers_mut().append(name, value);
        }
    }
    let signer = Signer::from_parts("EXAMPLEAK00000000001", "the-secret-key").expect("keys");
    let signer = signer.security_token("token").expect("a token");
    let now = OffsetDateTime::UNIX_EPOCH;
    let refusal = verify(&request, |_| Some(&signer), now, Duration::from_secs(900));
    let refusal = refusal.expect_err("a random signature is not valid");
    let _ = format!("{refusal}{refusal:?}");
});
