//! Errors shared by several providers.

use std::error::Error as StdError;

use http::StatusCode;
use sts_credentials::CredentialsError;
use sts_proto::{ErrorKind, RetryAdvice, kind_of_status};

/// Returns the error of a refresh that is polled after completion.
pub(crate) fn completed() -> CredentialsError {
    CredentialsError::new("refresh polled after completion").with_kind(ErrorKind::Completed)
}

/// Returns the error for a response of a server that is not STS. Only retryable statuses get their
/// own kind: the meaning of others depends on the provider.
pub(crate) fn of_status(message: String, status: StatusCode) -> CredentialsError {
    let kind = kind_of_status(status);
    let error = CredentialsError::new(message);
    if kind.advice() == RetryAdvice::AfterBackoff { error.with_kind(kind) } else { error }
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
