//! The steps of a federation: an ID token, and the two requests that exchange it.

use std::fmt;
use std::mem;
use std::sync::Arc;

use http::{Request, Response, StatusCode};
use sts_client::session::IssuedCredentials;
use sts_client::{CallContext, Exchange, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError, Secret};
use sts_proto::{Body, Endpoint, ErrorKind, ServiceError};

use super::IamFederation;
use crate::address::is_local;
use crate::attempts::{Attempts, Turn};
use crate::classic_iam::{CreateTemporaryAccessKeyByToken, CreateTokenWithIdToken, IamCaller};
use crate::failure;
use crate::id_token::{Claims, IdTokenRefresh};

/// State machine of one refresh from an [`IamFederation`].
pub struct IamFederationRefresh {
    federation: IamFederation,
    platform: Platform,
    endpoint: Endpoint,
    attempts: Attempts,
    state: State,
    /// Whether the token file was read again after a rejection.
    has_read_again: bool,
}

enum State {
    /// The ID token is obtained.
    NoToken(IdTokenRefresh),
    /// The ID token is exchanged.
    IdToken(Secret),
    /// The IAM token is exchanged.
    IamToken(Secret),
    Done(Result<IssuedCredentials, CredentialsError>),
}

impl IamFederationRefresh {
    pub(super) fn new(
        federation: IamFederation,
        token: IdTokenRefresh,
        platform: &Platform,
        context: &CallContext,
    ) -> Result<Self, CredentialsError> {
        let attempts = Attempts::new(context.policy(), platform.clock.seed(), "classic IAM");
        let endpoint = federation.resolved_endpoint()?;
        Ok(Self {
            federation,
            platform: platform.clone(),
            endpoint,
            attempts,
            state: State::NoToken(token),
            has_read_again: false,
        })
    }

    fn request(&self) -> Result<Request<Body>, CredentialsError> {
        match &self.state {
            State::IdToken(token) => {
                self.federation.token_request(token.clone()).to_request_unvalidated(&self.endpoint)
            }
            State::IamToken(token) => self
                .federation
                .access_key_request(token.clone())
                .to_request_unvalidated(&self.endpoint, &IamCaller::Anonymous),
            State::NoToken(_) | State::Done(_) => Err(failure::completed()),
        }
    }

    /// Takes the failure of an attempt.
    fn failed(&mut self, response: ServiceError, now: Now) {
        let (is_first, claims) = match &self.state {
            State::IdToken(token) => (true, format!(" ({})", Claims::of(token))),
            _ => (false, String::new()),
        };
        if is_first && response.status() == StatusCode::UNAUTHORIZED && self.read_again() {
            return;
        }
        let idp = &self.federation.idp_id;
        let status = response.status();
        let message = match (is_first, status.as_u16()) {
            (true, 401) => format!(
                "IAM rejected the ID token of identity provider {idp}{claims}; check its issuer, \
                 audience and expiration, and the mapping of the identity provider"
            ),
            (true, 403) => {
                format!("no mapping of identity provider {idp} allows this ID token{claims}")
            }
            (true, 404) => format!("identity provider {idp} does not exist in IAM"),
            (true, _) => format!("no IAM token for identity provider {idp}"),
            (false, _) => format!("no credentials for the IAM token of identity provider {idp}"),
        };
        // The request has no access key that could be invalid.
        let is_token = matches!(
            response.kind(),
            ErrorKind::InvalidCredentials | ErrorKind::ExpiredCredentials
        );
        let mut error = failure::of_service(message, response);
        if is_token {
            error = error.with_kind(ErrorKind::FederationRejected);
        }
        self.attempts.failed(error, now);
    }

    /// Reads the token file again after a rejection, because it may have been replaced since. Returns
    /// whether there is another token.
    fn read_again(&mut self) -> bool {
        let State::IdToken(rejected) = &self.state else { return false };
        if mem::replace(&mut self.has_read_again, true) {
            return false;
        }
        let environment = &*self.platform.environment;
        let Some(token) = self.federation.token.replaced(rejected, environment) else {
            return false;
        };
        self.state = State::IdToken(token);
        self.attempts.next_request();
        true
    }
}

impl StateMachine for IamFederationRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        if let State::Done(outcome) = &mut self.state {
            let outcome = mem::replace(outcome, Err(failure::completed()));
            return Step::Done(outcome.map_err(Into::into));
        }
        if let State::NoToken(refresh) = &mut self.state {
            match refresh.step(now) {
                Step::Done(Ok(token)) => self.state = State::IdToken(token),
                Step::Done(Err(error)) => {
                    self.state = State::Done(Err(failure::completed()));
                    return Step::Done(Err(error));
                }
                Step::Send(exchange) => return Step::Send(exchange),
                Step::Wait(wait) => return Step::Wait(wait),
                Step::Credentials(request) => return Step::Credentials(request),
            }
        }
        let error = match self.attempts.turn(now) {
            Turn::Wait(wait) => return Step::Wait(wait),
            Turn::Fail(error) => error,
            Turn::Send(limits) => match self.request() {
                Ok(request) => {
                    let exchange = Exchange::new(request, limits);
                    let is_local = is_local(self.endpoint.host());
                    return Step::Send(if is_local { exchange.direct() } else { exchange });
                }
                Err(error) => error,
            },
        };
        self.state = State::Done(Err(failure::completed()));
        Step::Done(Err(error.into()))
    }

    /// Ignored: a refresh requests no credentials.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        if let State::NoToken(refresh) = &mut self.state {
            return refresh.receive(outcome, now);
        }
        let Some((response, sent)) = self.attempts.receive(outcome, now) else { return };
        let read = match &self.state {
            State::IdToken(_) => {
                CreateTokenWithIdToken::read(&response).map(|issued| State::IamToken(issued.token))
            }
            State::IamToken(_) => CreateTemporaryAccessKeyByToken::read(&response).map(|issued| {
                let issued = IssuedCredentials::from(issued.credentials);
                State::Done(Ok(issued.with_date_of(response.headers(), sent, now)))
            }),
            State::NoToken(_) | State::Done(_) => return,
        };
        match read {
            Ok(state) => {
                self.state = state;
                self.attempts.next_request();
            }
            Err(error) => self.failed(error, now),
        }
    }
}

impl fmt::Debug for IamFederationRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::NoToken(_) => "NoToken",
            State::IdToken(_) => "IdToken",
            State::IamToken(_) => "IamToken",
            State::Done(_) => "Done",
        };
        f.debug_struct("IamFederationRefresh")
            .field("federation", &self.federation)
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
