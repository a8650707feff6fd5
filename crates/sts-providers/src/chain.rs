//! Provider chains.

mod links;
mod report;
mod standard;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use sts_credentials::{
    CredentialsError, CredentialsRequest, ProvideCredentials, SharedCredentials, blocking,
};
use sts_proto::Credentials;

use self::links::{Links, Verdict};
pub use self::report::{ChainReport, LinkState};
use sts_credentials::{MaybeSend, MaybeSync};

/// Credential providers in order; the first one that is configured returns the credentials.
///
/// A provider that [is not configured](CredentialsError::is_not_configured) is skipped. One that is
/// configured but fails ends the search: the error names it, its cause, and the skipped providers,
/// and keeps [kind](CredentialsError::kind), code and request id of the cause. Once a provider has
/// returned credentials, the chain stays with it, even if concurrent searches find different ones,
/// so that a program does not change its identity because a file was removed.
///
/// [`report`](Self::report) returns which provider is used and why the others are not. Clones share
/// it.
///
/// ```
/// use std::sync::Arc;
/// use sts_client::proto::Credentials;
/// use sts_providers::Chain;
/// use sts_client::{ProvideCredentials, CredentialsRequest, NoCredentials};
///
/// # futures_lite::future::block_on(async {
/// let chain = Chain::new()
///     .with("vault", NoCredentials)
///     .with("built in", Arc::new(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3")));
/// let credentials = chain.credentials(CredentialsRequest::default()).await?;
/// assert_eq!(credentials.access_key_id, "EXAMPLEAK00000000001");
/// assert_eq!(chain.report().used(), Some("built in"));
/// # Ok::<(), sts_client::CredentialsError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Default)]
pub struct Chain(Links<SharedCredentials>);

/// Blocking counterpart of [`Chain`].
#[derive(Clone, Default)]
pub struct BlockingChain(Links<Arc<dyn blocking::ProvideCredentials + Send + Sync>>);

impl Chain {
    /// Creates a chain without providers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a provider. The name is for reports and errors.
    #[must_use]
    pub fn with<S>(self, name: impl Into<Cow<'static, str>>, source: S) -> Self
    where
        S: ProvideCredentials + MaybeSend + MaybeSync + 'static,
    {
        Self(self.0.with(name.into(), SharedCredentials::new(source)))
    }

    /// Returns which provider is used and why the others are not. Until one is used, returns the
    /// result of the last completed search.
    #[must_use]
    pub fn report(&self) -> ChainReport {
        self.0.report()
    }
}

impl BlockingChain {
    /// Creates a chain without providers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a provider. The name is for reports and errors.
    #[must_use]
    pub fn with<S>(self, name: impl Into<Cow<'static, str>>, source: S) -> Self
    where
        S: blocking::ProvideCredentials + Send + Sync + 'static,
    {
        Self(self.0.with(name.into(), Arc::new(source)))
    }

    /// Returns which provider is used and why the others are not. Until one is used, returns the
    /// result of the last completed search.
    #[must_use]
    pub fn report(&self) -> ChainReport {
        self.0.report()
    }
}

impl ProvideCredentials for Chain {
    async fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        if let Some(provider) = self.0.used() {
            return provider.credentials(request).await;
        }
        let mut search = self.0.search();
        for provider in self.0.sources() {
            match search.next(provider.credentials(request.clone()).await) {
                Verdict::Next => {}
                Verdict::Outrun => break,
                Verdict::End(outcome) => return outcome,
            }
        }
        match self.0.used() {
            Some(provider) => provider.credentials(request).await,
            None => Err(search.nothing_configured()),
        }
    }
}

impl blocking::ProvideCredentials for BlockingChain {
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        if let Some(provider) = self.0.used() {
            return provider.credentials(request);
        }
        let mut search = self.0.search();
        for provider in self.0.sources() {
            match search.next(provider.credentials(request.clone())) {
                Verdict::Next => {}
                Verdict::Outrun => break,
                Verdict::End(outcome) => return outcome,
            }
        }
        match self.0.used() {
            Some(provider) => provider.credentials(request),
            None => Err(search.nothing_configured()),
        }
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chain").field(&self.report()).finish()
    }
}

impl fmt::Debug for BlockingChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BlockingChain").field(&self.report()).finish()
    }
}
