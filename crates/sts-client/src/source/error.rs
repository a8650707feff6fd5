//! Why a credential provider has no credentials.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use sts_proto::{ErrorCode, ErrorKind, RetryAdvice};

use crate::error::{Error, Failure};
use crate::report::Report;
use crate::session::SessionError;
use crate::transport::TransportError;

/// The name of a refresh, where that of an operation is expected.
pub(crate) const REFRESH: &str = "credential refresh";

/// Error returned by a credential provider.
///
/// Two cases are distinguished. A provider that is **not configured** has nothing to look at: its
/// variables are unset, its file does not exist, the machine is not an ECS. A
/// [`Chain`](super::Chain) goes on to the next one. Any other error belongs to a provider that is
/// configured and does not work, and a chain stops there: whoever configured it wants these
/// credentials, not those of another identity.
///
/// What caused the error is kept through all layers: [`kind`](Self::kind),
/// [`advice`](Self::advice), [`code`](Self::code), [`request_id`](Self::request_id) and
/// [`retry_in`](Self::retry_in) are those of the first error of this crate among the
/// [causes](Self::with_source), in a session or client below as well.
#[derive(Clone)]
pub struct SourceError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    message: String,
    is_configured: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    kind: ErrorKind,
    advice: RetryAdvice,
    response: Option<sts_proto::ServiceError>,
    retry_in: Option<Duration>,
}

impl SourceError {
    /// An error with one sentence that says what is wrong and where, without a secret.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            message: message.into(),
            is_configured: true,
            source: None,
            kind: ErrorKind::Credentials,
            advice: ErrorKind::Credentials.advice(),
            response: None,
            retry_in: None,
        }))
    }

    /// The same for a provider that is not configured: one sentence that says what is missing.
    #[must_use]
    pub fn not_configured(message: impl Into<String>) -> Self {
        let mut error = Self::new(message);
        error.0.is_configured = false;
        error
    }

    /// The same with its cause. A provider that is configured takes over kind, advice, code,
    /// request id and wait of a cause that has them.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source: Arc<dyn StdError + Send + Sync> = source.into().into();
        if self.0.is_configured {
            self.inherit(&*source);
        }
        self.0.source = Some(source);
        self
    }

    /// The same with another kind, and the retry advice of that kind; for a provider that knows
    /// what went wrong without an error that says so.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        (self.0.kind, self.0.advice) = (kind, kind.advice());
        self
    }

    /// The same for a response with this status, of a server that is not STS. It makes the error
    /// one that may be retried; what other statuses mean, only the provider knows.
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        let kind = sts_proto::kind_of_status(status);
        if kind.advice() == RetryAdvice::AfterBackoff { self.with_kind(kind) } else { self }
    }

    /// The same with the time until the provider can have credentials, if it is known.
    pub(crate) fn with_retry_in(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_in = wait.or(self.0.retry_in);
        self
    }

    /// A refresh was asked to go on after its end.
    pub(super) fn over() -> Self {
        Self::new("provider polled after completion")
    }

    /// Returns whether the provider is not configured, rather than not working.
    #[must_use]
    pub const fn is_not_configured(&self) -> bool {
        !self.0.is_configured
    }

    /// Returns the kind of the cause; [`ErrorKind::Credentials`] if it has none.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns whether and when it makes sense to ask again.
    #[must_use]
    pub const fn advice(&self) -> RetryAdvice {
        self.0.advice
    }

    /// Returns how long after this error the provider can have credentials again, if it said so.
    #[must_use]
    pub const fn retry_in(&self) -> Option<Duration> {
        self.0.retry_in
    }

    /// Returns the HTTP status of the response that caused the error.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(sts_proto::ServiceError::status)
    }

    /// Returns the service's code in that response.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        self.response()?.code()
    }

    /// Returns the id of that request, to quote to support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.response()?.request_id()
    }

    pub(crate) const fn response(&self) -> Option<&sts_proto::ServiceError> {
        self.0.response.as_ref()
    }

    /// Takes over what the first error of this crate says, from `cause` downwards.
    fn inherit(&mut self, cause: &(dyn StdError + 'static)) {
        let (kind, advice, response, retry_in) = if let Some(error) = cause.downcast_ref::<Self>() {
            (error.kind(), error.advice(), error.response(), error.retry_in())
        } else if let Some(error) = cause.downcast_ref::<SessionError>() {
            (error.kind(), error.advice(), error.response(), error.retry_in())
        } else if let Some(error) = cause.downcast_ref::<Error>() {
            (error.kind(), error.advice(), error.service_error(), error.retry_in())
        } else if let Some(error) = cause.downcast_ref::<sts_proto::ServiceError>() {
            (error.kind(), error.kind().advice(), Some(error), requested_wait(error))
        } else if cause.is::<TransportError>() {
            (ErrorKind::Transport, ErrorKind::Transport.advice(), None, None)
        } else {
            return cause.source().map_or((), |cause| self.inherit(cause));
        };
        let inner = &mut *self.0;
        (inner.kind, inner.advice) = (kind, advice);
        (inner.response, inner.retry_in) = (response.cloned(), retry_in);
    }
}

/// The wait that a response asks for, when its own date says from when on.
pub(crate) fn requested_wait(response: &sts_proto::ServiceError) -> Option<Duration> {
    response.wait(response.date()?)
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceError")
            .field("message", &self.0.message)
            .field("is_configured", &self.0.is_configured)
            .field("kind", &self.0.kind)
            .field("retry_in", &self.0.retry_in)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for SourceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<SourceError> for Error {
    /// The error of a refresh that failed before it came to a call.
    fn from(error: SourceError) -> Self {
        Self::new(REFRESH, Failure::Credentials(error), Report::default())
    }
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
