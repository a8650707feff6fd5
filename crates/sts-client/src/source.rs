//! Where the keys come from that sign calls to STS.

mod environment;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use sts_proto::Credentials;

pub use self::environment::{EnvironmentError, credentials_from_environment};
use crate::transport::MaybeSend;

/// Gives the keys that sign calls.
///
/// [`Credentials`] are a source themselves, of the same keys every time.
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
        Err(SourceError::new(Self::COMPLAINT))
    }
}

impl BlockingCredentialSource for NoCredentials {
    fn credentials(&self, _: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        Err(SourceError::new(Self::COMPLAINT))
    }
}

/// A source that could give no keys, and why.
#[derive(Debug)]
pub struct SourceError {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl SourceError {
    /// One sentence that says what is missing and where it was looked for. No secret in it.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// The same with its cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for SourceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
