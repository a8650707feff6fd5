//! `/_emulator/v1/clock`

use http::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sts_proto::Body;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::responses::bad_request;
use super::state::ControlledState;
use crate::clock::Clock as _;
use crate::server::json_response;
use crate::table::Table;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Freeze {
    at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u32,
}

pub(super) fn show(state: &ControlledState) -> Response<Body> {
    let now = rfc3339(state.clock.now());
    json_response(StatusCode::OK, &json!({"now": now, "frozen": state.clock.is_frozen()}))
}

/// Stops the clock, at a time or at the current one.
pub(super) fn freeze(state: &ControlledState, body: &Body) -> Response<Body> {
    let Freeze { at } = match read(body) {
        Ok(freeze) => freeze,
        Err(problem) => return bad_request(&problem),
    };
    let Ok(at) = at.map(|at| OffsetDateTime::parse(&at, &Rfc3339)).transpose() else {
        return bad_request("at: must be a time in RFC 3339");
    };
    state.clock.freeze(at);
    show(state)
}

pub(super) fn advance(state: &ControlledState, body: &Body) -> Response<Body> {
    match read(body) {
        Ok(Advance { seconds }) => {
            state.clock.advance(time::Duration::seconds(seconds.into()));
            show(state)
        }
        Err(problem) => bad_request(&problem),
    }
}

pub(super) fn unfreeze(state: &ControlledState) -> Response<Body> {
    state.clock.unfreeze();
    show(state)
}

/// Reads an object. An empty body is an empty object.
fn read<T: DeserializeOwned>(body: &Body) -> Result<T, String> {
    let json = if body.is_empty() { b"{}" } else { body.as_ref() };
    serde_json::from_slice(json).map(|Table(read)| read).map_err(|error| error.to_string())
}

pub(super) fn rfc3339(time: OffsetDateTime) -> String {
    let utc = time.checked_to_offset(time::UtcOffset::UTC).unwrap_or(time);
    utc.format(&Rfc3339).unwrap_or_default()
}
