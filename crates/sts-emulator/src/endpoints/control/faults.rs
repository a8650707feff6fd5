//! `/_emulator/v1/faults`

use http::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;
use sts_proto::Body;

use super::responses::{bad_request, unknown_path};
use super::state::ControlledState;
use crate::faults::InjectionConfig;
use crate::server::{error_response, json_response};
use crate::table::Table;

/// Maximum number of active injections, which bounds the memory that they take.
const MAX_INJECTIONS: usize = 1000;

/// An active injection with its number.
#[derive(Serialize)]
struct Numbered {
    id: u64,
    #[serde(flatten)]
    injection: InjectionConfig,
}

pub(super) fn list(state: &ControlledState) -> Response<Body> {
    let active = state.faults.active().into_iter();
    let faults: Vec<_> = active
        .map(|(id, injection)| Numbered { id, injection: InjectionConfig::from(&injection) })
        .collect();
    json_response(StatusCode::OK, &json!({ "faults": faults }))
}

/// Injects a fault, and returns its number.
pub(super) fn inject(state: &ControlledState, body: &Body) -> Response<Body> {
    let read = serde_json::from_slice::<Table<InjectionConfig>>(body.as_ref());
    let Table(written) = match read {
        Ok(written) => written,
        Err(error) => return bad_request(&error.to_string()),
    };
    let injection = match written.read() {
        Ok(injection) => injection,
        Err((key, problem)) => return bad_request(&format!("{key}: {problem}")),
    };
    if state.faults.active().len() >= MAX_INJECTIONS {
        let problem = format!("{MAX_INJECTIONS} injections are active; clear them first");
        return error_response(StatusCode::CONFLICT, &problem);
    }
    let id = state.faults.add(injection);
    json_response(StatusCode::CREATED, &json!({ "id": id }))
}

pub(super) fn clear(state: &ControlledState) -> Response<Body> {
    state.faults.clear();
    list(state)
}

/// Removes the fault of `faults/ID`.
pub(super) fn remove(state: &ControlledState, resource: &str) -> Response<Body> {
    let id = resource.strip_prefix("faults/").and_then(|id| id.parse().ok());
    match id {
        Some(id) if state.faults.remove(id) => list(state),
        Some(_) => error_response(StatusCode::NOT_FOUND, "the fault is not active"),
        None => unknown_path(),
    }
}
