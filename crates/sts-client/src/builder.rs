//! Client builders.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use sts_credentials::{CredentialsError, MaybeSend, MaybeSync, ProvideCredentials};
use sts_proto::{Credentials, Endpoint, InvalidEndpoint, InvalidRegion, Region};

use crate::base::Base;
use crate::blocking;
use crate::client::{self, Client};
use crate::context::{CallContext, CallPolicy};
use crate::no_credentials::NoCredentials;
use crate::platform::{Clock, Environment, Platform, default_clock, default_environment};
use crate::session::{RefreshProvider, Session, SessionPolicy};
use crate::transport::Transport;

/// Builder of a [`Client`] or a [`blocking::Client`].
///
/// A region or an endpoint is required. Neither has a default, so a client never sends requests to a
/// region that the program did not choose. With the feature `system`, the clock and the environment
/// of the operating system are the defaults; without it, a clock is required.
///
/// Credentials are set by [`credentials`](Self::credentials) (fixed),
/// [`credentials_from`](Self::credentials_from) (a provider whose credentials are refreshed) or
/// [`credentials_provider`](Self::credentials_provider) (any other provider); the last call takes
/// effect. Without credentials, only operations that are not signed can be called.
#[must_use]
pub struct ClientBuilder<T, S = NoCredentials> {
    transport: T,
    credentials: S,
    settings: Settings,
}

/// Settings of a builder, which do not depend on its types.
#[derive(Default)]
struct Settings {
    clock: Option<Arc<dyn Clock>>,
    environment: Option<Arc<dyn Environment>>,
    endpoints: Vec<Endpoint>,
    is_endpoint_optional: bool,
    policy: CallPolicy,
    /// The first invalid setting. `build` returns it, so that setters can be chained.
    error: Option<ClientBuildError>,
}

/// Credentials of a [`ClientBuilder`] whose client creates a session of the provider `P`.
pub struct SessionOf<P>(P);

impl<T> ClientBuilder<T> {
    pub(crate) fn new(transport: T) -> Self {
        Self { transport, credentials: NoCredentials, settings: Settings::default() }
    }
}

impl<T, S> ClientBuilder<T, S> {
    /// Adds the STS endpoint of a region. Several regions are tried in the order in which they were
    /// added: a call that cannot reach one signs its request anew and sends it to the next.
    pub fn region<R: TryInto<Region>>(mut self, region: R) -> Self
    where
        ClientBuildError: From<R::Error>,
    {
        match region.try_into() {
            Ok(region) => self.settings.endpoints.push(Endpoint::from(region)),
            Err(error) => self.fail(error.into()),
        }
        self
    }

    /// Adds an endpoint, given as a URL or an [`Endpoint`]. Several are tried in order, as with
    /// [`region`](Self::region). A URL must use https; use [`Endpoint::parse_allowing_http`] for
    /// plain http in tests.
    pub fn endpoint<E: TryInto<Endpoint>>(mut self, endpoint: E) -> Self
    where
        ClientBuildError: From<E::Error>,
    {
        match endpoint.try_into() {
            Ok(endpoint) => self.settings.endpoints.push(endpoint),
            Err(error) => self.fail(error.into()),
        }
        self
    }

    /// Allows a client without an endpoint, for programs that use only its credential providers: those
    /// that read files or the metadata service do not call STS. All other calls fail with
    /// [`Failure::NoEndpoint`](crate::Failure::NoEndpoint). By default, an endpoint is required.
    pub fn without_endpoint(mut self) -> Self {
        self.settings.is_endpoint_optional = true;
        self
    }

    /// Sets fixed credentials for signing calls.
    pub fn credentials(
        self,
        credentials: impl Into<Arc<Credentials>>,
    ) -> ClientBuilder<T, Arc<Credentials>> {
        self.credentials_provider(credentials.into())
    }

    /// Sets the credential provider for signing calls.
    pub fn credentials_provider<S2>(self, provider: S2) -> ClientBuilder<T, S2> {
        let Self { transport, credentials: _, settings } = self;
        ClientBuilder { transport, credentials: provider, settings }
    }

    /// Signs calls with credentials from `provider`, which are refreshed: a provider of
    /// `sts-providers`, such as `OidcAgency`, which obtains a new ID token for each refresh. The
    /// client creates a [`Session`] over its own transport, endpoints, clock and environment, and
    /// [`Client::credentials_provider`] returns it. Its [`SessionPolicy`] is the default.
    ///
    /// Requests of the provider are not signed. For [`AssumeAgency`](sts_proto::AssumeAgency), which
    /// is signed, pass a [session](Client::session) of another client to
    /// [`credentials_provider`](Self::credentials_provider).
    pub fn credentials_from<P: RefreshProvider>(
        self,
        provider: P,
    ) -> ClientBuilder<T, SessionOf<P>> {
        self.credentials_provider(SessionOf(provider))
    }

    /// Sets the clock. By default it is that of the operating system with the feature `system`;
    /// without that feature, a clock is required.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.settings.clock = Some(Arc::new(clock));
        self
    }

    /// Sets the environment from which credential providers read variables and files. By default it
    /// is that of the process with the feature `system`, and empty without that feature.
    pub fn environment(mut self, environment: impl Environment + 'static) -> Self {
        self.settings.environment = Some(Arc::new(environment));
        self
    }

    /// Sets the limits, backoff and timeouts of calls.
    pub fn policy(mut self, policy: CallPolicy) -> Self {
        self.settings.policy = policy;
        self
    }

    fn fail(&mut self, error: ClientBuildError) {
        self.settings.error.get_or_insert(error);
    }

    /// Returns the base of the client, and its credentials.
    fn finish(self) -> Result<(Arc<Base<T>>, S), ClientBuildError> {
        let Self { transport, credentials, settings } = self;
        let Settings { clock, environment, endpoints, is_endpoint_optional, policy, error } =
            settings;
        if let Some(error) = error {
            return Err(error);
        }
        if endpoints.is_empty() && !is_endpoint_optional {
            return Err(ClientBuildError(Problem::MissingEndpoint));
        }
        let platform = Platform {
            clock: clock.or_else(default_clock).ok_or(ClientBuildError(Problem::MissingClock))?,
            environment: environment.unwrap_or_else(default_environment),
        };
        let context = CallContext::new(endpoints, policy);
        Ok((Arc::new(Base { context, transport: Arc::new(transport), platform }), credentials))
    }
}

impl<T: Transport, S: ProvideCredentials> ClientBuilder<T, S> {
    /// Builds an async client.
    ///
    /// # Errors
    ///
    /// A setting is invalid or missing.
    pub fn build(self) -> Result<Client<T, S>, ClientBuildError> {
        let (base, credentials) = self.finish()?;
        Ok(Client::new(base, Arc::new(credentials)))
    }
}

impl<T: blocking::Transport, S: blocking::ProvideCredentials> ClientBuilder<T, S> {
    /// Builds a blocking client.
    ///
    /// # Errors
    ///
    /// A setting is invalid or missing.
    pub fn build_blocking(self) -> Result<blocking::Client<T, S>, ClientBuildError> {
        let (base, credentials) = self.finish()?;
        Ok(blocking::Client::new(base, Arc::new(credentials)))
    }
}

impl<T, P> ClientBuilder<T, SessionOf<P>>
where
    T: Transport + MaybeSend + MaybeSync + 'static,
    P: RefreshProvider<Refresh: MaybeSend> + MaybeSend + MaybeSync + 'static,
{
    /// Builds an async client with a session of its provider.
    ///
    /// # Errors
    ///
    /// A setting is invalid or missing, or the provider is invalid.
    pub fn build(self) -> Result<Client<T, Session>, ClientBuildError> {
        let (base, SessionOf(provider)) = self.finish()?;
        let policy = SessionPolicy::default();
        let session = client::session(&base, &Arc::new(NoCredentials), provider, policy)?;
        Ok(Client::new(base, Arc::new(session)))
    }
}

impl<T, P> ClientBuilder<T, SessionOf<P>>
where
    T: blocking::Transport + Send + Sync + 'static,
    P: RefreshProvider + Send + Sync + 'static,
{
    /// Builds a blocking client with a session of its provider.
    ///
    /// # Errors
    ///
    /// A setting is invalid or missing, or the provider is invalid.
    pub fn build_blocking(
        self,
    ) -> Result<blocking::Client<T, blocking::Session>, ClientBuildError> {
        let (base, SessionOf(provider)) = self.finish()?;
        let policy = SessionPolicy::default();
        let session = blocking::session(&base, &Arc::new(NoCredentials), provider, policy)?;
        Ok(blocking::Client::new(base, Arc::new(session)))
    }
}

impl<T, S> fmt::Debug for ClientBuilder<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoints", &self.settings.endpoints)
            .field("policy", &self.settings.policy)
            .finish_non_exhaustive()
    }
}

impl<P> fmt::Debug for SessionOf<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionOf").finish_non_exhaustive()
    }
}

/// Error returned when building a client fails.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct ClientBuildError(Problem);

#[derive(Clone, Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Region(InvalidRegion),
    #[error(transparent)]
    Endpoint(InvalidEndpoint),
    #[error("missing endpoint: set a region, for example cn-north-4, or an endpoint URL")]
    MissingEndpoint,
    #[error("missing clock: set one, or enable the feature `system` of sts-client")]
    MissingClock,
    #[error(transparent)]
    Credentials(CredentialsError),
}

impl From<InvalidRegion> for ClientBuildError {
    fn from(error: InvalidRegion) -> Self {
        Self(Problem::Region(error))
    }
}

impl From<InvalidEndpoint> for ClientBuildError {
    fn from(error: InvalidEndpoint) -> Self {
        Self(Problem::Endpoint(error))
    }
}

impl From<CredentialsError> for ClientBuildError {
    fn from(error: CredentialsError) -> Self {
        Self(Problem::Credentials(error))
    }
}

impl From<Infallible> for ClientBuildError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
