//! Credentials of an assigned agency.

use std::ops::ControlFlow;
use std::sync::Arc;

use http::{Response, StatusCode};
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::{Body, Endpoint, ErrorKind, ServiceError};

use super::call::{CallError, MessageCall};
use super::message::Message;
use super::poll::AccessToken;
use super::portal::{GetAgencyCredentials, PORTAL_ENDPOINT};
use crate::failure;

/// Codes of the published error table that may mean that the access token has expired.
const ACCESS_DENIED: &str = "IIC.1001";
const NO_IDENTITY_TOKEN: &str = "IIC.1219";

/// Provider of the credentials of an agency that Identity Center assigns to a person. Experimental.
///
/// It is a [`RefreshProvider`]: every refresh requests new credentials with the same access token.
/// When the token has expired, refreshes fail until the person signs in again; the kind of the error
/// is [`ExpiredCredentials`](ErrorKind::ExpiredCredentials), and the response of the service is its
/// cause. How the service rejects an expired token is not published: a 401, IIC.1001 with status
/// 403, and IIC.1219 with status 400 or 403 count as that.
///
/// ```
/// use sts_providers::identity_center::{AccessToken, IdentityCenterCredentials};
/// use time::macros::datetime;
///
/// let token = AccessToken::new("token-of-the-sign-in", datetime!(2026-03-05 15:08:09 UTC));
/// let urn = "iam::0a1b2c3d:agency:SysReservedV3_reader_0123456789abcdef";
/// let provider = IdentityCenterCredentials::new(token, "0a1b2c3d", urn);
/// // let session = client.session(provider)?;
/// # let _ = provider;
/// ```
#[derive(Clone, Debug)]
pub struct IdentityCenterCredentials {
    endpoint: Option<Endpoint>,
    message: GetAgencyCredentials,
}

impl IdentityCenterCredentials {
    /// Creates a provider of the credentials of the agency `agency_urn` in the account `account_id`.
    #[must_use]
    pub fn new(
        access_token: AccessToken,
        account_id: impl Into<String>,
        agency_urn: impl Into<String>,
    ) -> Self {
        let message = GetAgencyCredentials::new(access_token.token, account_id, agency_urn);
        Self { endpoint: None, message }
    }

    /// Sets the endpoint of the portal: [`PORTAL_ENDPOINT`] by default.
    #[must_use]
    pub fn endpoint(self, endpoint: Endpoint) -> Self {
        Self { endpoint: Some(endpoint), ..self }
    }
}

impl RefreshProvider for IdentityCenterCredentials {
    type Refresh = AgencyCredentialsRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<AgencyCredentialsRefresh, CredentialsError> {
        let endpoint = match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => Endpoint::parse(PORTAL_ENDPOINT)
                .map_err(|error| CredentialsError::new(error.to_string()))?,
        };
        let seed = platform.clock.seed();
        let call = MessageCall::new(endpoint, self.message.clone(), seed);
        Ok(AgencyCredentialsRefresh(call.policy(context.policy())))
    }

    fn label(&self) -> String {
        format!("Identity Center {}", self.message.agency_urn)
    }
}

/// State machine of one refresh of [`IdentityCenterCredentials`].
#[derive(Debug)]
pub struct AgencyCredentialsRefresh(MessageCall<GetAgencyCredentials>);

impl StateMachine for AgencyCredentialsRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        match self.0.advance(now) {
            ControlFlow::Break(step) => step,
            ControlFlow::Continue(Ok(output)) => {
                let (sent, received) = (output.sent, output.received);
                let issued = IssuedCredentials::from(output.content);
                Step::Done(Ok(issued.with_date_of(&output.headers, sent, received)))
            }
            ControlFlow::Continue(Err(CallError::Service(response)))
                if needs_sign_in(&response) =>
            {
                let message = "Identity Center does not accept the access token; sign in again";
                let error = failure::of_service(message.to_owned(), response);
                Step::Done(Err(error.with_kind(ErrorKind::ExpiredCredentials).into()))
            }
            ControlFlow::Continue(Err(error)) => {
                Step::Done(Err(error.into_error(GetAgencyCredentials::NAME).into()))
            }
        }
    }

    /// Ignored: the requests are not signed.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        self.0.receive(outcome, now);
    }
}

/// Whether the access token is not accepted any more.
fn needs_sign_in(response: &ServiceError) -> bool {
    let is_code = |known: &str| response.code().is_some_and(|code| code.as_str() == known);
    match response.status() {
        StatusCode::UNAUTHORIZED => true,
        StatusCode::FORBIDDEN => is_code(ACCESS_DENIED) || is_code(NO_IDENTITY_TOKEN),
        StatusCode::BAD_REQUEST => is_code(NO_IDENTITY_TOKEN),
        _ => false,
    }
}
