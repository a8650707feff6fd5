//! The steps of one refresh: an ID token, and the call that exchanges it.

use std::fmt;
use std::sync::Arc;

use http::Response;
use sts_client::session::{AgencyRefresh, IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, Error, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::{AssumeAgencyWithOidc, Body, ErrorKind, Secret};

use crate::failure;
use crate::id_token::{Claims, IdTokenRefresh};

/// State machine of one refresh of an [`OidcAgency`](crate::OidcAgency).
pub struct OidcRefresh {
    /// Everything but the token.
    operation: AssumeAgencyWithOidc,
    platform: Platform,
    context: Arc<CallContext>,
    state: State,
}

enum State {
    Token(IdTokenRefresh),
    Call(Box<AgencyRefresh<AssumeAgencyWithOidc>>, Claims),
    Completed,
}

impl OidcRefresh {
    pub(super) fn new(
        operation: AssumeAgencyWithOidc,
        token: IdTokenRefresh,
        platform: Platform,
        context: Arc<CallContext>,
    ) -> Self {
        Self { operation, platform, context, state: State::Token(token) }
    }

    /// Begins the call with `token`.
    fn call(&self, token: Secret) -> Result<State, CredentialsError> {
        let claims = Claims::of(&token);
        let mut operation = self.operation.clone();
        operation.id_token = token;
        RefreshProvider::validate(&operation, &self.context)?;
        let call = Box::new(operation.begin(&self.platform, &self.context)?);
        Ok(State::Call(call, claims))
    }
}

/// Adds what the token claims, if the identity provider or the trust policy rejects it. A response without
/// a code is that of an intermediary.
fn explain(error: Error, claims: &Claims, now: Now) -> Error {
    if error.code().is_none() {
        return error;
    }
    let kind = match error.kind() {
        // The request has no access key that could be invalid.
        ErrorKind::InvalidCredentials | ErrorKind::ExpiredCredentials => {
            ErrorKind::FederationRejected
        }
        kind @ (ErrorKind::AccessDenied | ErrorKind::FederationRejected) => kind,
        _ => return error,
    };
    let hint = if claims.expiration.is_some_and(|end| end <= now.wall) {
        "it has expired by the local clock"
    } else {
        "the audience must be a client id of the identity provider, and the trust policy of the \
         agency must accept issuer, audience and subject"
    };
    let message = format!("request with an ID token ({claims}) was rejected; {hint}");
    let mut explained = CredentialsError::new(message).with_kind(kind);
    if let Some(status) = error.status() {
        explained = explained.with_response(status.as_u16(), error.code(), error.request_id());
    }
    explained.with_source(error).into()
}

impl StateMachine for OidcRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        loop {
            let outcome = match &mut self.state {
                State::Token(refresh) => match refresh.step(now) {
                    Step::Done(Ok(token)) => match self.call(token) {
                        Ok(state) => {
                            self.state = state;
                            continue;
                        }
                        Err(error) => Err(error.into()),
                    },
                    Step::Done(Err(error)) => Err(error),
                    Step::Credentials(request) => return Step::Credentials(request),
                    Step::Send(exchange) => return Step::Send(exchange),
                    Step::Wait(duration) => return Step::Wait(duration),
                },
                State::Call(call, claims) => match call.step(now) {
                    Step::Done(outcome) => outcome.map_err(|error| explain(error, claims, now)),
                    step => return step,
                },
                State::Completed => Err(failure::completed().into()),
            };
            self.state = State::Completed;
            return Step::Done(outcome);
        }
    }

    fn provide(&mut self, credentials: Result<Arc<Credentials>, CredentialsError>) {
        if let State::Call(call, _) = &mut self.state {
            call.provide(credentials);
        }
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        match &mut self.state {
            State::Token(refresh) => refresh.receive(outcome, now),
            State::Call(call, _) => call.receive(outcome, now),
            State::Completed => {}
        }
    }
}

impl fmt::Debug for OidcRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.state {
            State::Token(_) => "OidcRefresh(Token)",
            State::Call(..) => "OidcRefresh(Call)",
            State::Completed => "OidcRefresh(Completed)",
        })
    }
}
