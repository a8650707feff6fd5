//! Any request: what is signed verifies.
#![no_main]

use std::time::Duration;

use http::{HeaderName, HeaderValue, Request, Uri};
use libfuzzer_sys::fuzz_target;
use sts_sign::{SignedHeaders, Signer, verify};
use time::OffsetDateTime;

fuzz_target!(|input: (&str, &[u8], &[u8], &[u8], &[u8])| {
    let (uri, host, name, value, body) = input;
    let Ok(uri) = uri.parse::<Uri>() else { return };
    let mut request = Request::new(body);
    *request.uri_mut() = uri;
    if let Ok(host) = HeaderValue::from_bytes(host) {
        request.headers_mut().insert("host", host);
    }
    if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
        request.headers_mut().append(name, value);
    }
    let signer = Signer::from_parts("EXAMPLEAK00000000001", "the-secret-key").expect("keys");
    let signer = signer.signed_headers(SignedHeaders::all());
    let now = OffsetDateTime::UNIX_EPOCH;
    let before = request.headers().clone();
    match signer.sign(&mut request, now) {
        Ok(()) => {
            let verified = verify(&request, |_| Some(&signer), now, Duration::from_secs(1));
            verified.expect("what was signed verifies");
        }
        Err(_) => assert_eq!(*request.headers(), before, "nothing half-signed"),
    }
});
