//! Refresh providers with an erased type.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError, MaybeSend, MaybeSync};
use sts_proto::Body;

/// Cloneable handle to any [`RefreshProvider`], for lists of providers and for configurations
/// without a type parameter.
///
/// ```
/// use sts_providers::{EcsMetadata, PodIdentity, SharedProvider};
///
/// # fn is_pod() -> bool { true }
/// let provider = if is_pod() {
///     SharedProvider::new(PodIdentity::new("http://169.254.169.253/v1/credentials", "/token")?)
/// } else {
///     SharedProvider::new(EcsMetadata::default())
/// };
/// // let session = client.session(provider)?;
/// # let _ = provider;
/// # Ok::<(), sts_client::CredentialsError>(())
/// ```
#[derive(Clone)]
pub struct SharedProvider(Arc<dyn ErasedProvider>);

/// State machine of a refresh of a [`SharedProvider`].
pub struct SharedRefresh(Box<dyn ErasedRefresh>);

/// [`RefreshProvider`] in a dyn-compatible form.
trait ErasedProvider: MaybeSend + MaybeSync {
    fn begin_boxed(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<SharedRefresh, CredentialsError>;

    fn label(&self) -> String;

    fn lifetime(&self) -> Option<Duration>;

    fn cache_key(&self) -> Option<Body>;

    fn is_discovered(&self) -> bool;

    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError>;
}

impl<P> ErasedProvider for P
where
    P: RefreshProvider<Refresh: MaybeSend + 'static> + MaybeSend + MaybeSync,
{
    fn begin_boxed(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<SharedRefresh, CredentialsError> {
        Ok(SharedRefresh(Box::new(self.begin(platform, context)?)))
    }

    fn label(&self) -> String {
        RefreshProvider::label(self)
    }

    fn lifetime(&self) -> Option<Duration> {
        RefreshProvider::lifetime(self)
    }

    fn cache_key(&self) -> Option<Body> {
        RefreshProvider::cache_key(self)
    }

    fn is_discovered(&self) -> bool {
        RefreshProvider::is_discovered(self)
    }

    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        RefreshProvider::validate(self, context)
    }
}

/// A state machine that is `Send` on native targets.
trait ErasedRefresh: StateMachine<Output = IssuedCredentials> + MaybeSend {}

impl<M: StateMachine<Output = IssuedCredentials> + MaybeSend> ErasedRefresh for M {}

impl SharedProvider {
    /// Creates a handle to `provider`.
    #[must_use]
    pub fn new<P>(provider: P) -> Self
    where
        P: RefreshProvider<Refresh: MaybeSend + 'static> + MaybeSend + MaybeSync + 'static,
    {
        Self(Arc::new(provider))
    }
}

impl RefreshProvider for SharedProvider {
    type Refresh = SharedRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<SharedRefresh, CredentialsError> {
        self.0.begin_boxed(platform, context)
    }

    fn label(&self) -> String {
        self.0.label()
    }

    fn lifetime(&self) -> Option<Duration> {
        self.0.lifetime()
    }

    fn cache_key(&self) -> Option<Body> {
        self.0.cache_key()
    }

    fn is_discovered(&self) -> bool {
        self.0.is_discovered()
    }

    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        self.0.validate(context)
    }
}

impl StateMachine for SharedRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        self.0.step(now)
    }

    fn provide(&mut self, credentials: Result<Arc<Credentials>, CredentialsError>) {
        self.0.provide(credentials);
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        self.0.receive(outcome, now);
    }
}

impl fmt::Debug for SharedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedProvider").finish_non_exhaustive()
    }
}

impl fmt::Debug for SharedRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedRefresh").finish_non_exhaustive()
    }
}
