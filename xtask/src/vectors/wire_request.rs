//! What the official client puts on the wire for given parameters.

use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use sts_proto::server::AnyOperation;
use sts_proto::{Authentication, Endpoint, Region};
use sts_sign::Signer;
use time::macros::datetime;

use super::{Failure, decode, differs, equal};

#[derive(Deserialize)]
struct Vector<'a> {
    operation: String,
    #[serde(borrow)]
    params: &'a RawValue,
    security_token: Option<String>,
    method: String,
    target: String,
    content_type: Option<String>,
    body_json: Value,
}

pub(super) fn check(vector: &str) -> Result<(), Failure> {
    let vector: Vector<'_> = decode(vector)?;
    let operation = AnyOperation::from_json(&vector.operation, vector.params.get().as_bytes())
        .map_err(|error| format!("params: {error}"))?;
    // The official client does not validate limits.
    let mut request = operation
        .to_request_unvalidated(&Endpoint::from(Region::CN_NORTH_4))
        .map_err(|error| error.to_string())?;

    equal("method", request.method().as_str(), &vector.method)?;
    let target = request.uri().path_and_query().map_or("", http::uri::PathAndQuery::as_str);
    equal("target", target, &vector.target)?;
    let content_type = request.headers().get(CONTENT_TYPE).map(|value| value.to_str());
    let content_type = content_type.transpose().map_err(|error| error.to_string())?;
    equal(
        "content type",
        content_type.unwrap_or("none"),
        vector.content_type.as_deref().unwrap_or("none"),
    )?;
    let body = match request.body().as_ref() {
        [] => Value::Null,
        bytes => serde_json::from_slice(bytes).map_err(|error| format!("body: {error}"))?,
    };
    if body != vector.body_json {
        return Err(differs("body", &body.to_string(), &vector.body_json.to_string()));
    }

    // Unsigned operations have neither signature nor token.
    let token = vector.security_token.as_deref();
    if let (Authentication::Signed, Some(token)) = (operation.authentication(), token) {
        Signer::from_parts("EXAMPLEAK00000000001", "a1B2c3")
            .and_then(|signer| signer.security_token(token))
            .map_err(|error| error.to_string())?
            .sign(&mut request, datetime!(2026-03-05 07:08:09 UTC))
            .map_err(|error| error.to_string())?;
        let sent = request.headers().get("x-security-token").map(http::HeaderValue::as_bytes);
        if sent != Some(token.as_bytes()) {
            return Err("the security token is not sent as it is".to_owned());
        }
    }
    Ok(())
}
