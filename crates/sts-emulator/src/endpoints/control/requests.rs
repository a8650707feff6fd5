//! `/_emulator/v1/requests`

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use sts_proto::Body;

use super::query::numbers;
use super::responses::bad_request;
use super::state::ControlledState;
use crate::server::text_response;

/// Maximum time to wait for a request, in seconds.
const MAX_WAIT: u64 = 30;

/// Returns the last requests, the oldest first, as JSON on a line each. `after` is the number of the
/// last request that the client knows, `limit` the maximum number of requests, and `wait` the time in
/// seconds to wait for one.
pub(super) async fn list(state: &ControlledState, query: Option<&str>) -> Response<Body> {
    let [after, limit, wait] = match numbers(query, ["after", "limit", "wait"]) {
        Ok(numbers) => numbers,
        Err(problem) => return bad_request(&problem),
    };
    let wait = wait.unwrap_or_default();
    if wait > MAX_WAIT {
        return bad_request("wait: must be at most 30 seconds");
    }
    let after = after.unwrap_or_default();
    if wait > 0 {
        let arrival = state.history.wait_for_request_after(after);
        // Without a request the list is empty.
        let _ = tokio::time::timeout(Duration::from_secs(wait), arrival).await;
    }
    let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let mut lines = String::new();
    for entry in state.history.after(after, limit) {
        // Cannot fail: the fields are texts and numbers.
        lines += &serde_json::to_string(&*entry).unwrap_or_default();
        lines.push('\n');
    }
    let mut response = text_response(StatusCode::OK, &lines);
    let content_type = HeaderValue::from_static("application/x-ndjson");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
