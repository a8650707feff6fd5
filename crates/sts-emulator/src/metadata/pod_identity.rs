//! Pod identity: keys for a pod that shows the content of its token file.

use http::header::AUTHORIZATION;
use http::{HeaderMap, Response, StatusCode};
use serde_json::json;
use sts_proto::{Body, Secret};

use super::Metadata;
use crate::server::{json_answer, text_answer};

pub(super) fn answer(metadata: &Metadata, headers: &HeaderMap) -> Response<Body> {
    let wanted = metadata.rules().and_then(|rules| rules.pod_token.as_ref());
    let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if wanted.is_none() || shown.map(Secret::from).as_ref() != wanted {
        return text_answer(
            StatusCode::UNAUTHORIZED,
            "401 Unauthorized: the token is not the pod's",
        );
    }
    let Some((keys, expiration)) = metadata.keys("emulated-pod") else {
        return text_answer(StatusCode::UNAUTHORIZED, "401 Unauthorized: the pod has no agency");
    };
    json_answer(
        StatusCode::OK,
        &json!({"credentials": {
            "accessKeyId": keys.access_key_id,
            "secretAccessKey": keys.secret_access_key.expose_secret(),
            "securityToken": keys.security_token.as_ref().map(Secret::expose_secret),
            "expiration": expiration,
        }}),
    )
}
