//! Attempts of the requests of one refresh: timeouts, retries and the deadline, under the policy of
//! the client.

use std::mem;
use std::time::Duration;

use fastrand::Rng;
use http::Response;
use sts_client::transport::TransportErrorKind;
use sts_client::{CallPolicy, Limits, Now, TransportError};
use sts_credentials::CredentialsError;
use sts_proto::{Body, ErrorKind, RetryAdvice};

/// Attempts of one request, and then of the next one.
#[derive(Debug)]
pub(crate) struct Attempts {
    policy: CallPolicy,
    rng: Rng,
    /// The service, for errors.
    service: &'static str,
    /// When the refresh began.
    started: Option<Duration>,
    /// Attempts of the current request.
    made: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    Sent { at: Now, until: Duration },
    Waiting { until: Duration, failure: CredentialsError },
    Failed(CredentialsError),
}

/// What a refresh does next.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Send the request, under these limits.
    Send(Limits),
    Wait(Duration),
    /// The refresh has failed.
    Fail(CredentialsError),
}

impl Attempts {
    pub(crate) fn new(policy: &CallPolicy, seed: u64, service: &'static str) -> Self {
        Self {
            policy: policy.clone(),
            rng: Rng::with_seed(seed),
            service,
            started: None,
            made: 0,
            state: State::Ready,
        }
    }

    /// Begins the attempts of another request. The deadline stays.
    pub(crate) fn next_request(&mut self) {
        self.made = 0;
        self.state = State::Ready;
    }

    /// Returns the rest of the deadline.
    pub(crate) fn left(&mut self, now: Now) -> Duration {
        let started = *self.started.get_or_insert(now.monotonic);
        started.saturating_add(self.policy.deadline).saturating_sub(now.monotonic)
    }

    pub(crate) fn turn(&mut self, now: Now) -> Turn {
        let left = self.left(now);
        loop {
            match mem::replace(&mut self.state, State::Ready) {
                State::Ready if left.is_zero() => {
                    let message = format!("deadline exceeded before {} responded", self.service);
                    let error = CredentialsError::new(message).with_kind(ErrorKind::Timeout);
                    self.state = State::Failed(error);
                }
                State::Ready => {
                    let timeout = self.policy.limits.timeout.min(left);
                    let until = now.monotonic.saturating_add(timeout);
                    self.state = State::Sent { at: now, until };
                    self.made = self.made.saturating_add(1);
                    return Turn::Send(self.policy.limits.timeout(timeout));
                }
                State::Sent { at, until } if now.monotonic < until => {
                    self.state = State::Sent { at, until };
                    return Turn::Wait(until.saturating_sub(now.monotonic));
                }
                State::Sent { .. } => {
                    let message = format!("no response from {} in time", self.service);
                    let error = CredentialsError::new(message).with_kind(ErrorKind::Transport);
                    self.failed(error, now);
                }
                State::Waiting { until, failure } if now.monotonic < until => {
                    self.state = State::Waiting { until, failure };
                    return Turn::Wait(until.saturating_sub(now.monotonic));
                }
                State::Waiting { .. } => {}
                State::Failed(error) => {
                    self.state = State::Failed(error.clone());
                    return Turn::Fail(error);
                }
            }
        }
    }

    /// Takes the outcome of the request that was sent. Returns the response with the time at which
    /// the request was sent; `None` if there is none, or no request was sent.
    pub(crate) fn receive(
        &mut self,
        outcome: Result<Response<Body>, TransportError>,
        now: Now,
    ) -> Option<(Response<Body>, Now)> {
        let State::Sent { at, .. } = self.state else { return None };
        match outcome {
            Ok(response) => {
                self.state = State::Ready;
                Some((response, at))
            }
            Err(error) => {
                let is_transient = is_transient(error.kind());
                let message = format!("no response from {}", self.service);
                let mut failure = CredentialsError::new(message).with_kind(ErrorKind::Transport);
                if let Some(wait) = error.retry_in() {
                    failure = failure.with_retry_in(wait);
                }
                let failure = failure.with_source(error);
                if is_transient {
                    self.failed(failure, now);
                } else {
                    self.state = State::Failed(failure);
                }
                None
            }
        }
    }

    /// Takes the failure of an attempt: another one follows if that makes sense, and the policy
    /// allows it.
    pub(crate) fn failed(&mut self, failure: CredentialsError, now: Now) {
        let random = self.rng.u64(..);
        let wait = self.policy.wait(failure.kind(), failure.retry_in(), self.made, random);
        let may_repeat =
            failure.advice() == RetryAdvice::AfterBackoff && self.made < self.policy.attempts;
        let left = self.left(now);
        self.state = match wait.filter(|wait| may_repeat && *wait < left) {
            Some(wait) => State::Waiting { until: now.monotonic.saturating_add(wait), failure },
            None => State::Failed(failure),
        };
    }
}

/// Whether a transport failure is transient. A response that is too large or not HTTP will be the
/// same again, and a proxy that rejected credentials may lock their account.
fn is_transient(kind: TransportErrorKind) -> bool {
    !matches!(
        kind,
        TransportErrorKind::Proxy
            | TransportErrorKind::TooLarge
            | TransportErrorKind::Protocol
            | TransportErrorKind::Cancelled
    )
}
