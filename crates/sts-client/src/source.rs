//! Where the keys come from that sign calls to STS.
//!
//! | keys | source |
//! |---|---|
//! | known to the program | [`Credentials`] in an [`Arc`] |
//! | in variables | [`Environment`] |
//! | in `~/.huaweicloud/credentials` | [`ProfileFile`] |
//! | for an ID token | [`OidcAgency`] |
//! | of the machine's agency | [`EcsMetadata`] |
//! | of the pod's service account | [`PodIdentity`] |
//! | of another agency | a [`Session`](crate::Session) |
//! | any of these | a [`Chain`] |
//!
//! Those that fetch temporary keys are handed to
//! [`Client::session_from`](crate::Client::session_from), which keeps the keys fresh. Nothing is
//! looked for unless a program asks for it.

mod address;
mod chain;
mod environment;
mod erased;
mod error;
mod fetch;
mod issued;
mod metadata;
mod oidc;
mod pod_identity;
mod profile;
mod read_once;
mod sendable;
mod token;
mod variable;

use std::sync::Arc;

use sts_proto::Credentials;

pub use self::chain::{BlockingChain, Chain, ChainReport, LinkState};
pub use self::environment::{Environment, credentials_from_environment};
pub use self::erased::DynCredentialSource;
pub use self::error::SourceError;
pub(crate) use self::error::{REFRESH, requested_wait};
pub use self::fetch::{Fetch, FetchSource, FetchStep};
pub use self::issued::IssuedCredentials;
pub use self::metadata::{EcsMetadata, MetadataFetch};
pub use self::oidc::OidcAgency;
pub use self::pod_identity::{PodIdentity, PodIdentityFetch};
pub use self::profile::ProfileFile;
use crate::transport::MaybeSend;

/// Gives the keys that sign calls.
///
/// [`Credentials`] in an [`Arc`] are a source, of the same keys every time. Any other source in an
/// [`Arc`] is one as well, so that clients can share it.
pub trait CredentialSource {
    /// The keys to use now. It is asked before every call, so it answers from memory whenever it
    /// can. The same [`Arc`] for the same keys spares the client preparing them again.
    fn credentials(
        &self,
        request: KeyRequest,
    ) -> impl Future<Output = Result<Arc<Credentials>, SourceError>> + MaybeSend;
}

/// The same for callers that block the thread; see [`CredentialSource`].
pub trait BlockingCredentialSource {
    /// The keys to use now.
    fn credentials(&self, request: KeyRequest) -> Result<Arc<Credentials>, SourceError>;
}

/// What is asked of a source.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct KeyRequest {
    /// Keys that the service has just refused. A source that can get others gives those; one that
    /// cannot gives the same again, and the call fails with the refusal.
    pub refused: Option<Arc<Credentials>>,
}

impl CredentialSource for Arc<Credentials> {
    async fn credentials(&self, _: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        Ok(self.clone())
    }
}

impl BlockingCredentialSource for Arc<Credentials> {
    fn credentials(&self, _: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        Ok(self.clone())
    }
}

impl<S: CredentialSource + ?Sized> CredentialSource for Arc<S> {
    fn credentials(
        &self,
        request: KeyRequest,
    ) -> impl Future<Output = Result<Arc<Credentials>, SourceError>> + MaybeSend {
        (**self).credentials(request)
    }
}

impl<S: BlockingCredentialSource + ?Sized> BlockingCredentialSource for Arc<S> {
    fn credentials(&self, request: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        (**self).credentials(request)
    }
}

/// No keys at all: enough for the operations that are not signed, with an ID token or a SAML
/// assertion.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is a name, and holds nothing")]
pub struct NoCredentials;

impl NoCredentials {
    const COMPLAINT: &str = "the client was given no credentials, and this operation is signed";
}

impl CredentialSource for NoCredentials {
    async fn credentials(&self, _: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        Err(SourceError::not_configured(Self::COMPLAINT))
    }
}

impl BlockingCredentialSource for NoCredentials {
    fn credentials(&self, _: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        Err(SourceError::not_configured(Self::COMPLAINT))
    }
}
