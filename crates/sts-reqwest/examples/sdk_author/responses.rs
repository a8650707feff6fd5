//! What the mock returns.

use http::{Request, StatusCode};
use hyper::body::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// Returns the response to a verified request.
pub(crate) fn respond(request: &Request<Bytes>) -> (StatusCode, Value) {
    let query = request.uri().query().unwrap_or_default();
    let field = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.find(|(it, _)| *it == name)?.1;
        Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
    };
    match request.uri().path() {
        "/v1/0a1b/cloudservers/detail" => {
            let number = |name| field(name).and_then(|it| it.parse().ok()).unwrap_or(1_usize);
            let (limit, page, name) = (number("limit"), number("offset"), field("name"));
            let names = ["db 1", "web 1", "web 2", "web 3", "web+4"];
            let found = names.iter().filter(|it| it.contains(name.as_deref().unwrap_or_default()));
            let servers = found.skip(limit * (page - 1)).take(limit);
            (
                StatusCode::OK,
                json!({ "servers": servers.map(|it| json!({ "name": it })).collect::<Value>() }),
            )
        }
        "/v1/0a1b/cloudservers/action" => {
            let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
            match body.pointer("/os-start/servers").and_then(Value::as_array) {
                Some(servers) if !servers.is_empty() => {
                    (StatusCode::OK, json!({ "job_id": "job-1" }))
                }
                _ => (
                    StatusCode::BAD_REQUEST,
                    json!({
                        "error": { "code": "Ecs.0005", "message": "Invalid parameter" },
                    }),
                ),
            }
        }
        _ => (
            StatusCode::NOT_FOUND,
            json!({ "error_code": "APIGW.0101", "error_msg": "no such API" }),
        ),
    }
}
