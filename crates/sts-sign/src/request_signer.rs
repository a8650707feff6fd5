//! Signing with a credential provider.

mod attempts;
mod error;
mod memory;
mod observation;

use std::fmt;
use std::sync::Arc;

use http::Request;
use http::request::Parts;
use sts_credentials::{Credentials, ProvideCredentials, blocking};
use time::{Duration, OffsetDateTime};

pub use self::attempts::Attempts;
pub use self::error::RequestSignError;
use self::memory::{LastSigner, Memory};
pub use self::observation::{Observation, Verdict};
use crate::payload::Payload;
use crate::scope::Scope;
use crate::signed_headers::SignedHeaders;
use crate::signer::{Signer, SignerError};

/// Signs requests with the credentials of a provider.
///
/// It prepares one [`Signer`] for each set of credentials, sends the security token of temporary
/// credentials, and corrects the clock by a learned offset. Use [`attempts`](Self::attempts) to learn
/// from responses. Any number of threads can use it. Clones share what they learn, also those with another
/// [`scope`](Self::scope) or other settings: rejected access keys and the clock offset.
///
/// Each signing method has a blocking counterpart, for
/// [blocking providers](sts_credentials::blocking::ProvideCredentials).
///
/// ```
/// use http::Request;
/// use sts_credentials::{Credentials, SharedCredentials};
/// use sts_sign::{RequestSignError, RequestSigner};
/// use time::OffsetDateTime;
///
/// async fn list_servers(
///     signer: &RequestSigner<SharedCredentials>,
///     now: OffsetDateTime,
/// ) -> Result<Request<&'static str>, RequestSignError> {
///     let uri = "https://ecs.cn-north-4.myhuaweicloud.com/v1/0a1b/cloudservers/detail?limit=50";
///     let mut request = Request::new("");
///     *request.uri_mut() = http::Uri::from_static(uri);
///     signer.sign(&mut request, now).await?;
///     Ok(request)
/// }
///
/// let credentials = Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3");
/// let signer = RequestSigner::new(SharedCredentials::from(credentials));
/// # let now = OffsetDateTime::UNIX_EPOCH;
/// # let mut request = std::pin::pin!(list_servers(&signer, now));
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # let std::task::Poll::Ready(request) = request.as_mut().poll(&mut context) else { panic!() };
/// # assert!(request.unwrap().headers().contains_key("authorization"));
/// ```
pub struct RequestSigner<P> {
    provider: Arc<P>,
    scope: Option<Scope>,
    signed_headers: Option<SignedHeaders>,
    prepare: Option<Arc<Prepare>>,
    last: Arc<LastSigner>,
    memory: Arc<Memory>,
}

type Prepare = dyn Fn(&Credentials) -> Result<Signer, SignerError> + Send + Sync;

impl<P> RequestSigner<P> {
    /// Creates a signer for `SDK-HMAC-SHA256`, which all public services accept.
    #[must_use]
    pub fn new(provider: P) -> Self {
        Self {
            provider: Arc::new(provider),
            scope: None,
            signed_headers: None,
            prepare: None,
            last: Arc::default(),
            memory: Arc::default(),
        }
    }

    /// Selects `V11-HMAC-SHA256` with keys derived for this region and service.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope: Some(scope), last: Arc::default(), ..self }
    }

    /// Sets the headers to sign.
    #[must_use]
    pub fn signed_headers(self, headers: SignedHeaders) -> Self {
        Self { signed_headers: Some(headers), last: Arc::default(), ..self }
    }

    /// Sets how a signer is prepared for credentials, for other algorithms and for keys of your own.
    /// It replaces [`scope`](Self::scope) and is called by one thread at a time, once per
    /// credentials.
    ///
    /// The security token of temporary credentials is added to a signer without one.
    #[must_use]
    pub fn prepare_with(
        self,
        prepare: impl Fn(&Credentials) -> Result<Signer, SignerError> + Send + Sync + 'static,
    ) -> Self {
        Self { prepare: Some(Arc::new(prepare)), last: Arc::default(), ..self }
    }

    /// Returns the credential provider.
    #[must_use]
    pub fn provider(&self) -> &P {
        &self.provider
    }

    /// Returns the learned offset of the service's clock from the local clock; zero before a
    /// signing date was rejected.
    #[must_use]
    pub fn clock_offset(&self) -> Duration {
        self.memory.clock_offset()
    }

    /// Begins a call: its attempts are signed with this signer, and their responses observed.
    #[must_use]
    pub const fn attempts(&self) -> Attempts<'_, P> {
        Attempts::new(self)
    }

    fn prepare(&self, credentials: &Credentials) -> Result<Signer, SignerError> {
        let signer = match (&self.prepare, &self.scope) {
            (Some(prepare), _) => prepare(credentials)?,
            (None, None) => Signer::new(credentials)?,
            (None, Some(scope)) => {
                let secret = credentials.secret_access_key.expose_secret();
                Signer::v11(&credentials.access_key_id, secret, scope.clone())?
            }
        };
        let signer = match &credentials.security_token {
            Some(token) if signer.security_token.is_none() => {
                signer.security_token(token.expose_secret())?
            }
            _ => signer,
        };
        Ok(match &self.signed_headers {
            Some(headers) => signer.signed_headers(headers.clone()),
            None => signer,
        })
    }
}

impl<P: ProvideCredentials> RequestSigner<P> {
    /// Signs `request` with the credentials of the provider. `now` is the local time; the learned
    /// clock offset is added.
    ///
    /// Use [`Attempts::sign`] to observe the response.
    ///
    /// # Errors
    ///
    /// As [`Attempts::sign`].
    pub async fn sign<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        self.attempts().sign(request, now).await
    }

    /// Signs a request without its body: for a hashed, unsigned or streaming body. See
    /// [`sign`](Self::sign).
    ///
    /// # Errors
    ///
    /// As [`Attempts::sign`].
    pub async fn sign_parts(
        &self,
        head: &mut Parts,
        payload: Payload<'_>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        self.attempts().sign_parts(head, payload, now).await
    }
}

impl<P: blocking::ProvideCredentials> RequestSigner<P> {
    /// Blocking counterpart of [`sign`](Self::sign).
    ///
    /// # Errors
    ///
    /// As [`Attempts::sign`].
    pub fn sign_blocking<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        self.attempts().sign_blocking(request, now)
    }

    /// Blocking counterpart of [`sign_parts`](Self::sign_parts).
    ///
    /// # Errors
    ///
    /// As [`Attempts::sign`].
    pub fn sign_parts_blocking(
        &self,
        head: &mut Parts,
        payload: Payload<'_>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        self.attempts().sign_parts_blocking(head, payload, now)
    }
}

impl<P> Clone for RequestSigner<P> {
    fn clone(&self) -> Self {
        Self {
            provider: Arc::clone(&self.provider),
            scope: self.scope.clone(),
            signed_headers: self.signed_headers.clone(),
            prepare: self.prepare.clone(),
            last: Arc::clone(&self.last),
            memory: Arc::clone(&self.memory),
        }
    }
}

impl<P> fmt::Debug for RequestSigner<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSigner")
            .field("scope", &self.scope)
            .field("clock_offset", &self.clock_offset())
            .finish_non_exhaustive()
    }
}
