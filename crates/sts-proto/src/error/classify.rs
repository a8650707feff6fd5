//! Classification by status, code and message.

use http::StatusCode;
use sts_credentials::ErrorKind;
use zeroize::Zeroizing;

use super::code::{CodeFamily, ErrorCode};
use super::table;
use crate::status::{StatusClass, kind_of_status};

/// Classifies an unsuccessful response.
///
/// Only 4xx and 5xx are classified by a known message, then by a known code. The status decides
/// in all other cases.
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
        // RFC 9110, section 15.5.14: the condition is temporary.
        return ErrorKind::Unavailable;
    }
    message
        .and_then(|message| by_message(status, code, message))
        .or_else(|| Some(table::find(code?)?.kind(status)))
        .unwrap_or_else(|| kind_of_status(status))
}

/// Classifies by message: the gateway uses one code for different authentication failures.
fn by_message(status: StatusCode, code: Option<&ErrorCode>, message: &str) -> Option<ErrorKind> {
    let gateway = code.filter(|code| code.family() == CodeFamily::Gateway);
    let message = Zeroizing::new(message.to_ascii_lowercase());
    let known = table::known_messages().iter().find(|known| {
        let applies = match known.numbers {
            // Observed with 400 or 401 and without a fixed code.
            [] => matches!(status.as_u16(), 400 | 401),
            numbers => {
                gateway.and_then(ErrorCode::number).is_some_and(|number| numbers.contains(&number))
            }
        };
        applies && message.contains(known.contains)
    })?;
    Some(known.kind())
}
