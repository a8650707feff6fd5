//! From status, code and message to a kind.

use http::StatusCode;
use sts_credentials::ErrorKind;
use zeroize::Zeroizing;

use super::code::{CodeFamily, ErrorCode};
use super::table;
use crate::status::{StatusClass, kind_of_status};

/// Judges an answer that is no success.
///
/// The class of the status comes first: only 4xx and 5xx are errors of the service's own. Then
/// the message where it is known to refine, then the code, then the status.
pub(super) fn kind(
    status: StatusCode,
    code: Option<&ErrorCode>,
    message: Option<&str>,
    has_retry_after: bool,
) -> ErrorKind {
    if !matches!(StatusClass::of(status), StatusClass::ClientError | StatusClass::ServerError) {
        return kind_of_status(status);
    }
    if status == StatusCode::PAYLOAD_TOO_LARGE && has_retry_after {
        // Too large for now only, as the header says.
        return ErrorKind::Unavailable;
    }
    message
        .and_then(|message| by_message(status, code, message))
        .or_else(|| Some(table::find(code?)?.kind(status)))
        .unwrap_or_else(|| kind_of_status(status))
}

/// The gateway tells very different failures of authentication by the message alone. Messages may
/// change without notice; one that is not known leaves the judgement to code and status.
fn by_message(status: StatusCode, code: Option<&ErrorCode>, message: &str) -> Option<ErrorKind> {
    let gateway = code.filter(|code| code.family() == CodeFamily::Gateway);
    let message = Zeroizing::new(message.to_ascii_lowercase());
    let known = table::known_messages().iter().find(|known| {
        let applies = match known.numbers {
            // A field spelling, seen with 400 and under no certain code.
            [] => matches!(status.as_u16(), 400 | 401),
            numbers => {
                gateway.and_then(ErrorCode::number).is_some_and(|number| numbers.contains(&number))
            }
        };
        applies && message.contains(known.contains)
    })?;
    Some(known.kind)
}
