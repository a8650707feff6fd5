//! The signed request for credentials of an agency.

use std::fmt;
use std::mem;
use std::sync::Arc;

use http::Response;
use sts_client::session::IssuedCredentials;
use sts_client::sign::Signer;
use sts_client::{CallContext, Exchange, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError, CredentialsRequest};
use sts_proto::{Body, Endpoint, ErrorKind, RetryAdvice, ServiceError};
use time::Duration;

use super::AgencyByName;
use crate::address::is_local;
use crate::attempts::{Attempts, Turn};
use crate::classic_iam::CreateTemporaryAccessKeyByAgency;
use crate::failure;

/// State machine of one refresh from an [`AgencyByName`].
pub struct AgencyByNameRefresh {
    agency: AgencyByName,
    endpoint: Endpoint,
    context: Arc<CallContext>,
    attempts: Attempts,
    state: State,
    /// The offset of IAM's clock, after a rejection of the date.
    clock_correction: Option<Duration>,
    has_changed_credentials: bool,
}

enum State {
    /// Credentials are required: the first ones, or others in place of rejected ones.
    Credentials {
        is_requested: bool,
        rejection: Option<(Arc<Credentials>, CredentialsError)>,
    },
    /// The request is sent with these credentials.
    Signing(Arc<Credentials>),
    Done(Result<IssuedCredentials, CredentialsError>),
}

impl AgencyByNameRefresh {
    pub(super) fn new(
        agency: AgencyByName,
        endpoint: Endpoint,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Self {
        let attempts = Attempts::new(context.policy(), platform.clock.seed(), "classic IAM");
        Self {
            agency,
            endpoint,
            context: Arc::clone(context),
            attempts,
            state: State::Credentials { is_requested: false, rejection: None },
            clock_correction: None,
            has_changed_credentials: false,
        }
    }

    fn exchange(
        &self,
        credentials: &Credentials,
        limits: sts_client::Limits,
        now: Now,
    ) -> Result<Exchange, CredentialsError> {
        self.agency.rejected.check(credentials, now.monotonic)?;
        let mut request =
            self.agency.message.to_request_unvalidated(&self.endpoint, &self.agency.caller)?;
        let date = match self.clock_correction {
            Some(correction) => now.wall.saturating_add(correction),
            None => self.context.estimated_service_time(now),
        };
        let unsignable = || CredentialsError::new("cannot sign with these credentials");
        Signer::new(credentials)
            .map_err(|error| unsignable().with_source(error))?
            .sign(&mut request, date)
            .map_err(|error| unsignable().with_source(error))?;
        let exchange = Exchange::new(request, limits);
        Ok(if is_local(self.endpoint.host()) { exchange.direct() } else { exchange })
    }

    /// Takes an error response to a request that was signed with `credentials`.
    fn failed(&mut self, credentials: Arc<Credentials>, response: ServiceError, now: Now) {
        if response.kind() == ErrorKind::ClockSkew
            && self.clock_correction.is_none()
            && let Some(date) = response.date()
        {
            self.clock_correction = Some(date - now.wall);
            self.attempts.next_request();
            return;
        }
        self.agency.rejected.record(&credentials, &response, now.monotonic);
        let message = format!(
            "IAM issued no credentials of agency {} of account {}",
            self.agency.message.agency_name,
            self.agency.account()
        );
        let error = failure::of_service(message, response);
        if error.advice() == RetryAdvice::AfterNewCredentials && !self.has_changed_credentials {
            self.has_changed_credentials = true;
            let rejection = Some((credentials, error));
            self.state = State::Credentials { is_requested: false, rejection };
            self.attempts.next_request();
            return;
        }
        self.attempts.failed(error, now);
    }

    fn end(&mut self, error: CredentialsError) -> Step<IssuedCredentials> {
        self.state = State::Done(Err(failure::completed()));
        Step::Done(Err(error.into()))
    }
}

impl StateMachine for AgencyByNameRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        match &mut self.state {
            State::Credentials { is_requested, rejection } => {
                let left = self.attempts.left(now);
                if left.is_zero() {
                    let rejection = rejection.take().map(|(_, error)| error);
                    return self.end(rejection.unwrap_or_else(|| {
                        let message =
                            "deadline exceeded before there were credentials to sign with";
                        CredentialsError::new(message).with_kind(ErrorKind::Timeout)
                    }));
                }
                if mem::replace(is_requested, true) {
                    return Step::Wait(left);
                }
                let rejected = rejection.as_ref().map(|(credentials, _)| Arc::clone(credentials));
                let request = rejected.map(CredentialsRequest::after_rejection).unwrap_or_default();
                Step::Credentials(request)
            }
            State::Signing(credentials) => {
                let credentials = Arc::clone(credentials);
                match self.attempts.turn(now) {
                    Turn::Wait(wait) => Step::Wait(wait),
                    Turn::Fail(error) => self.end(error),
                    Turn::Send(limits) => match self.exchange(&credentials, limits, now) {
                        Ok(exchange) => Step::Send(exchange),
                        Err(error) => self.end(error),
                    },
                }
            }
            State::Done(outcome) => {
                let outcome = mem::replace(outcome, Err(failure::completed()));
                Step::Done(outcome.map_err(Into::into))
            }
        }
    }

    fn provide(&mut self, credentials: Result<Arc<Credentials>, CredentialsError>) {
        let State::Credentials { is_requested: true, rejection } = &mut self.state else { return };
        self.state = match (credentials, rejection.take()) {
            (Ok(credentials), Some((rejected, error))) if *rejected == *credentials => {
                State::Done(Err(error))
            }
            (Ok(credentials), _) => State::Signing(credentials),
            // Without other credentials, the rejection is the outcome.
            (Err(_), Some((_, error))) | (Err(error), None) => State::Done(Err(error)),
        };
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        let State::Signing(credentials) = &self.state else { return };
        let credentials = Arc::clone(credentials);
        let Some((response, sent)) = self.attempts.receive(outcome, now) else { return };
        match CreateTemporaryAccessKeyByAgency::read(&response) {
            Ok(issued) => {
                let issued = IssuedCredentials::from(issued.credentials);
                let issued = issued.with_date_of(response.headers(), sent, now);
                self.state = State::Done(Ok(issued));
            }
            Err(error) => self.failed(credentials, error, now),
        }
    }
}

impl fmt::Debug for AgencyByNameRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Credentials { .. } => "Credentials",
            State::Signing(_) => "Signing",
            State::Done(_) => "Done",
        };
        f.debug_struct("AgencyByNameRefresh")
            .field("agency", &self.agency)
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
