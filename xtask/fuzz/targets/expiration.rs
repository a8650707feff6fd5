//! Any text as expiration.
#![no_main]

use http::Response;
use libfuzzer_sys::fuzz_target;
use sts_proto::{AssumeAgency, Operation};
use time::OffsetDateTime;

fuzz_target!(|text: &str| {
    if text.contains(['"', '\\']) || text.chars().any(char::is_control) {
        return;
    }
    let body = format!(
        r#"{{"assumed_agency":{{"urn":"u","id":"i"}},"credentials":{{"access_key_id":"a","secret_access_key":"s","security_token":"t","expiration":"{text}"}}}}"#,
    );
    if let Ok(output) = AssumeAgency::read(&Response::new(body)) {
        let _ = output.credentials.expires_in(OffsetDateTime::UNIX_EPOCH);
        let _ = output.credentials.is_expired(OffsetDateTime::UNIX_EPOCH);
    }
});
