//! Async and blocking clients: a transport, a credential provider, and a method for every
//! operation.

use std::fmt;
use std::sync::Arc;

use sts_credentials::{CredentialsError, ProvideCredentials, SharedCredentials, blocking};
use sts_proto::{
    AssumeAgency, AssumeAgencyOutput, AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput,
    AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput, DecodeAuthorizationMessage,
    GetCallerIdentity, GetCallerIdentityOutput, Operation,
};

use crate::builder::ClientBuilder;
use crate::context::CallContext;
use crate::driver;
use crate::error::Error;
use crate::no_credentials::NoCredentials;
use crate::platform::{Clock, Environment, Platform};
use crate::report::Report;
use crate::session::{self, Assume, BlockingSession, Session, SessionPolicy};
use crate::transport::{BlockingTransport, DynTransport, MaybeSend, MaybeSync, Transport};

/// State of both clients.
pub(crate) struct Parts<T, S> {
    pub(crate) context: Arc<CallContext>,
    pub(crate) transport: T,
    pub(crate) source: S,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) environment: Arc<dyn Environment>,
}

impl<T, S> Parts<T, S> {
    pub(crate) fn platform(&self) -> Platform<'_> {
        Platform { clock: &*self.clock, environment: &*self.environment }
    }
}

/// Async client for STS over a [`Transport`].
///
/// Cloning is cheap. Clones share connections and learned state: the clock offset, the health of
/// endpoints, and rejected credentials.
///
/// The transport crates provide builders that set the transport and the platform:
/// `HyperTransport::client` and `IsahcTransport::client`.
pub struct Client<T, S = NoCredentials>(Arc<Parts<T, S>>);

/// [`Client`] with erased types of transport and provider, for SDKs and applications that keep one
/// in a struct.
///
/// ```
/// use std::sync::Arc;
/// use sts_client::proto::{Body, Credentials};
/// use sts_client::transport::{DynTransport, transport_fn};
/// use sts_client::{Client, DynClient, Exchange, SharedCredentials, TransportError};
/// # use std::time::Duration;
/// # use sts_client::{Clock, Now};
/// # struct MyClock;
/// # impl Clock for MyClock {
/// #     fn now(&self) -> Now { Now::new(time::OffsetDateTime::UNIX_EPOCH, Duration::ZERO) }
/// #     fn seed(&self) -> u64 { 0 }
/// # }
/// # let my_transport = transport_fn(
/// #     |_: Exchange| async { Ok::<_, TransportError>(http::Response::new(Body::empty())) },
/// #     |_| async {},
/// # );
/// # let my_provider = Arc::new(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3"));
///
/// struct Deployer {
///     sts: DynClient,
/// }
///
/// let transport: Arc<dyn DynTransport> = Arc::new(my_transport);
/// let sts = Client::builder(transport, MyClock)
///     .region("cn-north-4")
///     .credentials_provider(SharedCredentials::new(my_provider))
///     .build()?;
/// let deployer = Deployer { sts };
/// # let _ = deployer.sts;
/// # Ok::<(), sts_client::BuildError>(())
/// ```
pub type DynClient = Client<Arc<dyn DynTransport>, SharedCredentials>;

/// Blocking counterpart of [`Client`], over a [`BlockingTransport`].
pub struct BlockingClient<T, S = NoCredentials>(Arc<Parts<T, S>>);

impl<T> Client<T> {
    /// Returns a builder of a client over `transport`, or of a [blocking
    /// one](ClientBuilder::build_blocking). Use `SystemClock` as `clock` unless time is simulated.
    pub fn builder(transport: T, clock: impl Clock + 'static) -> ClientBuilder<T> {
        ClientBuilder::new(transport, Arc::new(clock))
    }
}

impl<T: Transport, S: ProvideCredentials> Client<T, S> {
    /// Calls any operation, and returns its output and a report.
    pub async fn call<O: Operation>(&self, operation: O) -> Result<(O::Output, Report), Error> {
        let Parts { context, transport, source, clock, .. } = &*self.0;
        driver::call(operation, context, transport, source, &**clock).await
    }

    /// Assumes an agency and returns temporary credentials for it.
    pub async fn assume_agency(
        &self,
        operation: AssumeAgency,
    ) -> Result<AssumeAgencyOutput, Error> {
        self.call(operation).await.map(output)
    }

    /// Assumes an agency with an ID token. The request is not signed and requires no credentials.
    pub async fn assume_agency_with_oidc(
        &self,
        operation: AssumeAgencyWithOidc,
    ) -> Result<AssumeAgencyWithOidcOutput, Error> {
        self.call(operation).await.map(output)
    }

    /// Assumes an agency with a SAML assertion. The request is not signed and requires no
    /// credentials.
    pub async fn assume_agency_with_saml(
        &self,
        operation: AssumeAgencyWithSaml,
    ) -> Result<AssumeAgencyWithSamlOutput, Error> {
        self.call(operation).await.map(output)
    }

    /// Decodes the reason of an access-denied error: text, JSON in practice.
    pub async fn decode_authorization_message(
        &self,
        encoded_message: impl Into<String>,
    ) -> Result<String, Error> {
        let operation = DecodeAuthorizationMessage::new(encoded_message);
        Ok(self.call(operation).await?.0.decoded_message)
    }

    /// Returns the identity of the credentials.
    pub async fn caller_identity(&self) -> Result<GetCallerIdentityOutput, Error> {
        self.call(GetCallerIdentity::new()).await.map(output)
    }

    /// Decodes the reason of an access-denied error with one additional call and attaches it; see
    /// [`Error::denial`].
    ///
    /// An error without an encoded message, or whose message cannot be decoded, is returned
    /// unchanged.
    pub async fn explain_denial(&self, error: Error) -> Error {
        let Some(encoded) = encoded_denial(&error) else {
            return error;
        };
        match self.decode_authorization_message(encoded).await {
            Ok(denial) => error.with_denial(denial),
            Err(_) => error,
        }
    }
}

impl<T, S> Client<T, S>
where
    T: Transport + MaybeSend + MaybeSync + 'static,
    S: ProvideCredentials + MaybeSend + MaybeSync + 'static,
{
    /// Returns a session that obtains credentials with `operation` and refreshes them. Nothing is
    /// sent before credentials are first requested.
    ///
    /// A request with an [MFA code](AssumeAgency::mfa) cannot be repeated, so a session of one
    /// sends nothing and returns an error. Call [`assume_agency`](Self::assume_agency) instead, and
    /// use the credentials until they expire.
    pub fn session<O>(&self, operation: O) -> Session
    where
        O: Assume + Clone + MaybeSend + MaybeSync + 'static,
    {
        self.session_with(operation, SessionPolicy::default())
    }

    /// Like [`session`](Self::session), with a custom policy.
    pub fn session_with<O>(&self, operation: O, policy: SessionPolicy) -> Session
    where
        O: Assume + Clone + MaybeSend + MaybeSync + 'static,
    {
        let policy = policy.with_lifetime_of(&operation);
        let (client, waiting) = (self.clone(), self.clone());
        let plan = session::Plan {
            clock: Arc::clone(&self.0.clock),
            context: Arc::clone(&self.0.context),
            fetch: Box::new(move || {
                let (client, operation) = (client.clone(), operation.clone());
                Box::pin(async move {
                    check_repeatable(&operation)?;
                    let (output, _) = client.call(operation).await?;
                    Ok(O::into_credentials(output).into())
                })
            }),
            sleep: Box::new(move |duration| {
                let client = waiting.clone();
                Box::pin(async move { client.0.transport.sleep(duration).await })
            }),
        };
        Session::new(plan, policy)
    }
}

impl<T, S> BlockingClient<T, S>
where
    T: BlockingTransport + Send + Sync + 'static,
    S: blocking::ProvideCredentials + Send + Sync + 'static,
{
    /// Returns a session that refreshes its credentials, like [`Client::session`].
    pub fn session<O: Assume + Clone + Send + Sync + 'static>(
        &self,
        operation: O,
    ) -> BlockingSession {
        self.session_with(operation, SessionPolicy::default())
    }

    /// Like [`session`](Self::session), with a custom policy.
    pub fn session_with<O: Assume + Clone + Send + Sync + 'static>(
        &self,
        operation: O,
        policy: SessionPolicy,
    ) -> BlockingSession {
        let policy = policy.with_lifetime_of(&operation);
        let client = self.clone();
        let plan = session::BlockingPlan {
            clock: Arc::clone(&self.0.clock),
            context: Arc::clone(&self.0.context),
            fetch: Box::new(move || {
                check_repeatable(&operation)?;
                let (output, _) = client.call(operation.clone())?;
                Ok(O::into_credentials(output).into())
            }),
        };
        BlockingSession::new(plan, policy)
    }
}

impl<T: BlockingTransport, S: blocking::ProvideCredentials> BlockingClient<T, S> {
    /// Calls any operation, and returns its output and a report.
    pub fn call<O: Operation>(&self, operation: O) -> Result<(O::Output, Report), Error> {
        let Parts { context, transport, source, clock, .. } = &*self.0;
        driver::call_blocking(operation, context, transport, source, &**clock)
    }

    /// Assumes an agency and returns temporary credentials for it.
    pub fn assume_agency(&self, operation: AssumeAgency) -> Result<AssumeAgencyOutput, Error> {
        self.call(operation).map(output)
    }

    /// Assumes an agency with an ID token. The request is not signed and requires no credentials.
    pub fn assume_agency_with_oidc(
        &self,
        operation: AssumeAgencyWithOidc,
    ) -> Result<AssumeAgencyWithOidcOutput, Error> {
        self.call(operation).map(output)
    }

    /// Assumes an agency with a SAML assertion. The request is not signed and requires no
    /// credentials.
    pub fn assume_agency_with_saml(
        &self,
        operation: AssumeAgencyWithSaml,
    ) -> Result<AssumeAgencyWithSamlOutput, Error> {
        self.call(operation).map(output)
    }

    /// Decodes the reason of an access-denied error: text, JSON in practice.
    pub fn decode_authorization_message(
        &self,
        encoded_message: impl Into<String>,
    ) -> Result<String, Error> {
        let operation = DecodeAuthorizationMessage::new(encoded_message);
        Ok(self.call(operation)?.0.decoded_message)
    }

    /// Returns the identity of the credentials.
    pub fn caller_identity(&self) -> Result<GetCallerIdentityOutput, Error> {
        self.call(GetCallerIdentity::new()).map(output)
    }

    /// Decodes the reason of an access-denied error and attaches it, like
    /// [`Client::explain_denial`].
    #[must_use]
    pub fn explain_denial(&self, error: Error) -> Error {
        let Some(encoded) = encoded_denial(&error) else {
            return error;
        };
        match self.decode_authorization_message(encoded) {
            Ok(denial) => error.with_denial(denial),
            Err(_) => error,
        }
    }
}

/// Rejects a one-time code: only the first refresh of a session could succeed with it.
fn check_repeatable<O: Operation>(operation: &O) -> Result<(), CredentialsError> {
    if operation.is_repeatable() {
        return Ok(());
    }
    Err(CredentialsError::new(format!(
        "a session calls {} again and again, and an MFA code is good for one call: take the code \
         out, or make that one call without a session",
        O::NAME
    )))
}

fn output<T>((output, _): (T, Report)) -> T {
    output
}

fn encoded_denial(error: &Error) -> Option<String> {
    error.service_error()?.encoded_authorization_message().map(str::to_owned)
}

impl<T, S> Client<T, S> {
    pub(crate) fn new(parts: Parts<T, S>) -> Self {
        Self(Arc::new(parts))
    }

    pub(crate) fn parts(&self) -> &Parts<T, S> {
        &self.0
    }
}

impl<T, S> BlockingClient<T, S> {
    pub(crate) fn new(parts: Parts<T, S>) -> Self {
        Self(Arc::new(parts))
    }

    pub(crate) fn parts(&self) -> &Parts<T, S> {
        &self.0
    }
}

impl<T, S> Clone for Client<T, S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, S> Clone for BlockingClient<T, S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, S> fmt::Debug for Client<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("context", &self.0.context).finish_non_exhaustive()
    }
}

impl<T, S> fmt::Debug for BlockingClient<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingClient").field("context", &self.0.context).finish_non_exhaustive()
    }
}
