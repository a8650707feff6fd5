//! Client builders.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use sts_credentials::ProvideCredentials;
use sts_proto::{Credentials, Endpoint, InvalidEndpoint, InvalidRegion, Region};

use crate::base::Parts;
use crate::blocking;
use crate::client::Client;
use crate::context::{CallContext, CallPolicy};
use crate::no_credentials::NoCredentials;
use crate::platform::{Clock, Environment, NoEnvironment};
use crate::transport::Transport;

/// Builder of a [`Client`] or a [`blocking::Client`].
///
/// A region or an endpoint is required. Neither has a default, so a client never sends requests to a
/// region that the program did not choose.
#[must_use]
pub struct ClientBuilder<T, S = NoCredentials> {
    transport: T,
    clock: Arc<dyn Clock>,
    environment: Arc<dyn Environment>,
    source: S,
    endpoints: Vec<Endpoint>,
    policy: CallPolicy,
    /// The first invalid setting. `build` returns it, so that setters can be chained.
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
    /// Adds the STS endpoint of a region. Several regions are tried in the order in which they were
    /// added: a call that cannot reach one signs its request anew and sends it to the next.
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

    /// Adds an endpoint, given as a URL or an [`Endpoint`]. Several are tried in order, as with
    /// [`region`](Self::region). A URL must use https; use [`Endpoint::parse_allowing_http`] for
    /// plain http in tests.
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

    /// Sets fixed credentials for signing calls.
    pub fn credentials(
        self,
        credentials: impl Into<Arc<Credentials>>,
    ) -> ClientBuilder<T, Arc<Credentials>> {
        self.credentials_provider(credentials.into())
    }

    /// Sets the credential provider for signing calls. Without one, only operations that are not
    /// signed can be called.
    pub fn credentials_provider<S2>(self, source: S2) -> ClientBuilder<T, S2> {
        let Self { transport, clock, environment, source: _, endpoints, policy, error } = self;
        ClientBuilder { transport, clock, environment, source, endpoints, policy, error }
    }

    /// Sets the environment from which providers of temporary credentials read variables and files:
    /// `SystemEnvironment` for that of the process. By default, it is empty.
    pub fn environment(mut self, environment: impl Environment + 'static) -> Self {
        self.environment = Arc::new(environment);
        self
    }

    /// Sets the limits, backoff and timeouts of calls.
    pub fn policy(mut self, policy: CallPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Builds an async client.
    pub fn build(self) -> Result<Client<T, S>, BuildError>
    where
        T: Transport,
        S: ProvideCredentials,
    {
        self.finish().map(Client::new)
    }

    /// Builds a blocking client.
    pub fn build_blocking(self) -> Result<blocking::Client<T, S>, BuildError>
    where
        T: blocking::Transport,
        S: blocking::ProvideCredentials,
    {
        self.finish().map(blocking::Client::new)
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

/// Error returned when building a client fails.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BuildError(Problem);

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Region(InvalidRegion),
    #[error(transparent)]
    Endpoint(InvalidEndpoint),
    #[error("missing endpoint: set a region, for example cn-north-4, or an endpoint URL")]
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
