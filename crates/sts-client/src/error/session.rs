//! Errors of sessions.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use sts_credentials::CredentialsError;
use sts_proto::{ErrorKind, RetryAdvice};

use super::call::{Error, Failure, REFRESH};
use crate::transport::{TransportError, TransportErrorKind};

/// The longest requested wait that delays a refresh. An outage may end sooner than announced.
const LONGEST_REQUESTED: Duration = Duration::from_secs(60);

/// Error returned when a session has no valid credentials: its last refresh failed.
///
/// The outcome of one refresh goes to all callers that waited for it, so the error is shared.
/// [`kind`](Self::kind), [`advice`](Self::advice), [`code`](Self::code) and
/// [`request_id`](Self::request_id) are those of the call that failed, through any number of
/// sessions, providers and chains.
#[derive(Clone, Debug)]
pub struct SessionError {
    cause: Cause,
    retry_in: Option<Duration>,
}

#[derive(Clone, Debug)]
enum Cause {
    Call(Arc<Error>),
    Provider(CredentialsError),
    Session(Fault),
}

/// Problems that the session itself detects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Expired,
    BackingOff,
    Panicked,
    Stuck,
    Lost,
}

impl Fault {
    const fn kind(self) -> ErrorKind {
        match self {
            Self::Expired | Self::Panicked => ErrorKind::Credentials,
            Self::BackingOff => ErrorKind::Throttled,
            Self::Stuck | Self::Lost => ErrorKind::Timeout,
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Expired => {
                "received credentials that are already expired; check the system clock"
            }
            Self::BackingOff => {
                "credentials expired or were rejected right after they were issued; refresh is \
                 backing off"
            }
            Self::Panicked => "credential refresh panicked; see the panic message",
            Self::Stuck => "credential refresh timed out in the transport or the provider",
            Self::Lost => "credential refresh was lost with its task or runtime",
        }
    }
}

impl SessionError {
    pub(crate) const EXPIRED: Self = Self::new(Cause::Session(Fault::Expired));
    pub(crate) const BACKING_OFF: Self = Self::new(Cause::Session(Fault::BackingOff));
    pub(crate) const PANICKED: Self = Self::new(Cause::Session(Fault::Panicked));
    pub(crate) const STUCK: Self = Self::new(Cause::Session(Fault::Stuck));
    pub(crate) const LOST: Self = Self::new(Cause::Session(Fault::Lost));

    const fn new(cause: Cause) -> Self {
        Self { cause, retry_in: None }
    }

    /// Adds the time until the next refresh can begin.
    pub(crate) fn with_retry_in(self, wait: Duration) -> Self {
        Self { retry_in: Some(wait), ..self }
    }

    /// The minimum wait before the next refresh: after a rejection by a proxy, wherever it is in the
    /// chain of causes, or as requested by an overloaded service.
    pub(crate) fn required_wait(&self) -> Option<Duration> {
        let (of_proxy, requested) = match &self.cause {
            Cause::Call(error) => (wait_of_proxy(&**error), error.retry_in()),
            Cause::Provider(error) => (wait_of_proxy(error), error.retry_in()),
            Cause::Session(_) => return None,
        };
        let is_overload = matches!(self.kind(), ErrorKind::Throttled | ErrorKind::Unavailable);
        let requested = requested.filter(|_| is_overload);
        of_proxy.or(requested.map(|wait| wait.min(LONGEST_REQUESTED)))
    }

    /// Whether the refresh ended with its task or runtime, which a transport may notice first.
    pub(crate) fn is_lost(&self) -> bool {
        let is_cancelled = |call: &Error| match call.failure() {
            Failure::Transport(error) => error.kind() == TransportErrorKind::Cancelled,
            _ => false,
        };
        matches!(self.cause, Cause::Session(Fault::Lost)) || self.call().is_some_and(is_cancelled)
    }

    /// Returns the kind of the error: that of the failed call, if there was one.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match &self.cause {
            Cause::Call(error) => error.kind(),
            Cause::Provider(error) => error.kind(),
            Cause::Session(fault) => fault.kind(),
        }
    }

    /// Returns whether and when a retry makes sense. A refresh that timed out is started anew by
    /// the next caller, so it may be retried although a call of this kind may not.
    #[must_use]
    pub fn advice(&self) -> RetryAdvice {
        match &self.cause {
            Cause::Call(error) => error.advice(),
            Cause::Provider(error) => error.advice(),
            Cause::Session(Fault::BackingOff | Fault::Stuck | Fault::Lost) => {
                RetryAdvice::AfterBackoff
            }
            Cause::Session(fault) => fault.kind().advice(),
        }
    }

    /// Returns how long after this error the next refresh can begin. Until then, the session
    /// returns the same error without sending anything.
    #[must_use]
    pub const fn retry_in(&self) -> Option<Duration> {
        self.retry_in
    }

    /// Returns the call that failed, if there was one.
    #[must_use]
    pub fn call(&self) -> Option<&Error> {
        match &self.cause {
            Cause::Call(error) => Some(error),
            Cause::Provider(_) | Cause::Session(_) => None,
        }
    }

    /// Returns the HTTP status of the response that caused the failure.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.cause {
            Cause::Call(error) => error.status(),
            Cause::Provider(error) => StatusCode::from_u16(error.status()?).ok(),
            Cause::Session(_) => None,
        }
    }

    /// Returns the service's error code in that response, for example `STS5.1001`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.cause {
            Cause::Call(error) => error.code(),
            Cause::Provider(error) => error.code(),
            Cause::Session(_) => None,
        }
    }

    /// Returns the request id, for support cases.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match &self.cause {
            Cause::Call(error) => error.request_id(),
            Cause::Provider(error) => error.request_id(),
            Cause::Session(_) => None,
        }
    }

    /// The error of the session's provider, if the refresh made no call.
    pub(super) fn provider(&self) -> Option<&CredentialsError> {
        match &self.cause {
            Cause::Provider(error) => Some(error),
            Cause::Call(error) if error.operation() == REFRESH => match error.failure() {
                Failure::Credentials(error) => Some(error),
                _ => None,
            },
            Cause::Call(_) | Cause::Session(_) => None,
        }
    }
}

impl From<Error> for SessionError {
    fn from(error: Error) -> Self {
        Self::new(Cause::Call(Arc::new(error)))
    }
}

impl From<CredentialsError> for SessionError {
    fn from(error: CredentialsError) -> Self {
        Self::new(Cause::Provider(error))
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Call(error) => error.fmt(f),
            Cause::Provider(error) => error.fmt(f),
            Cause::Session(fault) => f.write_str(fault.message()),
        }
    }
}

fn wait_of_proxy(cause: &(dyn StdError + 'static)) -> Option<Duration> {
    if let Some(error) = cause.downcast_ref::<TransportError>() {
        return error.retry_in();
    }
    match cause.downcast_ref::<Error>().map(Error::failure) {
        Some(Failure::Transport(error)) => error.retry_in(),
        _ => wait_of_proxy(cause.source()?),
    }
}

impl StdError for SessionError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.cause {
            Cause::Call(error) => error.source(),
            Cause::Provider(error) => error.source(),
            Cause::Session(_) => None,
        }
    }
}
