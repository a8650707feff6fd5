//! Polling for the access token.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_client::{Exchange, Limits, Now, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError, Secret};
use sts_proto::{Body, Endpoint, ErrorKind, ServiceError, service_date};
use time::OffsetDateTime;

use super::instant;
use super::message::Message;
use super::oidc::CreateToken;
use super::poll_response::{PollResponse, classify, oauth_code};
use crate::failure;

/// What `slow_down` adds to the interval.
const SLOWER: Duration = Duration::from_secs(5);
/// The longest interval, also after failures.
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);

/// Access token of a person for the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessToken {
    /// The token.
    pub token: Secret,
    /// Expiration, by the clock of the service if its response contained the time.
    pub expires_at: OffsetDateTime,
}

impl AccessToken {
    /// Creates an access token that was kept.
    #[must_use]
    pub fn new(token: impl Into<Secret>, expires_at: OffsetDateTime) -> Self {
        Self { token: token.into(), expires_at }
    }
}

/// State machine that polls until the person has approved the sign-in. Experimental.
///
/// It sends a request each interval that the service requested, never faster, and ends when the
/// device code expires. Codes of RFC 8628 are followed in any field of the response: `slow_down`
/// adds 5 seconds to the interval. Any other 400 counts as pending, except IIC.400 in response to
/// the first poll, IIC.1404, and the codes of RFC 6749. After the statuses 408, 429 and 5xx and
/// transport failures, the interval doubles until a response arrives, up to a minute. Errors contain
/// the last response of the service.
pub struct PollSignIn {
    endpoint: Endpoint,
    message: CreateToken,
    interval: Duration,
    /// Reading of the monotonic clock at which the device code expires.
    deadline: Duration,
    /// Number of failures since the last response.
    failures: u32,
    is_first: bool,
    last: Option<CredentialsError>,
    state: State,
}

enum State {
    Waiting { until: Duration },
    Sent,
    Done(Result<AccessToken, CredentialsError>),
}

impl PollSignIn {
    pub(super) fn new(
        endpoint: Endpoint,
        message: CreateToken,
        interval: Duration,
        begun: Duration,
        deadline: Duration,
    ) -> Self {
        Self {
            endpoint,
            message,
            interval,
            deadline,
            failures: 0,
            is_first: true,
            last: None,
            state: State::Waiting { until: begun.saturating_add(interval) },
        }
    }

    fn wait(&self, now: Now) -> State {
        let factor = 1 << self.failures.min(6);
        let backoff = self.interval.saturating_mul(factor).min(LONGEST_INTERVAL);
        State::Waiting { until: now.monotonic.saturating_add(self.interval.max(backoff)) }
    }

    fn expired(&mut self) -> CredentialsError {
        let message = "the device code expired before the sign-in was approved; sign in again";
        let error = CredentialsError::new(message).with_kind(ErrorKind::ExpiredCredentials);
        match self.last.take() {
            Some(last) => error.with_source(last).with_kind(ErrorKind::ExpiredCredentials),
            None => error,
        }
    }

    fn take(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) -> State {
        let is_first = mem::replace(&mut self.is_first, false);
        let response = match outcome {
            Ok(response) => response,
            Err(cause) => {
                self.failures = self.failures.saturating_add(1);
                let error = CredentialsError::new("no response from Identity Center");
                self.last = Some(error.with_kind(ErrorKind::Transport).with_source(cause));
                return self.wait(now);
            }
        };
        let error = match CreateToken::read(&response) {
            Ok(issued) => {
                let date = service_date(response.headers()).unwrap_or(now.wall);
                let lifetime = instant::lifetime(issued.expires_in, date);
                let expires_at = date.saturating_add(saturating(lifetime));
                return State::Done(Ok(AccessToken { token: issued.access_token, expires_at }));
            }
            Err(error) => error,
        };
        if response.status().is_success() {
            return failed("CreateToken failed", error);
        }
        let code = if error.code().is_none() { oauth_code(&response) } else { None };
        let with_code = |message: &str| match &code {
            Some(code) => format!("{message} ({code})"),
            None => message.to_owned(),
        };
        match classify(&response, is_first) {
            PollResponse::Pending => self.failures = 0,
            PollResponse::SlowDown => {
                self.failures = 0;
                self.interval = self.interval.saturating_add(SLOWER);
            }
            PollResponse::Unavailable => self.failures = self.failures.saturating_add(1),
            PollResponse::Expired => {
                self.last = Some(failure::of_service(with_code("CreateToken failed"), error));
                return State::Done(Err(self.expired()));
            }
            PollResponse::Denied => return failed(&with_code("the sign-in was denied"), error),
            PollResponse::Failed => return failed(&with_code("CreateToken failed"), error),
        }
        self.last = Some(failure::of_service(with_code("the last poll failed"), error));
        self.wait(now)
    }
}

fn failed(message: &str, response: ServiceError) -> State {
    State::Done(Err(failure::of_service(message.to_owned(), response)))
}

fn saturating(duration: Duration) -> time::Duration {
    time::Duration::try_from(duration).unwrap_or(time::Duration::MAX)
}

impl StateMachine for PollSignIn {
    type Output = AccessToken;

    fn step(&mut self, now: Now) -> Step<AccessToken> {
        match mem::replace(&mut self.state, State::Done(Err(failure::completed()))) {
            State::Waiting { until } => {
                if now.monotonic >= self.deadline {
                    return Step::Done(Err(self.expired().into()));
                }
                let next = until.min(self.deadline);
                if now.monotonic < next {
                    self.state = State::Waiting { until };
                    return Step::Wait(next.saturating_sub(now.monotonic));
                }
                match self.message.to_request(&self.endpoint) {
                    Ok(request) => {
                        self.state = State::Sent;
                        Step::Send(Exchange::new(request, Limits::default()))
                    }
                    Err(error) => Step::Done(Err(error.into())),
                }
            }
            State::Sent => {
                self.state = State::Sent;
                Step::Wait(Limits::default().timeout)
            }
            State::Done(outcome) => Step::Done(outcome.map_err(Into::into)),
        }
    }

    /// Ignored: the requests are not signed.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        if matches!(self.state, State::Sent) {
            self.state = self.take(outcome, now);
        }
    }
}

impl fmt::Debug for PollSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollSignIn")
            .field("endpoint", &self.endpoint)
            .field("interval", &self.interval)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}
