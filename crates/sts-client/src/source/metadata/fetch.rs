//! The steps of one fetch: a token, the keys, and once more with another token.

use std::mem;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use sts_proto::Body;

use super::EcsMetadata;
use super::token::{LIFETIME_SECONDS, Token};
use crate::source::fetch::{Fetch, FetchStep};
use crate::source::issued::Issuer;
use crate::source::{IssuedCredentials, SourceError, token};
use crate::transport::TransportErrorKind;
use crate::{Exchange, Limits, Now, TransportError};

const TOKEN_PATH: &str = "/meta-data/latest/api/token";
const KEYS_PATH: &str = "/openstack/latest/securitykey";
const TOKEN_HEADER: HeaderName = HeaderName::from_static("x-metadata-token");
const LIFETIME_HEADER: HeaderName = HeaderName::from_static("x-metadata-token-ttl-seconds");
/// What a 401 for keys says when it is not about the token.
const NO_AGENCY: &[u8] = b"Please configure Cloud Service Agency first";

const ISSUER: Issuer = Issuer {
    name: "the metadata service",
    credentials: "credential",
    access: "access",
    secret: "secret",
    token: "securitytoken",
    expiration: "expires_at",
};

/// For each exchange.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Bytes of an answer: keys and their token.
const LARGEST_ANSWER: usize = 1 << 16;

/// One fetch from [`EcsMetadata`].
#[derive(Debug)]
pub struct MetadataFetch {
    metadata: EcsMetadata,
    state: State,
    /// Whether the service has answered anything in this fetch.
    is_there: bool,
    /// Whether the service refused a token in this fetch.
    was_refused: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Token,
    Keys,
}

#[derive(Debug)]
enum State {
    Ready(Ask),
    Sent { ask: Ask, at: Now },
    Done(Result<IssuedCredentials, SourceError>),
}

impl MetadataFetch {
    pub(super) fn new(metadata: EcsMetadata, ticks: Duration) -> Self {
        let is_due = metadata.token().is_due(ticks);
        let state = State::Ready(if is_due { Ask::Token } else { Ask::Keys });
        Self { metadata, state, is_there: false, was_refused: false }
    }

    fn exchange(&self, ask: Ask) -> Exchange {
        let mut request = Request::new(Body::empty());
        let (method, path, header) = match ask {
            Ask::Token => {
                let lifetime = HeaderValue::from(LIFETIME_SECONDS);
                (Method::PUT, TOKEN_PATH, Some((LIFETIME_HEADER, lifetime)))
            }
            Ask::Keys => {
                let token = self.metadata.token().header();
                (Method::GET, KEYS_PATH, token.map(|token| (TOKEN_HEADER, token)))
            }
        };
        *request.method_mut() = method;
        *request.uri_mut() = self.metadata.uri(path);
        request.headers_mut().extend(header);
        Exchange::new(request, Limits::default().with_timeout(TIMEOUT).with_body(LARGEST_ANSWER))
    }

    /// What follows the response to a request that was sent `at` some moment and answered `now`.
    fn judge(&mut self, ask: Ask, at: Now, answer: Response<Body>, now: Now) -> State {
        self.is_there = true;
        let status = answer.status();
        match (ask, status) {
            (Ask::Token, status) if status.is_success() => match token::of(answer.into_body()) {
                Ok(token) => self.keep(Token::kept(token, at.ticks)),
                Err(complaint) => broken(format!("the metadata service's token {complaint}")),
            },
            (
                Ask::Token,
                StatusCode::NOT_FOUND
                | StatusCode::METHOD_NOT_ALLOWED
                | StatusCode::SERVICE_UNAVAILABLE,
            ) if !self.was_refused => self.keep(Token::not_offered(at.ticks)),
            (Ask::Token, status) => {
                broken(format!("the metadata service gives no token (status {})", status.as_u16()))
            }
            (Ask::Keys, status) if status.is_success() => {
                State::Done(ISSUER.read(&answer, at, now))
            }
            (Ask::Keys, StatusCode::UNAUTHORIZED) if has_no_agency(answer.body()) => absent(
                "this ECS has no agency: give it one in the console, and the agency the \
                 permissions that the program needs",
            ),
            (Ask::Keys, StatusCode::UNAUTHORIZED) if !self.was_refused => {
                self.was_refused = true;
                State::Ready(Ask::Token)
            }
            (Ask::Keys, StatusCode::NOT_FOUND) => {
                absent("the metadata service of this machine has no keys: this is no ECS")
            }
            (Ask::Keys, status) => {
                broken(format!("the metadata service gives no keys (status {})", status.as_u16()))
            }
        }
    }

    fn keep(&self, token: Token) -> State {
        *self.metadata.token() = token;
        State::Ready(Ask::Keys)
    }

    /// Whether it is a service or the lack of one. Something that answers wrongly is there.
    fn fail(&self, error: TransportError) -> State {
        let is_there = self.is_there
            || matches!(error.kind(), TransportErrorKind::Protocol | TransportErrorKind::TooLarge);
        let message = format!("nothing answers as a metadata service at {}", self.metadata.shown());
        let complaint = if is_there {
            SourceError::new("the metadata service stopped answering")
        } else {
            SourceError::not_configured(message)
        };
        State::Done(Err(complaint.with_source(error)))
    }
}

impl Fetch for MetadataFetch {
    fn step(&mut self, now: Now) -> FetchStep {
        match mem::replace(&mut self.state, State::Done(Err(SourceError::over()))) {
            State::Ready(ask) => {
                self.state = State::Sent { ask, at: now };
                FetchStep::Send(self.exchange(ask))
            }
            State::Sent { ask, at } => {
                self.state = State::Sent { ask, at };
                FetchStep::Wait(TIMEOUT)
            }
            State::Done(outcome) => FetchStep::Done(outcome.map_err(Into::into)),
        }
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        if let State::Sent { ask, at } = self.state {
            self.state = match outcome {
                Ok(answer) => self.judge(ask, at, answer, now),
                Err(error) => self.fail(error),
            };
        }
    }
}

fn has_no_agency(body: &Body) -> bool {
    body.as_ref().windows(NO_AGENCY.len()).any(|window| window == NO_AGENCY)
}

fn broken(message: String) -> State {
    State::Done(Err(SourceError::new(message)))
}

fn absent(message: &str) -> State {
    State::Done(Err(SourceError::not_configured(message)))
}
