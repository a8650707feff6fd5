//! Sources whose type nobody need know.

use std::sync::Arc;

use sts_proto::Credentials;

use super::{CredentialSource, KeyRequest, SourceError};
use crate::transport::{BoxFuture, MaybeSend, MaybeSync};

/// A [`CredentialSource`] behind a pointer, for lists of sources and for SDKs that do not want it
/// as a type parameter.
///
/// Every source is one, and `Arc<dyn DynCredentialSource>` is a source again. A
/// [`BlockingCredentialSource`](super::BlockingCredentialSource) needs no such twin.
///
/// ```
/// use std::sync::Arc;
/// use sts_client::proto::Credentials;
/// use sts_client::source::{CredentialSource, DynCredentialSource, KeyRequest, NoCredentials};
///
/// # futures_lite::future::block_on(async {
/// let keys = Arc::new(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3"));
/// let sources: [Arc<dyn DynCredentialSource>; 2] = [Arc::new(NoCredentials), Arc::new(keys)];
/// assert!(sources[0].credentials(KeyRequest::default()).await.is_err());
/// let keys = sources[1].credentials(KeyRequest::default()).await?;
/// assert_eq!(keys.access_key_id, "EXAMPLEAK00000000001");
/// # Ok::<(), sts_client::source::SourceError>(())
/// # }).unwrap();
/// ```
pub trait DynCredentialSource: MaybeSend + MaybeSync {
    /// As [`CredentialSource::credentials`].
    fn credentials_boxed(
        &self,
        request: KeyRequest,
    ) -> BoxFuture<'_, Result<Arc<Credentials>, SourceError>>;
}

impl<S: CredentialSource + MaybeSend + MaybeSync> DynCredentialSource for S {
    fn credentials_boxed(
        &self,
        request: KeyRequest,
    ) -> BoxFuture<'_, Result<Arc<Credentials>, SourceError>> {
        Box::pin(self.credentials(request))
    }
}

impl CredentialSource for dyn DynCredentialSource {
    fn credentials(
        &self,
        request: KeyRequest,
    ) -> impl Future<Output = Result<Arc<Credentials>, SourceError>> + MaybeSend {
        self.credentials_boxed(request)
    }
}
