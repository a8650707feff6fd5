//! State machines of calls and refreshes, and the steps that they request.

use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_credentials::{Credentials, CredentialsError, CredentialsRequest};
use sts_proto::Body;

use crate::error::Error;
use crate::platform::Now;
use crate::transport::{Exchange, TransportError};

/// State machine of a [`Call`](crate::Call) or of the refresh of a
/// [`RefreshProvider`](crate::session::RefreshProvider). It performs no IO.
///
/// A driver requests the next [`Step`], performs it, and passes the outcome back. Until then,
/// [`step`](Self::step) returns [`Step::Wait`] with the time that is left; after that time the
/// machine no longer waits for the outcome. Out-of-order calls of all methods are ignored.
pub trait StateMachine {
    /// What the machine returns on success.
    type Output;

    /// Returns the next step. After [`Step::Done`] it returns an error of the kind
    /// [`Completed`](sts_proto::ErrorKind::Completed).
    fn step(&mut self, now: Now) -> Step<Self::Output>;

    /// Takes the credentials that [`Step::Credentials`] requested, or the error of the provider.
    fn provide(&mut self, credentials: Result<Arc<Credentials>, CredentialsError>);

    /// Takes the outcome of the exchange that [`Step::Send`] requested.
    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now);
}

/// The next action that a [`StateMachine`] requests from its driver.
#[derive(Debug)]
#[must_use]
#[expect(clippy::large_enum_variant, reason = "a step is taken apart as soon as it is made")]
#[expect(clippy::exhaustive_enums, reason = "a driver that handles all of them drives everything")]
pub enum Step<T> {
    /// Obtain credentials, and pass them to [`StateMachine::provide`].
    Credentials(CredentialsRequest),
    /// Send this request, and pass the outcome to [`StateMachine::receive`].
    Send(Exchange),
    /// Wait for this duration, unless an outcome arrives before. Requesting the next step earlier
    /// is allowed.
    Wait(Duration),
    /// The outcome.
    Done(Result<T, Error>),
}

impl<T> Step<T> {
    /// Converts the output of [`Done`](Self::Done), for machines that contain another one.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Step<U> {
        match self {
            Self::Credentials(request) => Step::Credentials(request),
            Self::Send(exchange) => Step::Send(exchange),
            Self::Wait(duration) => Step::Wait(duration),
            Self::Done(outcome) => Step::Done(outcome.map(convert)),
        }
    }
}
