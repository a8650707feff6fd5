//! Several sources in an order.

mod links;
mod report;
mod standard;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use sts_proto::Credentials;

use self::links::{Links, Verdict};
pub use self::report::{ChainReport, LinkState};
use super::{
    BlockingCredentialSource, CredentialSource, DynCredentialSource, KeyRequest, SourceError,
};
use crate::transport::{MaybeSend, MaybeSync};

/// Sources in an order: the first one that is configured gives the keys.
///
/// A source that [is not configured](SourceError::is_not_configured) is passed over. One that is,
/// but does not work, ends the search: the error names it, tells why, and names those that were
/// passed over. Once a source has given keys the chain stays with it, so that a program does not
/// become somebody else because a file is gone.
///
/// [`report`](Self::report) tells which one is used and why the others are not. Clones share it.
///
/// ```
/// use std::sync::Arc;
/// use sts_client::proto::Credentials;
/// use sts_client::source::{Chain, CredentialSource, KeyRequest, NoCredentials};
///
/// # futures_lite::future::block_on(async {
/// let chain = Chain::new()
///     .with("vault", NoCredentials)
///     .with("built in", Arc::new(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3")));
/// let keys = chain.credentials(KeyRequest::default()).await?;
/// assert_eq!(keys.access_key_id, "EXAMPLEAK00000000001");
/// assert_eq!(chain.report().used(), Some("built in"));
/// # Ok::<(), sts_client::source::SourceError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Default)]
pub struct Chain(Links<dyn DynCredentialSource>);

/// The same for callers that block the thread; see [`Chain`].
#[derive(Clone, Default)]
pub struct BlockingChain(Links<dyn BlockingCredentialSource + Send + Sync>);

impl Chain {
    /// A chain without any source.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same chain with one more source at its end. The name is for reports and errors.
    #[must_use]
    pub fn with<S>(self, name: impl Into<Cow<'static, str>>, source: S) -> Self
    where
        S: CredentialSource + MaybeSend + MaybeSync + 'static,
    {
        Self(self.0.with(name.into(), Arc::new(source)))
    }

    /// Which source is used, and why the others are not.
    #[must_use]
    pub fn report(&self) -> ChainReport {
        self.0.report()
    }
}

impl BlockingChain {
    /// A chain without any source.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same chain with one more source at its end. The name is for reports and errors.
    #[must_use]
    pub fn with<S>(self, name: impl Into<Cow<'static, str>>, source: S) -> Self
    where
        S: BlockingCredentialSource + Send + Sync + 'static,
    {
        Self(self.0.with(name.into(), Arc::new(source)))
    }

    /// Which source is used, and why the others are not.
    #[must_use]
    pub fn report(&self) -> ChainReport {
        self.0.report()
    }
}

impl CredentialSource for Chain {
    async fn credentials(&self, request: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        if let Some(source) = self.0.used() {
            return source.credentials(request).await;
        }
        for (index, source) in self.0.sources() {
            let outcome = source.credentials(request.clone()).await;
            if let Verdict::End(outcome) = self.0.judge(index, outcome) {
                return outcome;
            }
        }
        Err(self.0.nothing_configured())
    }
}

impl BlockingCredentialSource for BlockingChain {
    fn credentials(&self, request: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        if let Some(source) = self.0.used() {
            return source.credentials(request);
        }
        for (index, source) in self.0.sources() {
            let outcome = source.credentials(request.clone());
            if let Verdict::End(outcome) = self.0.judge(index, outcome) {
                return outcome;
            }
        }
        Err(self.0.nothing_configured())
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
