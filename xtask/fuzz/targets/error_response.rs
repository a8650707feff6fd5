//! Any status, some headers and any body: an error whose texts are bounded and printable.
#![no_main]

use http::{HeaderValue, Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use sts_proto::{ErrorKind, ServiceError};
use time::OffsetDateTime;

const HEADERS: [&str; 4] = ["retry-after", "date", "x-request-id", "age"];

fuzz_target!(|input: (u16, [Option<&[u8]>; 4], &[u8])| {
    let (status, headers, body) = input;
    let Ok(status) = StatusCode::from_u16(300 + status % 700) else { return };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in HEADERS.into_iter().zip(headers) {
        if let Some(Ok(value)) = value.map(HeaderValue::from_bytes) {
            response.headers_mut().insert(name, value);
        }
    }
    let Some(error) = ServiceError::from_response(&response) else { panic!("a success") };
    assert!(!is_of_client(error.kind()));
    let shown = format!("{error}{error:?}");
    assert!(!error.to_string().chars().any(char::is_control), "{shown}");
    assert!(error.message().is_none_or(|message| message.len() <= 4096));
    assert!(error.excerpt().is_none_or(|excerpt| excerpt.len() <= 1024));
    assert!(error.raw_message().is_none_or(|message| message.expose_secret().len() <= 64 * 1024));
    let _ = error.wait(OffsetDateTime::UNIX_EPOCH);
});

/// Returns whether only a client yields this kind.
fn is_of_client(kind: ErrorKind) -> bool {
    use ErrorKind::{Completed, Configuration, Credentials, InvalidResponse, Timeout, Transport};
    matches!(kind, InvalidResponse | Transport | Credentials | Timeout | Configuration | Completed)
}
