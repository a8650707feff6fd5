//! State machine of one message, with retries.

use std::fmt;
use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;

use http::{HeaderMap, Response};
use sts_client::{CallPolicy, Exchange, Now, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::{Body, Endpoint, RetryAdvice, ServiceError, service_date};
use time::OffsetDateTime;

use super::message::Message;
use crate::attempts::{Attempts, Turn};
use crate::failure;

/// State machine of one call to Identity Center. Experimental.
///
/// Requests are retried as those of a client with the default [`CallPolicy`], unless another policy
/// is set. `drive` of a client runs it.
pub struct MessageCall<M: Message> {
    message: M,
    endpoint: Endpoint,
    seed: u64,
    attempts: Attempts,
    outcome: Option<Outcome<M::Output>>,
    is_completed: bool,
}

/// Output of a call, with what is needed to learn the time of the service.
pub(super) struct Output<T> {
    pub(super) content: T,
    pub(super) headers: HeaderMap,
    pub(super) sent: Now,
    pub(super) received: Now,
}

impl<T> Output<T> {
    /// Returns the time of the service when it responded; that of the local clock if the response
    /// does not contain it.
    pub(super) fn service_time(&self) -> OffsetDateTime {
        service_date(&self.headers).unwrap_or(self.received.wall)
    }
}

pub(super) type Outcome<T> = Result<Output<T>, CallError>;

/// Why a call failed.
pub(super) enum CallError {
    /// The service, or an intermediary, returned an error response, or an invalid one. A retry does
    /// not help.
    Service(ServiceError),
    /// No request was sent, no response was received, or all attempts have failed.
    Other(CredentialsError),
}

impl CallError {
    pub(super) fn into_error(self, name: &str) -> CredentialsError {
        match self {
            Self::Service(response) => failure::of_service(failed(name), response),
            Self::Other(error) => error,
        }
    }
}

fn failed(name: &str) -> String {
    format!("{name} failed")
}

impl<M: Message> MessageCall<M> {
    /// Creates a call to `endpoint`. `seed` is for the jitter of the backoff: use another one for
    /// each call.
    #[must_use]
    pub fn new(endpoint: Endpoint, message: M, seed: u64) -> Self {
        let attempts = attempts(&CallPolicy::default(), seed);
        Self { message, endpoint, seed, attempts, outcome: None, is_completed: false }
    }

    /// Sets the policy of retries, timeouts and the deadline.
    #[must_use]
    pub fn policy(self, policy: &CallPolicy) -> Self {
        Self { attempts: attempts(policy, self.seed), ..self }
    }

    /// Returns the next step, or the outcome with its details.
    pub(super) fn advance<S>(&mut self, now: Now) -> ControlFlow<Step<S>, Outcome<M::Output>> {
        if let Some(outcome) = self.outcome.take() {
            return ControlFlow::Continue(outcome);
        }
        if mem::replace(&mut self.is_completed, true) {
            return ControlFlow::Continue(Err(CallError::Other(failure::completed())));
        }
        let step = match self.attempts.turn(now) {
            Turn::Send(limits) => match self.message.to_request(&self.endpoint) {
                Ok(request) => Step::Send(Exchange::new(request, limits)),
                Err(error) => return ControlFlow::Continue(Err(CallError::Other(error))),
            },
            Turn::Wait(duration) => Step::Wait(duration),
            Turn::Fail(error) => return ControlFlow::Continue(Err(CallError::Other(error))),
        };
        self.is_completed = false;
        ControlFlow::Break(step)
    }

    pub(super) fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        let Some((response, sent)) = self.attempts.receive(outcome, now) else { return };
        let outcome = match M::read(&response) {
            Ok(content) => {
                let headers = response.into_parts().0.headers;
                Ok(Output { content, headers, sent, received: now })
            }
            Err(error) if error.kind().advice() == RetryAdvice::AfterBackoff => {
                return self.attempts.failed(failure::of_service(failed(M::NAME), error), now);
            }
            Err(error) => Err(CallError::Service(error)),
        };
        self.outcome = Some(outcome);
        self.is_completed = true;
    }
}

fn attempts(policy: &CallPolicy, seed: u64) -> Attempts {
    Attempts::new(policy, seed, "Identity Center")
}

impl<M: Message> StateMachine for MessageCall<M> {
    type Output = M::Output;

    fn step(&mut self, now: Now) -> Step<M::Output> {
        match self.advance(now) {
            ControlFlow::Break(step) => step,
            ControlFlow::Continue(Ok(output)) => Step::Done(Ok(output.content)),
            ControlFlow::Continue(Err(error)) => Step::Done(Err(error.into_error(M::NAME).into())),
        }
    }

    /// Ignored: the requests are not signed.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        MessageCall::receive(self, outcome, now);
    }
}

impl<M: Message> fmt::Debug for MessageCall<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageCall")
            .field("name", &M::NAME)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}
