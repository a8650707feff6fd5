//! Any bytes as the token header, as the first body and as the second body of classic IAM, on two
//! lines and the rest: credentials that a request can carry, or an error.
#![no_main]

use http::{HeaderValue, Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use sts_proto::Body;
use sts_providers::classic_iam::{
    CreateTemporaryAccessKeyByToken, CreateTokenWithIdToken, KeystoneListAuthDomains,
    KeystoneListProjects,
};

fuzz_target!(|content: &[u8]| {
    let mut lines = content.splitn(3, |&byte| byte == b'\n');
    let [header, first, rest] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    let response = |body: &[u8]| {
        let mut response = Response::new(Body::from(body.to_vec()));
        *response.status_mut() = StatusCode::CREATED;
        if let Ok(value) = HeaderValue::from_bytes(header) {
            response.headers_mut().insert("x-subject-token", value);
        }
        response
    };
    match CreateTokenWithIdToken::read(&response(first)) {
        Ok(token) => {
            let token = token.token.expose_secret().to_owned();
            assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(issued) = CreateTemporaryAccessKeyByToken::read(&response(rest)) {
        assert!(issued.credentials.validate().is_ok());
        assert!(issued.credentials.is_temporary() && issued.credentials.expiration.is_some());
    }
    let _ = KeystoneListProjects::read(&response(rest));
    let _ = KeystoneListAuthDomains::read(&response(rest));
});
