//! Errors shared by several providers.

use std::error::Error as StdError;

use http::{Response, StatusCode};
use sts_credentials::CredentialsError;
use sts_proto::{Body, ErrorKind, RetryAdvice, ServiceError, kind_of_status};

/// Returns the error of a refresh that is polled after completion.
pub(crate) fn completed() -> CredentialsError {
    CredentialsError::new("refresh polled after completion").with_kind(ErrorKind::Completed)
}

/// Returns the error for a message that cannot be sent.
pub(crate) fn invalid(message: impl Into<String>) -> CredentialsError {
    CredentialsError::new(message).with_kind(ErrorKind::InvalidRequest)
}

/// Returns the error for a response of a server that is not STS. Only retryable statuses get their
/// own kind: the meaning of others depends on the provider.
pub(crate) fn of_status(message: String, status: StatusCode) -> CredentialsError {
    let kind = kind_of_status(status);
    let error = CredentialsError::new(message).with_response(status.as_u16(), None, None);
    if kind.advice() == RetryAdvice::AfterBackoff { error.with_kind(kind) } else { error }
}

/// Returns the error for an error response of a server that is not STS. Its cause is the response,
/// of which only parts are shown that are known to be harmless: it may contain the token of the
/// request.
pub(crate) fn of_rejection(message: String, response: &Response<Body>) -> CredentialsError {
    let status = response.status();
    let error = of_status(message, status);
    match ServiceError::from_response(response) {
        Some(response) => {
            let code = response.code().map(|code| code.as_str().to_owned());
            let id = response.request_id().map(str::to_owned);
            let error = error.with_response(status.as_u16(), code.as_deref(), id.as_deref());
            // The kind of the response is that of a service of Huawei Cloud.
            let kind = error.kind();
            error.with_source(response).with_kind(kind)
        }
        None => error,
    }
}

/// Returns the error for an error response of a service, which is its cause. It has the kind, code,
/// request id and requested wait of the response.
pub(crate) fn of_service(message: String, response: ServiceError) -> CredentialsError {
    let code = response.code().map(|code| code.as_str().to_owned());
    let id = response.request_id().map(str::to_owned);
    let mut error = CredentialsError::new(message).with_kind(response.kind()).with_response(
        response.status().as_u16(),
        code.as_deref(),
        id.as_deref(),
    );
    if let Some(wait) = response.wait_without_clock() {
        error = error.with_retry_in(wait);
    }
    error.with_source(response)
}

/// The most characters of a text of others in an error.
const LONGEST_EXCERPT: usize = 1000;

/// Returns the beginning of a text from outside, in one line and without control characters.
pub(crate) fn excerpt(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let is_shown = |c: char| !c.is_control() && !is_format(c);
    let line = text.trim().chars().map(|c| if is_shown(c) { c } else { ' ' });
    line.take(LONGEST_EXCERPT).collect()
}

/// Characters that reorder the text around them.
fn is_format(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Formats an error and its causes in one line.
pub(crate) fn in_full(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
