//! How a client is put together.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use sts_credentials::{ProvideCredentials, blocking};
use sts_proto::{Credentials, Endpoint, InvalidEndpoint, InvalidRegion, Region};

use crate::client::{BlockingClient, Client, Parts};
use crate::context::{CallContext, CallPolicy};
use crate::no_credentials::NoCredentials;
use crate::platform::{Clock, Environment, NoEnvironment};
use crate::transport::{BlockingTransport, Transport};

/// Builds a [`Client`] or a [`BlockingClient`].
///
/// A region or an endpoint is mandatory: there is no default, so that nobody is sent to a part of
/// the world they did not choose.
#[must_use]
pub struct ClientBuilder<T, S = NoCredentials> {
    transport: T,
    clock: Arc<dyn Clock>,
    environment: Arc<dyn Environment>,
    source: S,
    endpoints: Vec<Endpoint>,
    policy: CallPolicy,
    /// The first thing that was wrong. It is told at the end, so that calls chain.
    error: Option<BuildError>,
}

impl<T> ClientBuilder<T> {
    pub(crate) fn new(transport: T, clock: Arc<dyn Clock>) -> Self {
        Self {
            transport,
            clock,
            environment: Arc::new(NoEnvironment),
            source: NoCredentials,
            endpoints: Vec::new(),
            policy: CallPolicy::default(),
            error: None,
        }
    }
}

impl<T, S> ClientBuilder<T, S> {
    /// Calls go to this region's STS. Given more than once, the order is that of failover: a call
    /// that cannot reach one goes on to the next, signed anew.
    pub fn region<R: TryInto<Region>>(mut self, region: R) -> Self
    where
        BuildError: From<R::Error>,
    {
        match region.try_into() {
            Ok(region) => self.endpoints.push(Endpoint::from(region)),
            Err(error) => self.fail(error.into()),
        }
        self
    }

    /// Calls go to this endpoint, by URL or made before; in a fail-over order as with
    /// [`region`](Self::region). A URL has to be https; plain http is asked for by
    /// [`Endpoint::parse_allowing_http`].
    pub fn endpoint<E: TryInto<Endpoint>>(mut self, endpoint: E) -> Self
    where
        BuildError: From<E::Error>,
    {
        match endpoint.try_into() {
            Ok(endpoint) => self.endpoints.push(endpoint),
            Err(error) => self.fail(error.into()),
        }
        self
    }

    /// Sets fixed credentials that sign calls.
    pub fn credentials(
        self,
        credentials: impl Into<Arc<Credentials>>,
    ) -> ClientBuilder<T, Arc<Credentials>> {
        self.credentials_provider(credentials.into())
    }

    /// Sets the provider of the credentials that sign calls. Without one, only operations that are
    /// not signed can be called.
    pub fn credentials_provider<S2>(self, source: S2) -> ClientBuilder<T, S2> {
        let Self { transport, clock, environment, source: _, endpoints, policy, error } = self;
        ClientBuilder { transport, clock, environment, source, endpoints, policy, error }
    }

    /// Sets where providers of temporary credentials read variables and files: `SystemEnvironment`
    /// for those of the process. By default there are none.
    pub fn environment(mut self, environment: impl Environment + 'static) -> Self {
        self.environment = Arc::new(environment);
        self
    }

    /// How calls are made: attempts, waits, limits.
    pub fn policy(mut self, policy: CallPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// A client that awaits.
    pub fn build(self) -> Result<Client<T, S>, BuildError>
    where
        T: Transport,
        S: ProvideCredentials,
    {
        self.finish().map(Client::new)
    }

    /// A client that blocks the thread.
    pub fn build_blocking(self) -> Result<BlockingClient<T, S>, BuildError>
    where
        T: BlockingTransport,
        S: blocking::ProvideCredentials,
    {
        self.finish().map(BlockingClient::new)
    }

    fn fail(&mut self, error: BuildError) {
        self.error.get_or_insert(error);
    }

    fn finish(self) -> Result<Parts<T, S>, BuildError> {
        let Self { transport, clock, environment, source, endpoints, policy, error } = self;
        match error {
            Some(error) => Err(error),
            None if endpoints.is_empty() => Err(BuildError(Problem::NoEndpoint)),
            None => Ok(Parts {
                context: CallContext::new(endpoints, policy),
                transport,
                source,
                clock,
                environment,
            }),
        }
    }
}

impl<T, S> fmt::Debug for ClientBuilder<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoints", &self.endpoints)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// Why a client cannot be built.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BuildError(Problem);

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Region(InvalidRegion),
    #[error(transparent)]
    Endpoint(InvalidEndpoint),
    #[error("give a region such as cn-north-4, or an endpoint; there is no default")]
    NoEndpoint,
}

impl From<InvalidRegion> for BuildError {
    fn from(error: InvalidRegion) -> Self {
        Self(Problem::Region(error))
    }
}

impl From<InvalidEndpoint> for BuildError {
    fn from(error: InvalidEndpoint) -> Self {
        Self(Problem::Endpoint(error))
    }
}

impl From<Infallible> for BuildError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
