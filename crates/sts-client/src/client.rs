//! Async client: a transport, a credential provider, and a method for every operation.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sts_credentials::{CredentialsError, ProvideCredentials, SharedCredentials};
use sts_proto::{
    AssumeAgency, AssumeAgencyOutput, AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput,
    AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput, DecodeAuthorizationMessage,
    GetCallerIdentity, GetCallerIdentityOutput, Operation,
};

use crate::base::{Base, Bound, encoded_denial, validated};
use crate::builder::ClientBuilder;
use crate::call::Call;
use crate::context::ServiceTime;
use crate::drive::drive;
use crate::error::Error;
use crate::machine::StateMachine;
use crate::no_credentials::NoCredentials;
use crate::session::refresher::{AsyncRefresher, Obtained};
use crate::session::{IssuedCredentials, RefreshProvider, Session, SessionPolicy};
use crate::stats::Completed;
use crate::trace;
use crate::transport::{BoxFuture, DynTransport, MaybeSend, MaybeSync, Transport};

/// Async client for STS over a [`Transport`].
///
/// Cloning is cheap. Clones share connections and learned state: the clock offset, the health of
/// endpoints, and rejected credentials.
///
/// The transport crates provide builders that set the transport and the platform:
/// `HyperTransport::client`, `IsahcTransport::client` and `ReqwestTransport::client`.
pub struct Client<T, S = NoCredentials> {
    base: Arc<Base<T>>,
    provider: Arc<S>,
}

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
/// let sts = Client::builder(transport)
///     .clock(MyClock)
///     .region("cn-north-4")
///     .credentials_provider(SharedCredentials::new(my_provider))
///     .build()?;
/// let deployer = Deployer { sts };
/// # let _ = deployer.sts;
/// # Ok::<(), sts_client::ClientBuildError>(())
/// ```
pub type DynClient = Client<Arc<dyn DynTransport>, SharedCredentials>;

impl<T> Client<T> {
    /// Returns a builder of a client over `transport`, or of a [blocking
    /// one](ClientBuilder::build_blocking).
    pub fn builder(transport: T) -> ClientBuilder<T> {
        ClientBuilder::new(transport)
    }
}

impl<T: Transport, S: ProvideCredentials> Client<T, S> {
    /// Calls any operation, and returns its output with the statistics of the call. An operation that
    /// is called repeatedly can be passed by reference.
    pub async fn call<O: Operation>(&self, operation: O) -> Result<Completed<O::Output>, Error> {
        let Base { context, transport, platform } = &*self.base;
        let clock = &*platform.clock;
        let mut call = Call::new(operation, context, clock.seed());
        trace::in_call(O::NAME, drive(&mut call, transport, &self.provider, clock)).await
    }

    /// Drives a state machine of another crate to its outcome, with the transport, the credentials
    /// and the clock of the client: for example a sign-in of `sts-providers`.
    pub async fn drive<M: StateMachine>(&self, mut machine: M) -> Result<M::Output, Error> {
        let Base { transport, platform, .. } = &*self.base;
        drive(&mut machine, transport, &self.provider, &*platform.clock).await
    }

    /// Obtains credentials from `provider` once, without a session: for programs that need them once,
    /// such as a command. The provider may be one that a session cannot repeat.
    ///
    /// # Errors
    ///
    /// The provider is not configured, or its refresh failed.
    pub async fn obtain<P: RefreshProvider>(
        &self,
        provider: &P,
    ) -> Result<IssuedCredentials, Error> {
        refresh(&self.base, &self.provider, provider).await
    }

    /// Assumes an agency and returns temporary credentials for it.
    pub async fn assume_agency(
        &self,
        operation: AssumeAgency,
    ) -> Result<AssumeAgencyOutput, Error> {
        Ok(self.call(operation).await?.output)
    }

    /// Assumes an agency with an ID token. The request is not signed and requires no credentials.
    pub async fn assume_agency_with_oidc(
        &self,
        operation: AssumeAgencyWithOidc,
    ) -> Result<AssumeAgencyWithOidcOutput, Error> {
        Ok(self.call(operation).await?.output)
    }

    /// Assumes an agency with a SAML assertion. The request is not signed and requires no
    /// credentials.
    pub async fn assume_agency_with_saml(
        &self,
        operation: AssumeAgencyWithSaml,
    ) -> Result<AssumeAgencyWithSamlOutput, Error> {
        Ok(self.call(operation).await?.output)
    }

    /// Decodes the reason of an access-denied error: text, JSON in practice.
    pub async fn decode_authorization_message(
        &self,
        encoded_message: impl Into<String>,
    ) -> Result<String, Error> {
        let operation = DecodeAuthorizationMessage::new(encoded_message);
        Ok(self.call(operation).await?.output.decoded_message)
    }

    /// Returns the identity of the credentials.
    pub async fn caller_identity(&self) -> Result<GetCallerIdentityOutput, Error> {
        Ok(self.call(GetCallerIdentity::new()).await?.output)
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
    /// Returns a session that obtains credentials from `provider` and refreshes them: an operation
    /// that assumes an agency, or a provider of `sts-providers`. Nothing is sent before credentials
    /// are first requested.
    ///
    /// An operation with an ID token or a SAML response sends the same one each time, so its refreshes
    /// fail once that has expired. `OidcAgency` of `sts-providers` obtains a new token for each refresh.
    ///
    /// # Errors
    ///
    /// The provider is invalid, for example an operation that exceeds the documented limits. A
    /// request with an [MFA code](sts_proto::AssumeAgency::mfa) cannot be repeated; call
    /// [`assume_agency`](Self::assume_agency) instead, and use the credentials until they expire.
    pub fn session<P>(&self, provider: P) -> Result<Session, CredentialsError>
    where
        P: RefreshProvider<Refresh: MaybeSend> + MaybeSend + MaybeSync + 'static,
    {
        self.session_with(provider, SessionPolicy::default())
    }

    /// Like [`session`](Self::session), with a custom policy.
    ///
    /// # Errors
    ///
    /// Those of [`session`](Self::session).
    pub fn session_with<P>(
        &self,
        provider: P,
        policy: impl Into<Arc<SessionPolicy>>,
    ) -> Result<Session, CredentialsError>
    where
        P: RefreshProvider<Refresh: MaybeSend> + MaybeSend + MaybeSync + 'static,
    {
        session(&self.base, &self.provider, provider, policy)
    }

    /// Returns the same client with erased types, which shares connections and learned state with
    /// this one.
    #[must_use]
    pub fn erased(&self) -> DynClient {
        let Base { context, transport, platform } = &*self.base;
        let transport: Arc<dyn DynTransport> = Arc::<T>::clone(transport);
        DynClient {
            base: Arc::new(Base {
                context: Arc::clone(context),
                transport: Arc::new(transport),
                platform: platform.clone(),
            }),
            provider: Arc::new(SharedCredentials::new(Arc::clone(&self.provider))),
        }
    }
}

/// Returns a session of `provider`, whose refreshes are signed with `credentials`.
pub(crate) fn session<T, S, P>(
    base: &Arc<Base<T>>,
    credentials: &Arc<S>,
    provider: P,
    policy: impl Into<Arc<SessionPolicy>>,
) -> Result<Session, CredentialsError>
where
    T: Transport + MaybeSend + MaybeSync + 'static,
    S: ProvideCredentials + MaybeSend + MaybeSync + 'static,
    P: RefreshProvider<Refresh: MaybeSend> + MaybeSend + MaybeSync + 'static,
{
    provider.validate(&base.context)?;
    let clock = Arc::clone(&base.platform.clock);
    let (base, credentials) = (Arc::clone(base), Arc::clone(credentials));
    Ok(Session::new(Arc::new(Bound { base, credentials, provider }), clock, policy.into()))
}

/// Performs a refresh of `provider`, which is signed with `credentials`.
async fn refresh<T: Transport, S: ProvideCredentials, P: RefreshProvider>(
    base: &Base<T>,
    credentials: &Arc<S>,
    provider: &P,
) -> Result<IssuedCredentials, Error> {
    let Base { context, transport, platform } = base;
    let refresh = async {
        let mut refresh = provider.begin(platform, context)?;
        let issued = drive(&mut refresh, transport, credentials, &*platform.clock).await?;
        validated(issued, provider)
    };
    trace::in_refresh(&provider.label(), refresh).await
}

impl<T, S, P> AsyncRefresher for Bound<T, S, P>
where
    T: Transport + MaybeSend + MaybeSync + 'static,
    S: ProvideCredentials + MaybeSend + MaybeSync + 'static,
    P: RefreshProvider<Refresh: MaybeSend> + MaybeSend + MaybeSync + 'static,
{
    fn refresh(self: Arc<Self>) -> BoxFuture<'static, Obtained> {
        Box::pin(async move {
            let Self { base, credentials, provider } = &*self;
            Ok(refresh(base, credentials, provider).await?)
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let transport = Arc::clone(&self.base.transport);
        Box::pin(async move { transport.sleep(duration).await })
    }
}

impl<T, S> Client<T, S> {
    pub(crate) fn new(base: Arc<Base<T>>, provider: Arc<S>) -> Self {
        Self { base, provider }
    }

    /// Returns the time of the service's clock and its precision, for a check of the local clock.
    /// `None` before the first response of the service, and after the local clock has been set.
    /// Nothing is sent.
    #[must_use]
    pub fn service_time(&self) -> Option<ServiceTime> {
        self.base.context.service_time(self.base.platform.clock.now())
    }

    /// Returns the provider of the credentials that sign calls: after
    /// [`credentials_from`](ClientBuilder::credentials_from) the [`Session`].
    #[must_use]
    pub fn credentials_provider(&self) -> &S {
        &self.provider
    }

    /// Returns a seed from the clock of the client.
    pub(crate) fn seed(&self) -> u64 {
        self.base.platform.clock.seed()
    }
}

impl<T, S> Clone for Client<T, S> {
    fn clone(&self) -> Self {
        Self { base: Arc::clone(&self.base), provider: Arc::clone(&self.provider) }
    }
}

impl<T, S> fmt::Debug for Client<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("context", &self.base.context).finish_non_exhaustive()
    }
}
