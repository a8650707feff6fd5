//! Refreshes of one unsigned request to a service that is not STS.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use sts_client::{CallContext, Exchange, Limits, Now, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::Body;

use crate::attempts::{Attempts, Turn};
use crate::failure;

/// Limit of a response, in bytes.
const LARGEST_RESPONSE: usize = 1 << 16;

/// State machine that sends a request until its response is not a temporary failure, under the policy
/// of the client.
pub(crate) struct SingleRequest {
    request: Request<Body>,
    is_direct: bool,
    attempts: Attempts,
    /// Returns the error for a response that is not successful.
    reject: fn(&Response<Body>) -> CredentialsError,
    state: State,
}

/// A successful response, with the times of its request and its arrival.
pub(crate) struct Success {
    pub(crate) response: Response<Body>,
    pub(crate) sent: Now,
    pub(crate) received: Now,
}

enum State {
    Running,
    Received(Box<Success>),
    Completed,
}

impl SingleRequest {
    /// Creates the state machine for `request`, which is sent without a proxy if `is_direct`.
    pub(crate) fn new(
        service: &'static str,
        request: Request<Body>,
        is_direct: bool,
        reject: fn(&Response<Body>) -> CredentialsError,
        (timeout, seed, context): (Duration, u64, &CallContext),
    ) -> Self {
        let limits = Limits::default().timeout(timeout).body(LARGEST_RESPONSE);
        let attempts = Attempts::new(&context.policy().clone().limits(limits), seed, service);
        Self { request, is_direct, attempts, reject, state: State::Running }
    }

    /// Returns the next step, with the response converted by `read`.
    pub(crate) fn step_with<T>(
        &mut self,
        now: Now,
        read: impl FnOnce(Success) -> Result<T, CredentialsError>,
    ) -> Step<T> {
        match self.step(now) {
            Step::Done(outcome) => {
                Step::Done(outcome.and_then(|success| read(success).map_err(Into::into)))
            }
            Step::Credentials(request) => Step::Credentials(request),
            Step::Send(exchange) => Step::Send(exchange),
            Step::Wait(duration) => Step::Wait(duration),
        }
    }
}

impl StateMachine for SingleRequest {
    type Output = Success;

    fn step(&mut self, now: Now) -> Step<Success> {
        if !matches!(self.state, State::Running) {
            return Step::Done(match std::mem::replace(&mut self.state, State::Completed) {
                State::Received(success) => Ok(*success),
                State::Running | State::Completed => Err(failure::completed().into()),
            });
        }
        match self.attempts.turn(now) {
            Turn::Send(limits) => {
                let exchange = Exchange::new(self.request.clone(), limits);
                Step::Send(if self.is_direct { exchange.direct() } else { exchange })
            }
            Turn::Wait(duration) => Step::Wait(duration),
            Turn::Fail(error) => {
                self.state = State::Completed;
                Step::Done(Err(error.into()))
            }
        }
    }

    /// Ignored: the request is not signed.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        if !matches!(self.state, State::Running) {
            return;
        }
        let Some((response, sent)) = self.attempts.receive(outcome, now) else { return };
        if response.status().is_success() {
            self.state = State::Received(Box::new(Success { response, sent, received: now }));
        } else {
            self.attempts.failed((self.reject)(&response), now);
        }
    }
}
