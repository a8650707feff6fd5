//! Providers of temporary credentials: state machines without IO, and the sessions that drive them.

use std::any::type_name;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_credentials::{CredentialsError, ProvideCredentials, blocking};
use sts_proto::Body;

use super::IssuedCredentials;
use super::sendable::sendable_credentials;
use crate::call::{Call, Step};
use crate::client::{BlockingClient, Client, Parts};
use crate::context::CallContext;
use crate::error::Error;
use crate::platform::{Now, Platform};
use crate::session::{self, Assume, BlockingSession, Session, SessionPolicy};
use crate::trace;
use crate::transport::{
    BlockingTransport, Exchange, MaybeSend, MaybeSync, Transport, TransportError,
};

/// Provider of temporary credentials that are refreshed.
///
/// [`Client::session_from`] returns a session that keeps its credentials fresh. Implementations are
/// [`OidcAgency`](super::OidcAgency), [`EcsMetadata`](super::EcsMetadata) and
/// [`PodIdentity`](super::PodIdentity); implement it for a provider of your own.
pub trait FetchSource {
    /// The state machine of one refresh.
    type Fetch: Fetch;

    /// Begins a refresh, and reads what is read for every refresh, such as a token file, from the
    /// environment of the client.
    ///
    /// # Errors
    ///
    /// The provider is not configured, or what it reads is missing or invalid.
    fn begin(
        &self,
        platform: Platform<'_>,
        context: &Arc<CallContext>,
    ) -> Result<Self::Fetch, CredentialsError>;
}

/// State machine of one refresh. It performs no IO: a driver sends its requests and passes the
/// outcomes to it.
///
/// A [`Call`] of an operation that assumes an agency without a signature implements it.
pub trait Fetch {
    /// Returns what to do now. Early and repeated calls are ignored.
    fn step(&mut self, now: Now) -> FetchStep;

    /// Takes the outcome of the exchange of [`FetchStep::Send`]. Ignored at any other time.
    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now);
}

/// The next action of the driver of a [`Fetch`].
#[derive(Debug)]
#[must_use]
#[expect(clippy::large_enum_variant, reason = "a step is taken apart as soon as it is made")]
#[expect(
    clippy::exhaustive_enums,
    reason = "a driver that handles all of them can drive every refresh"
)]
pub enum FetchStep {
    /// Send this, and pass the outcome to [`Fetch::receive`].
    Send(Exchange),
    /// Wait for this duration, unless an outcome arrives before.
    Wait(Duration),
    /// The outcome: the credentials with the time of their issuer, or an error.
    Done(Result<IssuedCredentials, Error>),
}

impl<O: Assume> Fetch for Call<O> {
    fn step(&mut self, now: Now) -> FetchStep {
        loop {
            return match Call::step(self, now) {
                Step::Credentials(_) => {
                    let message = "refresh call requires credentials (bug in the provider)";
                    self.provide(Err(CredentialsError::new(message)));
                    continue;
                }
                Step::Send(exchange) => FetchStep::Send(exchange),
                Step::Wait(duration) => FetchStep::Wait(duration),
                Step::Done(Ok((output, _))) => {
                    FetchStep::Done(Ok(O::into_credentials(output).into()))
                }
                Step::Done(Err(error)) => FetchStep::Done(Err(error)),
            };
        }
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        Call::receive(self, outcome, now);
    }
}

/// Drives a refresh on an async transport.
async fn drive<F: FetchSource>(
    source: &F,
    context: &Arc<CallContext>,
    transport: &impl Transport,
    platform: Platform<'_>,
) -> Result<IssuedCredentials, Error> {
    let drive = async {
        let mut fetch = source.begin(platform, context)?;
        loop {
            match fetch.step(platform.clock.now()) {
                FetchStep::Send(exchange) => {
                    let outcome = transport.send(exchange).await;
                    fetch.receive(outcome, platform.clock.now());
                }
                FetchStep::Wait(duration) => transport.sleep(duration).await,
                FetchStep::Done(outcome) => return checked::<F>(outcome),
            }
        }
    };
    trace::in_fetch(type_name::<F>(), drive).await
}

/// Rejects credentials that no request can carry, from any [`Fetch`].
fn checked<F>(outcome: Result<IssuedCredentials, Error>) -> Result<IssuedCredentials, Error> {
    let issued = outcome?;
    sendable_credentials(issued.credentials()).map_err(|fault| {
        CredentialsError::new(format!("invalid credentials from {}: {fault}", type_name::<F>()))
    })?;
    Ok(issued)
}

/// Drives a refresh on a blocking transport.
fn drive_blocking<F: FetchSource>(
    source: &F,
    context: &Arc<CallContext>,
    transport: &impl BlockingTransport,
    platform: Platform<'_>,
) -> Result<IssuedCredentials, Error> {
    trace::in_fetch_blocking(type_name::<F>(), || {
        let mut fetch = source.begin(platform, context)?;
        loop {
            match fetch.step(platform.clock.now()) {
                FetchStep::Send(exchange) => {
                    let outcome = transport.send(exchange);
                    fetch.receive(outcome, platform.clock.now());
                }
                FetchStep::Wait(duration) => transport.sleep(duration),
                FetchStep::Done(outcome) => return checked::<F>(outcome),
            }
        }
    })
}

impl<T, S> Client<T, S>
where
    T: Transport + MaybeSend + MaybeSync + 'static,
    S: ProvideCredentials + MaybeSend + MaybeSync + 'static,
{
    /// Returns a session that refreshes the credentials of a [`FetchSource`], as
    /// [`session`](Self::session) does for an operation. It uses the transport of this client, and
    /// not its credentials.
    pub fn session_from<F>(&self, source: F) -> Session
    where
        F: FetchSource<Fetch: MaybeSend> + MaybeSend + MaybeSync + 'static,
    {
        self.session_from_with(source, SessionPolicy::default())
    }

    /// Like [`session_from`](Self::session_from), with a custom policy.
    pub fn session_from_with<F>(&self, source: F, policy: SessionPolicy) -> Session
    where
        F: FetchSource<Fetch: MaybeSend> + MaybeSend + MaybeSync + 'static,
    {
        let Parts { clock, context, .. } = self.parts();
        let (client, waiting, source) = (self.clone(), self.clone(), Arc::new(source));
        let plan = session::Plan {
            clock: Arc::clone(clock),
            context: Arc::clone(context),
            fetch: Box::new(move || {
                let (client, source) = (client.clone(), Arc::clone(&source));
                Box::pin(async move {
                    let Parts { context, transport, .. } = client.parts();
                    Ok(drive(&*source, context, transport, client.parts().platform()).await?)
                })
            }),
            sleep: Box::new(move |duration| {
                let client = waiting.clone();
                Box::pin(async move { client.parts().transport.sleep(duration).await })
            }),
        };
        Session::new(plan, policy)
    }
}

impl<T, S> BlockingClient<T, S>
where
    T: BlockingTransport + Send + Sync + 'static,
    S: blocking::ProvideCredentials + Send + Sync + 'static,
{
    /// Returns a session that refreshes the credentials of a [`FetchSource`]; see
    /// [`Client::session_from`].
    pub fn session_from<F>(&self, source: F) -> BlockingSession
    where
        F: FetchSource + Send + Sync + 'static,
    {
        self.session_from_with(source, SessionPolicy::default())
    }

    /// Like [`session_from`](Self::session_from), with a custom policy.
    pub fn session_from_with<F>(&self, source: F, policy: SessionPolicy) -> BlockingSession
    where
        F: FetchSource + Send + Sync + 'static,
    {
        let Parts { clock, context, .. } = self.parts();
        let client = self.clone();
        let plan = session::BlockingPlan {
            clock: Arc::clone(clock),
            context: Arc::clone(context),
            fetch: Box::new(move || {
                let Parts { context, transport, .. } = client.parts();
                Ok(drive_blocking(&source, context, transport, client.parts().platform())?)
            }),
        };
        BlockingSession::new(plan, policy)
    }
}
