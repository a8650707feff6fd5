//! Errors of calls.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;
use sts_credentials::CredentialsError;
use sts_proto::{ErrorKind, InvalidRequest, RetryAdvice};
use time::OffsetDateTime;

use crate::stats::CallStats;
use crate::transport::TransportError;

/// The name of a refresh, in place of the name of an operation.
pub(super) const REFRESH: &str = "credential refresh";

/// Error of a failed call: its cause, how to react, and what was tried.
///
/// Branch on [`kind`](Self::kind). The response of the service is in
/// [`service_error`](Self::service_error), and [`failure`](Self::failure) distinguishes the cases.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    operation: &'static str,
    failure: Failure,
    stats: CallStats,
    denial: Option<String>,
    provider_error: Option<CredentialsError>,
}

/// Cause of a failed call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The service, or an intermediary, returned an error response.
    Service(sts_proto::ServiceError),
    /// No response was received.
    Transport(TransportError),
    /// The request violates documented limits. Nothing was sent.
    InvalidRequest(InvalidRequest),
    /// The provider returned no credentials, or they cannot be used for signing. Nothing was sent.
    Credentials(CredentialsError),
    /// The service rejected these credentials a short time ago. Nothing was sent: more failed
    /// signatures would lock the access key for all its users.
    CredentialsRejected {
        /// The response that rejected them.
        response: sts_proto::ServiceError,
        /// The rest of their cool-off. Other credentials are unaffected.
        wait: Duration,
    },
    /// The credentials have expired by the service's clock, and the provider has no others.
    /// Nothing was sent.
    CredentialsExpired {
        /// When they expired.
        expiration: OffsetDateTime,
    },
    /// The deadline of the call passed before a request could be sent.
    Deadline,
    /// The client has no endpoint to send to.
    NoEndpoint,
    /// The call was polled after it had returned its outcome.
    Completed,
}

impl Failure {
    pub(crate) fn service_error(&self) -> Option<&sts_proto::ServiceError> {
        match self {
            Self::Service(response) | Self::CredentialsRejected { response, .. } => Some(response),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Service(response) | Self::CredentialsRejected { response, .. } => response.kind(),
            Self::Transport(_) => ErrorKind::Transport,
            Self::InvalidRequest(_) => ErrorKind::InvalidRequest,
            Self::NoEndpoint => ErrorKind::Configuration,
            Self::Completed => ErrorKind::Completed,
            Self::Credentials(error) => error.kind(),
            Self::CredentialsExpired { .. } => ErrorKind::ExpiredCredentials,
            Self::Deadline => ErrorKind::Timeout,
        }
    }
}

impl Error {
    pub(crate) fn new(operation: &'static str, failure: Failure, stats: CallStats) -> Self {
        Self(Box::new(Inner { operation, failure, stats, denial: None, provider_error: None }))
    }

    /// Returns the kind of the error, which determines how to react to it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.failure.kind()
    }

    /// Returns whether and when it makes sense to make the call again.
    #[must_use]
    pub fn advice(&self) -> RetryAdvice {
        match &self.0.failure {
            Failure::Credentials(error) => error.advice(),
            failure => failure.kind().advice(),
        }
    }

    /// Returns how long to wait before the call is made again, if the service or the credential
    /// provider specified it: minutes after a rejection by a proxy, because repeated wrong
    /// credentials may lock their account.
    #[must_use]
    pub fn retry_in(&self) -> Option<Duration> {
        match &self.0.failure {
            Failure::Service(response) => response.wait_without_clock(),
            Failure::CredentialsRejected { wait, .. } => Some(*wait),
            Failure::Credentials(error) => error.retry_in(),
            Failure::Transport(error) => error.retry_in(),
            _ => None,
        }
    }

    /// Returns the operation's name, for example `AssumeAgency`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Returns the cause of the failure.
    #[must_use]
    pub fn failure(&self) -> &Failure {
        &self.0.failure
    }

    /// Returns the response of the service to this call, if it is an error.
    #[must_use]
    pub fn service_error(&self) -> Option<&sts_proto::ServiceError> {
        self.0.failure.service_error()
    }

    /// Returns the HTTP status of the response to this call, or of the response that caused its
    /// credential provider to fail.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.failure {
            Failure::Credentials(error) => StatusCode::from_u16(error.status()?).ok(),
            failure => failure.service_error().map(sts_proto::ServiceError::status),
        }
    }

    /// Returns the service's error code in that response, for example `STS5.1001`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.0.failure {
            Failure::Credentials(error) => error.code(),
            failure => failure.service_error()?.code().map(sts_proto::ErrorCode::as_str),
        }
    }

    /// Returns the service's message in the response to this call.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.service_error()?.message()
    }

    /// Returns the request id, for support cases.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match &self.0.failure {
            Failure::Credentials(error) => error.request_id(),
            failure => failure.service_error()?.request_id(),
        }
    }

    /// Returns the attempts and the duration of the call.
    #[must_use]
    pub fn stats(&self) -> &CallStats {
        &self.0.stats
    }

    /// Returns the decoded reason of an access-denied error, after `explain_denial` of a client has
    /// decoded it. Text, JSON in practice.
    #[must_use]
    pub fn denial(&self) -> Option<&str> {
        self.0.denial.as_deref()
    }

    /// Returns the error of the credential provider that was asked for other credentials after the
    /// service had rejected those of the call. The rejection is the [`failure`](Self::failure).
    #[must_use]
    pub fn provider_error(&self) -> Option<&CredentialsError> {
        self.0.provider_error.as_ref()
    }

    pub(crate) fn with_provider_error(mut self, error: Option<CredentialsError>) -> Self {
        self.0.provider_error = error;
        self
    }

    pub(crate) fn with_denial(mut self, denial: String) -> Self {
        self.0.denial = Some(denial);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.operation;
        match &self.0.failure {
            Failure::Service(response) => write!(f, "{name}: {response}")?,
            Failure::Transport(error) => write!(f, "{name}: request failed: {error}")?,
            // It names the operation itself.
            Failure::InvalidRequest(error) => write!(f, "{error}")?,
            Failure::Credentials(error) => write!(f, "{name}: {error}")?,
            Failure::CredentialsRejected { response, wait } => write!(
                f,
                "{name} not sent: the service rejected these credentials, and they are held back \
                 for {} s; other credentials are used at once; last rejection: {response}",
                wait.as_secs().max(1),
            )?,
            Failure::CredentialsExpired { expiration } => write!(
                f,
                "{name} not sent: the credentials expired at {expiration}; provide others",
            )?,
            Failure::Deadline => write!(f, "{name}: deadline exceeded")?,
            Failure::NoEndpoint => write!(f, "{name}: the client has no endpoint")?,
            Failure::Completed => write!(f, "{name}: call polled after completion")?,
        }
        if self.0.stats.attempts > 1 {
            write!(f, " after {} attempts", self.0.stats.attempts)?;
        }
        match &self.0.provider_error {
            Some(error) => write!(f, "; the provider has no other credentials: {error}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("operation", &self.0.operation)
            .field("failure", &self.0.failure)
            .field("stats", &self.0.stats)
            .field("denial", &self.0.denial)
            .field("provider_error", &self.0.provider_error)
            .finish()
    }
}

impl StdError for Error {
    /// The cause behind what `Display` says already.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.failure {
            Failure::Service(response) | Failure::CredentialsRejected { response, .. } => {
                response.source()
            }
            Failure::Transport(error) => error.source(),
            Failure::InvalidRequest(error) => error.source(),
            Failure::Credentials(error) => error.source(),
            Failure::CredentialsExpired { .. }
            | Failure::Deadline
            | Failure::NoEndpoint
            | Failure::Completed => None,
        }
    }
}
