//! Any request on the server side is an operation or gets an error response.
#![no_main]

use http::Request;
use libfuzzer_sys::fuzz_target;
use sts_proto::Caller;
use sts_proto::server::{AnyOperation, ErrorResponse};

const PATHS: [&str; 6] = [
    "/v5/agencies/assume",
    "/v5/agencies/assume-with-oidc",
    "/v5/agencies/assume-with-saml",
    "/v5/decode-authorization-message",
    "/v5/caller-identity",
    "/",
];

fuzz_target!(|input: (usize, bool, &[u8])| {
    let (path, is_get, body) = input;
    let mut request = Request::new(body);
    *request.method_mut() = if is_get { http::Method::GET } else { http::Method::POST };
    *request.uri_mut() = http::Uri::from_static(PATHS[path % PATHS.len()]);
    match AnyOperation::read(&request) {
        Ok(operation) => {
            let _ = operation.validate_for(Caller::Temporary);
        }
        Err(refusal) => {
            assert!(ErrorResponse::from(refusal).to_response().status().is_client_error())
        }
    }
});
