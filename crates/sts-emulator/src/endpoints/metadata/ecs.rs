//! The metadata service of a machine: first a metadata token, then credentials.

use http::{HeaderMap, Response, StatusCode};
use serde_json::json;
use sts_proto::Body;

use super::issuer::CredentialsIssuer;
use crate::model::metadata::MetadataTokens;
use crate::seal::Purpose;
use crate::server::{json_response, text_response};
use crate::service::credential_object;

const TTL: &str = "x-metadata-token-ttl-seconds";
const TOKEN: &str = "x-metadata-token";

/// Maximum lifetime of a metadata token, in seconds.
const MAX_TTL: i64 = 21_600;

/// Returns a metadata token. It contains its expiration, so the emulator stores no state.
pub(super) fn token(issuer: &CredentialsIssuer, headers: &HeaderMap) -> Response<Body> {
    if issuer.rules().is_some_and(|rules| rules.tokens == MetadataTokens::None) {
        return text_response(StatusCode::NOT_FOUND, "404 Not Found");
    }
    let ttl = headers.get(TTL).and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    let Some(ttl) = ttl.filter(|ttl| (1..=MAX_TTL).contains(ttl)) else {
        return text_response(StatusCode::BAD_REQUEST, "400 Bad Request");
    };
    let end = issuer.clock.now().unix_timestamp().saturating_add(ttl);
    let token = issuer.service.seal.seal(Purpose::MetadataToken, &end.to_be_bytes());
    text_response(StatusCode::OK, &token)
}

/// Returns credentials of the machine's agency. A metadata token must be valid, also if it is optional.
pub(super) fn security_key(issuer: &CredentialsIssuer, headers: &HeaderMap) -> Response<Body> {
    let is_required = issuer.rules().is_some_and(|rules| rules.tokens == MetadataTokens::Required);
    let fault = match headers.get(TOKEN) {
        Some(token) if token.to_str().is_ok_and(|token| is_valid(issuer, token)) => None,
        Some(_) => Some("401 Unauthorized: the metadata token is invalid"),
        None if is_required => Some("401 Unauthorized: a metadata token is required"),
        None => None,
    };
    if let Some(fault) = fault {
        return text_response(StatusCode::UNAUTHORIZED, fault);
    }
    let Some(credentials) = issuer.issue("emulated-machine") else {
        return text_response(
            StatusCode::UNAUTHORIZED,
            "Please configure Cloud Service Agency first",
        );
    };
    json_response(StatusCode::OK, &json!({"credential": credential_object(&credentials)}))
}

fn is_valid(issuer: &CredentialsIssuer, token: &str) -> bool {
    let plain = issuer.service.seal.open(Purpose::MetadataToken, token);
    let end = plain.and_then(|plain| plain.first_chunk().map(|end| i64::from_be_bytes(*end)));
    end.is_some_and(|end| issuer.clock.now().unix_timestamp() < end)
}
