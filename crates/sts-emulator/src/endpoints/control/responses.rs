//! Responses that several resources share.

use http::{Response, StatusCode};
use serde_json::json;
use sts_proto::Body;

use crate::server::{error_response, json_response};

pub(super) fn ok() -> Response<Body> {
    json_response(StatusCode::OK, &json!({"status": "ok"}))
}

pub(super) fn bad_request(problem: &str) -> Response<Body> {
    error_response(StatusCode::BAD_REQUEST, problem)
}

pub(super) fn unknown_path() -> Response<Body> {
    let problem = "unknown path: the console is at /_emulator/, and the paths of the control API \
                   begin with /_emulator/v1/";
    error_response(StatusCode::NOT_FOUND, problem)
}
