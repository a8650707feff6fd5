//! Errors that several providers have.

use std::error::Error as StdError;

use http::StatusCode;
use sts_credentials::CredentialsError;
use sts_proto::{RetryAdvice, kind_of_status};

/// Error of a refresh that is polled after its end.
pub(super) fn completed() -> CredentialsError {
    CredentialsError::new("provider polled after completion")
}

/// Error for a response of a server that is not STS. Only statuses that may be retried have a kind
/// of their own: what others mean is known to the provider alone.
pub(super) fn of_status(message: String, status: StatusCode) -> CredentialsError {
    let kind = kind_of_status(status);
    let error = CredentialsError::new(message);
    if kind.advice() == RetryAdvice::AfterBackoff { error.with_kind(kind) } else { error }
}

/// An error and its causes in one line.
pub(super) fn in_full(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
