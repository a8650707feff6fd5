//! Facts that errors of this crate pass on to the errors of credential providers.

use std::error::Error as StdError;
use std::time::Duration;

use http::StatusCode;
use sts_credentials::CredentialsError;
use sts_proto::{ErrorCode, ErrorKind, RetryAdvice, ServiceError};

use super::call::{Error, Failure, REFRESH};
use super::session::SessionError;
use crate::stats::CallStats;
use crate::transport::TransportError;

/// Copies the facts of the first error of this crate among the causes, so that providers need not
/// do it. An error with an explicit kind, or of a provider that is not configured, is unchanged.
pub(crate) fn resolve(error: CredentialsError) -> CredentialsError {
    if error.is_not_configured() || error.kind() != ErrorKind::Credentials {
        return error;
    }
    match error.source().and_then(find) {
        Some(facts) => facts.add_to(error),
        None => error,
    }
}

/// Facts about an error that matter to the caller.
struct Facts {
    kind: ErrorKind,
    advice: RetryAdvice,
    retry_in: Option<Duration>,
    response: Option<ResponseFacts>,
}

/// Status, code and request id.
type ResponseFacts = (u16, Option<String>, Option<String>);

impl Facts {
    fn of_kind(kind: ErrorKind) -> Self {
        Self { kind, advice: kind.advice(), retry_in: None, response: None }
    }

    fn of_response(error: &ServiceError) -> Self {
        let code = error.code().map(ErrorCode::as_str);
        Self {
            retry_in: error.wait_without_clock(),
            response: response(Some(error.status()), code, error.request_id()),
            ..Self::of_kind(error.kind())
        }
    }

    fn of_call(error: &Error) -> Self {
        let response = response(error.status(), error.code(), error.request_id());
        Self { kind: error.kind(), advice: error.advice(), retry_in: error.retry_in(), response }
    }

    fn of_session(error: &SessionError) -> Self {
        let response = response(error.status(), error.code(), error.request_id());
        Self { kind: error.kind(), advice: error.advice(), retry_in: error.retry_in(), response }
    }

    fn add_to(self, error: CredentialsError) -> CredentialsError {
        let mut error = error.with_kind(self.kind).with_advice(self.advice);
        if let Some(wait) = self.retry_in {
            error = error.with_retry_in(wait);
        }
        match self.response {
            Some((status, code, id)) => error.with_response(status, code.as_deref(), id.as_deref()),
            None => error,
        }
    }
}

fn response(
    status: Option<StatusCode>,
    code: Option<&str>,
    id: Option<&str>,
) -> Option<ResponseFacts> {
    Some((status?.as_u16(), code.map(str::to_owned), id.map(str::to_owned)))
}

fn find(cause: &(dyn StdError + 'static)) -> Option<Facts> {
    if let Some(error) = cause.downcast_ref::<SessionError>() {
        Some(Facts::of_session(error))
    } else if let Some(error) = cause.downcast_ref::<Error>() {
        Some(Facts::of_call(error))
    } else if let Some(error) = cause.downcast_ref::<ServiceError>() {
        Some(Facts::of_response(error))
    } else if let Some(error) = cause.downcast_ref::<TransportError>() {
        Some(Facts { retry_in: error.retry_in(), ..Facts::of_kind(ErrorKind::Transport) })
    } else {
        find(cause.source()?)
    }
}

impl From<CredentialsError> for Error {
    /// Returns the error of a refresh that failed before it made a call.
    fn from(error: CredentialsError) -> Self {
        Self::new(REFRESH, Failure::Credentials(resolve(error)), CallStats::default())
    }
}

impl From<SessionError> for CredentialsError {
    /// Keeps the error of the session's own provider, so that a chain sees whether that provider is
    /// configured.
    fn from(error: SessionError) -> Self {
        match (error.provider(), error.retry_in()) {
            (Some(provider), Some(wait)) => provider.clone().with_retry_in(wait),
            (Some(provider), None) => provider.clone(),
            (None, _) => {
                let facts = Facts::of_session(&error);
                facts.add_to(Self::new("the session has no credentials").with_source(error))
            }
        }
    }
}
