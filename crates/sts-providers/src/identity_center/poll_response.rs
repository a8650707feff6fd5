//! Classification of unsuccessful responses to a poll.

use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use sts_proto::Body;

/// Meaning of an unsuccessful response to a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PollResponse {
    /// The person has not finished.
    Pending,
    /// The interval has to be 5 seconds longer.
    SlowDown,
    /// The device code has expired.
    Expired,
    /// The person, or the service, denied the sign-in.
    Denied,
    /// The same request may succeed later.
    Unavailable,
    /// No request will succeed.
    Failed,
}

/// Codes of RFC 8628.
const CODES: [(&str, PollResponse); 4] = [
    ("authorization_pending", PollResponse::Pending),
    ("slow_down", PollResponse::SlowDown),
    ("expired_token", PollResponse::Expired),
    ("access_denied", PollResponse::Denied),
];
/// Codes of RFC 6749 for requests that cannot succeed.
const FAILURES: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];
/// The malformed request, in the published error table.
const BAD_REQUEST: &str = "IIC.400";
/// `Access denied`, in the published error table.
const ACCESS_DENIED: &str = "IIC.1404";

#[derive(Default, Deserialize)]
struct Fields {
    error: Option<Value>,
    error_code: Option<Value>,
    error_msg: Option<Value>,
    error_description: Option<Value>,
}

/// Classifies an unsuccessful response. The responses of the service are not published, so the
/// codes of RFC 8628 are looked for in all fields, in any case; any other 400 counts as pending,
/// except for codes that cannot mean that.
pub(super) fn classify(response: &Response<Body>, is_first: bool) -> PollResponse {
    let fields: Fields = serde_json::from_slice(response.body().as_ref()).unwrap_or_default();
    let text = |field: &Option<Value>| {
        let text = field.as_ref().and_then(Value::as_str).unwrap_or_default();
        text.trim().to_ascii_lowercase()
    };
    let (error, code) = (text(&fields.error), text(&fields.error_code));
    let messages = [text(&fields.error_msg), text(&fields.error_description)];
    let find = |is_match: &dyn Fn(&str) -> bool| {
        CODES.iter().find(|(word, _)| is_match(word)).map(|(_, meaning)| *meaning)
    };
    if let Some(meaning) = find(&|word| error == word)
        .or_else(|| find(&|word| code == word))
        .or_else(|| find(&|word| messages.iter().any(|message| message.contains(word))))
    {
        return meaning;
    }
    let status = response.status();
    let is_code = |known: &str| code.eq_ignore_ascii_case(known);
    if is_retryable(status) {
        PollResponse::Unavailable
    } else if status != StatusCode::BAD_REQUEST
        || FAILURES.contains(&&*error)
        || (is_first && is_code(BAD_REQUEST))
    {
        PollResponse::Failed
    } else if is_code(ACCESS_DENIED) {
        PollResponse::Denied
    } else {
        PollResponse::Pending
    }
}

/// The longest code that an error shows. That of the known ones has 22 characters.
const LONGEST_CODE: usize = 32;

/// Returns the code in the field of RFC 6749, which is not one of the service's fields. Any text that is
/// not a word may contain a secret of the request.
pub(super) fn oauth_code(response: &Response<Body>) -> Option<String> {
    let fields: Fields = serde_json::from_slice(response.body().as_ref()).ok()?;
    let code = fields.error?.as_str()?.trim().to_ascii_lowercase();
    let is_word = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (is_word && (1..=LONGEST_CODE).contains(&code.len())).then_some(code)
}

/// Whether the same request may succeed later.
fn is_retryable(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
}
