//! `/_emulator/v1/sessions`

use http::{Response, StatusCode};
use serde_json::json;
use sts_proto::Body;

use super::clock::rfc3339;
use super::state::ControlledState;
use crate::clock::Clock as _;
use crate::server::json_response;

/// Returns the last issued sessions, the newest first.
pub(super) fn list(state: &ControlledState) -> Response<Body> {
    let now = state.clock.now();
    let sessions = state.sessions.newest().into_iter().map(|session| {
        json!({
            "urn": session.urn,
            "access_key_id": session.access_key_id,
            "expires_at": rfc3339(session.expiration),
            "expired": session.expiration <= now,
        })
    });
    json_response(StatusCode::OK, &json!({"sessions": sessions.collect::<Vec<_>>()}))
}
