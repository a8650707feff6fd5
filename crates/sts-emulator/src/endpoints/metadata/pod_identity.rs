//! Pod identity: credentials for a pod that sends the content of its token file.

use http::header::AUTHORIZATION;
use http::{HeaderMap, Response, StatusCode};
use serde_json::json;
use sts_proto::{Body, Secret};

use super::issuer::CredentialsIssuer;
use crate::server::{json_response, text_response};
use crate::service::iam_time;

pub(super) fn respond(issuer: &CredentialsIssuer, headers: &HeaderMap) -> Response<Body> {
    let expected = issuer.rules().and_then(|rules| rules.pod_token.as_ref());
    let presented = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if expected.is_none() || presented.map(Secret::from).as_ref() != expected {
        return text_response(StatusCode::UNAUTHORIZED, "401 Unauthorized: invalid pod token");
    }
    let Some(credentials) = issuer.issue("emulated-pod") else {
        return text_response(
            StatusCode::UNAUTHORIZED,
            "401 Unauthorized: the agency of the pod is not configured",
        );
    };
    json_response(
        StatusCode::OK,
        &json!({"credentials": {
            "accessKeyId": credentials.access_key_id,
            "secretAccessKey": credentials.secret_access_key.expose_secret(),
            "securityToken": credentials.security_token.as_ref().map(Secret::expose_secret),
            "expiration": credentials.expiration.map(iam_time),
        }}),
    )
}
