//! Errors of credential providers.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::kind::{ErrorKind, RetryAdvice};

/// Error returned by a credential provider.
///
/// Two cases are distinguished. A provider is **not configured** if, for example, its variables are unset,
/// its file does not exist, or the machine is not an ECS: a provider chain continues with the next
/// provider. Any other error means that the provider is configured and **failed**: a chain stops there,
/// because the next provider may have another identity.
///
/// The error states what happened in terms of the caller ([`kind`](Self::kind),
/// [`advice`](Self::advice), [`retry_in`](Self::retry_in)) and, if a response caused it, its
/// [`status`](Self::status), [`code`](Self::code) and [`request_id`](Self::request_id). Clones are
/// cheap. The setters begin with `with_`, because the getters have the names of the facts.
///
/// ```
/// use std::time::Duration;
/// use sts_credentials::{CredentialsError, ErrorKind, RetryAdvice};
///
/// let sealed = CredentialsError::new("the vault is sealed")
///     .with_kind(ErrorKind::Unavailable)
///     .with_retry_in(Duration::from_secs(30));
/// let error = CredentialsError::new("no credentials for role \"backup\"").with_source(sealed);
/// assert_eq!((error.kind(), error.advice()), (ErrorKind::Unavailable, RetryAdvice::AfterBackoff));
/// assert_eq!(error.retry_in(), Some(Duration::from_secs(30)));
/// ```
#[derive(Clone)]
pub struct CredentialsError(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    message: String,
    is_configured: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    facts: Facts,
}

/// What is taken over from a cause.
#[derive(Clone)]
struct Facts {
    kind: ErrorKind,
    advice: RetryAdvice,
    retry_in: Option<Duration>,
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
}

impl CredentialsError {
    /// Creates an error. The message is one sentence that states what is wrong and where, without a
    /// secret.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        let kind = ErrorKind::Credentials;
        Self(Arc::new(Inner {
            message: message.into(),
            is_configured: true,
            source: None,
            facts: Facts {
                kind,
                advice: kind.advice(),
                retry_in: None,
                status: None,
                code: None,
                request_id: None,
            },
        }))
    }

    /// Creates the error of a provider that is not configured. The message is one sentence that states
    /// what is missing.
    #[must_use]
    pub fn not_configured(message: impl Into<String>) -> Self {
        let mut error = Self::new(message);
        error.inner().is_configured = false;
        error
    }

    /// Sets the cause. Unless the provider is not configured, the error takes over kind, advice,
    /// wait and response of the first `CredentialsError` among the causes.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source: Arc<dyn StdError + Send + Sync> = source.into().into();
        let inner = self.inner();
        if inner.is_configured
            && let Some(cause) = find(&*source)
        {
            inner.facts = cause.0.facts.clone();
        }
        inner.source = Some(source);
        self
    }

    /// Sets the kind, and the retry advice of that kind.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        let facts = &mut self.inner().facts;
        (facts.kind, facts.advice) = (kind, kind.advice());
        self
    }

    /// Sets the retry advice, where it differs from that of the kind.
    #[must_use]
    pub fn with_advice(mut self, advice: RetryAdvice) -> Self {
        self.inner().facts.advice = advice;
        self
    }

    /// Sets the time after which the provider can have credentials.
    #[must_use]
    pub fn with_retry_in(mut self, wait: Duration) -> Self {
        self.inner().facts.retry_in = Some(wait);
        self
    }

    /// Sets the HTTP status, the error code and the request id of the response that caused the
    /// error. Texts must not contain a secret.
    #[must_use]
    pub fn with_response(
        mut self,
        status: u16,
        code: Option<&str>,
        request_id: Option<&str>,
    ) -> Self {
        let facts = &mut self.inner().facts;
        facts.status = Some(status);
        facts.code = code.map(str::to_owned);
        facts.request_id = request_id.map(str::to_owned);
        self
    }

    /// Returns whether the provider is not configured, as opposed to not working.
    #[must_use]
    pub fn is_not_configured(&self) -> bool {
        !self.0.is_configured
    }

    /// Returns the kind of the cause; [`ErrorKind::Credentials`] if it has none.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.facts.kind
    }

    /// Returns whether and when to retry.
    #[must_use]
    pub fn advice(&self) -> RetryAdvice {
        self.0.facts.advice
    }

    /// Returns how long after this error the provider can have credentials, if it is known.
    #[must_use]
    pub fn retry_in(&self) -> Option<Duration> {
        self.0.facts.retry_in
    }

    /// Returns the HTTP status of the response that caused the error.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.facts.status
    }

    /// Returns the error code in that response, as in `STS5.1001`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.facts.code.as_deref()
    }

    /// Returns the id of that request, for the support of the service.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.facts.request_id.as_deref()
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

/// The first `CredentialsError` from `cause` downwards.
fn find<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a CredentialsError> {
    cause.downcast_ref().or_else(|| find(cause.source()?))
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { message, is_configured, source, facts } = &*self.0;
        f.debug_struct("CredentialsError")
            .field("message", message)
            .field("is_configured", is_configured)
            .field("kind", &facts.kind)
            .field("advice", &facts.advice)
            .field("retry_in", &facts.retry_in)
            .field("status", &facts.status)
            .field("code", &facts.code)
            .field("request_id", &facts.request_id)
            .field("source", source)
            .finish()
    }
}

impl StdError for CredentialsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
