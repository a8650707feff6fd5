//! What the responses of the operations have in common.

use std::fmt;

use http::header::HOST;
use http::uri::Authority;
use http::{Request, StatusCode};
use sts_proto::Body;

use crate::rejection::Rejection;
use crate::service::Service;

/// Path of the page on which people approve a sign-in.
pub(crate) const PAGE: &str = "/device";

/// Returns the URL under which the client reached the emulator.
pub(super) fn base_url(service: &Service, request: &Request<Body>) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let scheme = service.url.split_once("://").map_or("http", |(scheme, _)| scheme);
    match host {
        Some(host) => format!("{scheme}://{host}"),
        None => service.url.clone(),
    }
}

pub(super) fn bad_request(problem: impl fmt::Display) -> Rejection {
    rejected(StatusCode::BAD_REQUEST, None, format!("Bad Request: {problem}."))
}

pub(super) fn access_denied(status: StatusCode, problem: impl fmt::Display) -> Rejection {
    rejected(status, None, format!("Access denied: {problem}"))
}

pub(super) fn rejected(
    status: StatusCode,
    code: Option<&'static str>,
    message: String,
) -> Rejection {
    Rejection::Service { status, code, message }
}
