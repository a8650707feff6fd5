//! The steps of one refresh: a token, the credentials, and a retry with a new token.

use std::error::Error;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use sts_client::session::IssuedCredentials;
use sts_client::transport::{Progress, TransportErrorKind};
use sts_client::{CallPolicy, Clock, Exchange, Limits, Now, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::Body;

use super::EcsMetadata;
use super::token::{LIFETIME_SECONDS, Token};
use crate::attempts::{Attempts, Turn};
use crate::local_service::Issuer;
use crate::{failure, token};

const TOKEN_PATH: &str = "/meta-data/latest/api/token";
const CREDENTIALS_PATH: &str = "/openstack/latest/securitykey";
const TOKEN_HEADER: HeaderName = HeaderName::from_static("x-metadata-token");
const LIFETIME_HEADER: HeaderName = HeaderName::from_static("x-metadata-token-ttl-seconds");
const OTHER_CLOUD: &str = "no credentials from the metadata service (not an ECS, or the metadata service of another cloud)";
/// Part of a 401 response to the credentials request that does not concern the token.
const NO_AGENCY: &[u8] = b"Please configure Cloud Service Agency first";

const ISSUER: Issuer = Issuer {
    name: "the metadata service",
    credentials: "credential",
    access: "access",
    secret: "secret",
    token: "securitytoken",
    expiration: "expires_at",
};

/// Timeout of each request.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Timeout of the request without a token after a token request has timed out.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// Limit of a response, in bytes.
const LARGEST_RESPONSE: usize = 1 << 16;

/// State machine of one refresh from [`EcsMetadata`].
#[derive(Debug)]
pub struct MetadataRefresh {
    metadata: EcsMetadata,
    attempts: Attempts,
    state: State,
    /// Whether the service has responded in this refresh, or issued a token before.
    is_there: bool,
    /// Whether the service has rejected a token in this refresh.
    was_rejected: bool,
    /// Whether the request for a token has timed out in this refresh.
    has_timed_out: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Token,
    Credentials,
}

#[derive(Debug)]
enum State {
    Ready(Ask),
    Sent { ask: Ask, until: Duration },
    Done(Result<IssuedCredentials, CredentialsError>),
}

impl MetadataRefresh {
    pub(super) fn new(metadata: EcsMetadata, clock: &dyn Clock, policy: &CallPolicy) -> Self {
        let is_due = metadata.token().is_due(clock.monotonic());
        let is_there = metadata.token().is_kept();
        let state = State::Ready(if is_due { Ask::Token } else { Ask::Credentials });
        let limits = Limits::default().timeout(TIMEOUT).body(LARGEST_RESPONSE);
        let attempts = Attempts::new(&policy.clone().limits(limits), clock.seed(), ISSUER.name);
        Self { metadata, attempts, state, is_there, was_rejected: false, has_timed_out: false }
    }

    const fn timeout(&self) -> Duration {
        if self.has_timed_out { PROBE_TIMEOUT } else { TIMEOUT }
    }

    fn exchange(&self, ask: Ask, limits: Limits) -> Exchange {
        let mut request = Request::new(Body::empty());
        let (method, path, header) = match ask {
            Ask::Token => {
                let lifetime = HeaderValue::from(LIFETIME_SECONDS);
                (Method::PUT, TOKEN_PATH, Some((LIFETIME_HEADER, lifetime)))
            }
            Ask::Credentials => {
                let token = self.metadata.token().header();
                (Method::GET, CREDENTIALS_PATH, token.map(|token| (TOKEN_HEADER, token)))
            }
        };
        *request.method_mut() = method;
        *request.uri_mut() = self.metadata.uri(path);
        request.headers_mut().extend(header);
        Exchange::new(request, limits).direct()
    }

    /// Returns the state after the response to a request that was sent at the time `at`.
    fn classify(&mut self, ask: Ask, at: Now, response: Response<Body>, now: Now) -> State {
        let status = response.status();
        match (ask, status) {
            (Ask::Token, status) if status.is_success() => match token::of(response.into_body()) {
                Ok(token) => self.keep(Token::kept(token, at.monotonic)),
                Err(fault) => broken(format!("the token of the metadata service {fault}")),
            },
            (
                Ask::Token,
                StatusCode::NOT_FOUND
                | StatusCode::METHOD_NOT_ALLOWED
                | StatusCode::SERVICE_UNAVAILABLE,
            ) if !self.was_rejected => self.keep(Token::not_offered(at.monotonic)),
            // It requires a token, and has none of this kind.
            (Ask::Token, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
                if self.metadata.token().header().is_none() =>
            {
                absent(OTHER_CLOUD)
            }
            (Ask::Token, status) => self.failed(ask, "token", status, now),
            (Ask::Credentials, status) if status.is_success() => {
                State::Done(ISSUER.read(&response, at, now))
            }
            (Ask::Credentials, StatusCode::UNAUTHORIZED) if has_no_agency(response.body()) => {
                absent(
                    "this ECS has no agency; attach one in the console, with the permissions that the \
                 program needs",
                )
            }
            (Ask::Credentials, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
                if self.has_timed_out =>
            {
                broken(
                    "the metadata service of this ECS requires a token, but its response to the \
                     token request did not arrive: in a container, raise the hop limit of the \
                     metadata service to 2, or use the network of the host"
                        .to_owned(),
                )
            }
            (Ask::Credentials, StatusCode::UNAUTHORIZED) if !self.was_rejected => {
                self.was_rejected = true;
                self.next(Ask::Token)
            }
            (Ask::Credentials, StatusCode::NOT_FOUND) => absent(OTHER_CLOUD),
            (Ask::Credentials, status) => self.failed(ask, "credentials", status, now),
        }
    }

    fn keep(&mut self, token: Token) -> State {
        *self.metadata.token() = token;
        self.next(Ask::Credentials)
    }

    fn next(&mut self, ask: Ask) -> State {
        self.attempts.next_request();
        State::Ready(ask)
    }

    fn failed(&mut self, ask: Ask, what: &str, status: StatusCode, now: Now) -> State {
        let status_code = status.as_u16();
        let message = format!("metadata service: {what} request failed with status {status_code}");
        self.attempts.failed(failure::of_status(message, status), now);
        State::Ready(ask)
    }

    /// Whether a request for a token was lost: behind a hop limit, only the responses with tokens are
    /// dropped on the way, all of them.
    fn is_token_lost(&self, ask: Ask, error: &TransportError) -> bool {
        let was_sent = error.progress() == Progress::MaybeSent;
        let is_late = error.kind() == TransportErrorKind::Timeout && was_sent;
        ask == Ask::Token && is_late && !self.is_there
    }

    /// Distinguishes a failing service from a missing one. A server that violates HTTP exists.
    fn is_missing(&self, error: &TransportError) -> bool {
        let has_responded =
            matches!(error.kind(), TransportErrorKind::Protocol | TransportErrorKind::TooLarge);
        !self.is_there && !has_responded
    }

    fn missing(&self, cause: impl Error + Send + Sync + 'static) -> CredentialsError {
        let message = format!("no metadata service responds at {}", self.metadata.shown());
        CredentialsError::not_configured(message).with_source(cause)
    }
}

impl StateMachine for MetadataRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        if let State::Sent { until, .. } = self.state {
            if now.monotonic < until {
                return Step::Wait(until.saturating_sub(now.monotonic));
            }
            self.receive(Err(TransportError::maybe_sent(TransportErrorKind::Timeout)), now);
        }
        let ask = match mem::replace(&mut self.state, State::Done(Err(failure::completed()))) {
            State::Ready(ask) | State::Sent { ask, .. } => ask,
            State::Done(outcome) => return Step::Done(outcome.map_err(Into::into)),
        };
        match self.attempts.turn(now) {
            Turn::Send(limits) => {
                let limits = limits.timeout(limits.timeout.min(self.timeout()));
                let until = now.monotonic.saturating_add(limits.timeout);
                self.state = State::Sent { ask, until };
                Step::Send(self.exchange(ask, limits))
            }
            Turn::Wait(duration) => {
                self.state = State::Ready(ask);
                Step::Wait(duration)
            }
            // The deadline has passed without a response.
            Turn::Fail(error) if !self.is_there => Step::Done(Err(self.missing(error).into())),
            Turn::Fail(error) => Step::Done(Err(error.into())),
        }
    }

    /// Ignored: a refresh requests no credentials.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        let State::Sent { ask, .. } = self.state else { return };
        self.state = match outcome {
            Err(error) if self.is_token_lost(ask, &error) => {
                self.has_timed_out = true;
                self.next(Ask::Credentials)
            }
            Err(error) if self.is_missing(&error) => State::Done(Err(self.missing(error))),
            outcome => {
                self.is_there = true;
                match self.attempts.receive(outcome, now) {
                    Some((response, sent)) => self.classify(ask, sent, response, now),
                    None => State::Ready(ask),
                }
            }
        };
    }
}

fn has_no_agency(body: &Body) -> bool {
    body.as_ref().windows(NO_AGENCY.len()).any(|window| window == NO_AGENCY)
}

fn broken(message: String) -> State {
    State::Done(Err(CredentialsError::new(message)))
}

fn absent(message: &str) -> State {
    State::Done(Err(CredentialsError::not_configured(message)))
}
