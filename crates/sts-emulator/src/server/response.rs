//! Responses of the local endpoints.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use http::{Response, StatusCode};
use serde::Serialize;
use sts_proto::Body;

pub(crate) fn json_response(status: StatusCode, value: &impl Serialize) -> Response<Body> {
    // Cannot fail: the values are texts and numbers.
    response(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
}

pub(crate) fn text_response(status: StatusCode, text: &str) -> Response<Body> {
    response(status, "text/plain; charset=utf-8", text.as_bytes().to_vec())
}

/// Returns a page without scripts, which no other page may embed.
pub(crate) fn html_response(status: StatusCode, html: &str) -> Response<Body> {
    let mut response = response(status, "text/html; charset=utf-8", html.as_bytes().to_vec());
    let policy = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let policy = HeaderValue::from_static(policy);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    response
}

/// Returns a JSON object with the member `error`.
pub(crate) fn error_response(status: StatusCode, error: &str) -> Response<Body> {
    json_response(status, &serde_json::json!({ "error": error }))
}

fn response(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        // Responses may contain credentials or tokens.
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
