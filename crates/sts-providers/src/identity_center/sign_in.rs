//! The beginning of a sign-in: registration and device authorization.

use std::fmt;
use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use sts_client::{Now, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::{Body, Endpoint, Region};

use super::call::{CallError, MessageCall, Output};
use super::instant;
use super::message::Message;
use super::oidc::{
    CreateToken, DeviceAuthorization, RegisterClient, Registration, StartDeviceAuthorization,
};
use super::poll::PollSignIn;
use crate::failure;

/// Name of the client, unless another one is set.
const CLIENT_NAME: &str = "sts";
/// A registration has to be valid for so long: for the whole sign-in.
const MARGIN: time::Duration = time::Duration::hours(1);

/// An instance of IAM Identity Center. Experimental.
#[derive(Clone, Debug)]
pub struct IdentityCenter {
    endpoint: Endpoint,
    start_url: String,
    message: RegisterClient,
}

impl IdentityCenter {
    /// Creates the settings of an instance: the region in which it was enabled, and the URL of its
    /// user portal, for example `https://idcenter.huaweicloud.com/d-0123456789/portal`.
    #[must_use]
    pub fn new(region: Region, start_url: impl Into<String>) -> Self {
        let url = format!("https://oidc.{region}.myhuaweicloud.com");
        // Cannot fail: a region id consists of letters, digits and hyphens.
        let endpoint = Endpoint::parse(&url).unwrap_or_else(|_| Endpoint::from(region));
        Self::at(endpoint, start_url)
    }

    /// Creates the settings of an instance with another OIDC endpoint.
    #[must_use]
    pub fn at(endpoint: Endpoint, start_url: impl Into<String>) -> Self {
        Self { endpoint, start_url: start_url.into(), message: RegisterClient::new(CLIENT_NAME) }
    }

    /// Returns the OIDC endpoint.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Sets the name that the person sees, 1 to 1024 characters: `sts` by default.
    #[must_use]
    pub fn client_name(mut self, name: impl Into<String>) -> Self {
        self.message.client_name = name.into();
        self
    }

    /// Sets the scopes of the access token: none by default.
    #[must_use]
    pub fn scopes<I: Into<String>>(self, scopes: impl IntoIterator<Item = I>) -> Self {
        Self { message: self.message.scopes(scopes), ..self }
    }

    /// Begins a sign-in. A registration that was kept is used if it is valid for another hour, and
    /// replaced if the service does not accept it. `seed` is for the jitter of retries: use another
    /// one for each sign-in.
    #[must_use]
    pub fn start(&self, registration: Option<Registration>, seed: u64) -> StartSignIn {
        StartSignIn { center: self.clone(), seed, state: State::New(registration) }
    }

    fn register(&self, seed: u64) -> State {
        State::Register(MessageCall::new(self.endpoint.clone(), self.message.clone(), seed))
    }

    fn authorize(&self, registration: Registration, is_kept: bool, seed: u64) -> State {
        let message = StartDeviceAuthorization::new(&registration, &*self.start_url);
        let call = MessageCall::new(self.endpoint.clone(), message, seed);
        State::Authorize { call, registration, is_kept }
    }
}

/// State machine that begins a sign-in.
pub struct StartSignIn {
    center: IdentityCenter,
    seed: u64,
    state: State,
}

enum State {
    New(Option<Registration>),
    Register(MessageCall<RegisterClient>),
    Authorize {
        call: MessageCall<StartDeviceAuthorization>,
        registration: Registration,
        /// Whether the registration was kept from an earlier sign-in.
        is_kept: bool,
    },
    Completed,
}

impl StateMachine for StartSignIn {
    type Output = SignIn;

    fn step(&mut self, now: Now) -> Step<SignIn> {
        loop {
            self.state = match mem::replace(&mut self.state, State::Completed) {
                State::New(Some(kept)) if kept.expires_at.saturating_sub(MARGIN) > now.wall => {
                    self.center.authorize(kept, true, self.seed)
                }
                State::New(_) => self.center.register(self.seed),
                State::Register(mut call) => match call.advance(now) {
                    ControlFlow::Break(step) => {
                        self.state = State::Register(call);
                        return step;
                    }
                    ControlFlow::Continue(Ok(output)) => {
                        self.center.authorize(output.content, false, self.seed)
                    }
                    ControlFlow::Continue(Err(error)) => {
                        return Step::Done(Err(error.into_error(RegisterClient::NAME).into()));
                    }
                },
                State::Authorize { mut call, registration, is_kept } => match call.advance(now) {
                    ControlFlow::Break(step) => {
                        self.state = State::Authorize { call, registration, is_kept };
                        return step;
                    }
                    ControlFlow::Continue(Ok(output)) => {
                        return Step::Done(Ok(SignIn::new(&self.center, registration, output)));
                    }
                    ControlFlow::Continue(Err(CallError::Service(response)))
                        if is_kept && is_rejection(response.status()) =>
                    {
                        self.center.register(self.seed)
                    }
                    ControlFlow::Continue(Err(error)) => {
                        let error = error.into_error(StartDeviceAuthorization::NAME);
                        return Step::Done(Err(error.into()));
                    }
                },
                State::Completed => return Step::Done(Err(failure::completed().into())),
            }
        }
    }

    /// Ignored: the requests are not signed.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        match &mut self.state {
            State::Register(call) => call.receive(outcome, now),
            State::Authorize { call, .. } => call.receive(outcome, now),
            State::New(_) | State::Completed => {}
        }
    }
}

/// Whether the service may have rejected the registration: the codes are not published.
fn is_rejection(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

impl fmt::Debug for StartSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartSignIn").field("center", &self.center).finish_non_exhaustive()
    }
}

/// A sign-in that waits for a person: open [`verification_uri_complete`](Self::verification_uri_complete)
/// in a browser, or show [`verification_uri`](Self::verification_uri) and the
/// [user code](Self::user_code), and [`poll`](Self::poll). Experimental.
#[derive(Clone, Debug)]
pub struct SignIn {
    endpoint: Endpoint,
    registration: Registration,
    authorization: DeviceAuthorization,
    /// Reading of the monotonic clock when the authorization was received.
    begun: Duration,
    lifetime: Duration,
}

impl SignIn {
    fn new(
        center: &IdentityCenter,
        registration: Registration,
        output: Output<DeviceAuthorization>,
    ) -> Self {
        let lifetime = instant::lifetime(output.content.expires_in, output.service_time());
        Self {
            endpoint: center.endpoint.clone(),
            registration,
            authorization: output.content,
            begun: output.received.monotonic,
            lifetime,
        }
    }

    /// Returns the code that the person enters. It is text of the service: print it without control
    /// characters.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.authorization.user_code
    }

    /// Returns the page on which the person enters the code. It is text of the service.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.authorization.verification_uri
    }

    /// Returns the page with the code included, if there is one. It is text of the service.
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.authorization.verification_uri_complete.as_deref()
    }

    /// Returns how long the person has, from the response of the service on.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Returns the registration, to keep it for the next sign-in.
    #[must_use]
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Returns the state machine that waits for the approval.
    #[must_use]
    pub fn poll(&self) -> PollSignIn {
        let message = CreateToken::new(&self.registration, self.authorization.device_code.clone());
        let interval = Duration::from_secs(self.authorization.interval());
        let deadline = self.begun.saturating_add(self.lifetime);
        PollSignIn::new(self.endpoint.clone(), message, interval, self.begun, deadline)
    }
}
