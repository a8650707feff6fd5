//! Async client: a transport, a credential provider, and a method for every operation.

use std::fmt;
use std::sync::Arc;

use sts_credentials::{CredentialsError, ProvideCredentials, SharedCredentials};
use sts_proto::{
    AssumeAgency, AssumeAgencyOutput, AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput,
    AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput, DecodeAuthorizationMessage,
    GetCallerIdentity, GetCallerIdentityOutput, Operation,
};

use crate::base::{Parts, encoded_denial, validated};
use crate::builder::ClientBuilder;
use crate::call::Call;
use crate::drive::drive;
use crate::error::Error;
use crate::no_credentials::NoCredentials;
use crate::platform::Clock;
use crate::session::{self, IssuedCredentials, RefreshProvider, Session, SessionPolicy};
use crate::stats::Completed;
use crate::trace;
use crate::transport::{DynTransport, MaybeSend, MaybeSync, Transport};

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

impl<T> Client<T> {
    /// Returns a builder of a client over `transport`, or of a [blocking
    /// one](ClientBuilder::build_blocking). Use `SystemClock` as `clock` unless time is simulated.
    pub fn builder(transport: T, clock: impl Clock + 'static) -> ClientBuilder<T> {
        ClientBuilder::new(transport, Arc::new(clock))
    }
}

impl<T: Transport, S: ProvideCredentials> Client<T, S> {
    /// Calls any operation, and returns its output with the statistics of the call.
    pub async fn call<O: Operation>(&self, operation: O) -> Result<Completed<O::Output>, Error> {
        let Parts { context, transport, source, clock, .. } = &*self.0;
        let call = Call::new(operation, context, clock.seed());
        trace::in_call(O::NAME, drive(call, transport, source, &**clock)).await
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
        policy: SessionPolicy,
    ) -> Result<Session, CredentialsError>
    where
        P: RefreshProvider<Refresh: MaybeSend> + MaybeSend + MaybeSync + 'static,
    {
        provider.validate(&self.0.context)?;
        let policy = policy.limited_to(provider.lifetime());
        let label = provider.label();
        let (client, waiting, provider) = (self.clone(), self.clone(), Arc::new(provider));
        let plan = session::Plan {
            clock: Arc::clone(&self.0.clock),
            context: Arc::clone(&self.0.context),
            refresh: Box::new(move || {
                let (client, provider) = (client.clone(), Arc::clone(&provider));
                Box::pin(async move { Ok(client.refresh(&*provider).await?) })
            }),
            sleep: Box::new(move |duration| {
                let client = waiting.clone();
                Box::pin(async move { client.0.transport.sleep(duration).await })
            }),
            label,
        };
        Ok(Session::new(plan, policy))
    }

    async fn refresh<P: RefreshProvider>(&self, provider: &P) -> Result<IssuedCredentials, Error> {
        let Parts { context, transport, source, clock, .. } = &*self.0;
        let refresh = async {
            let refresh = provider.begin(&self.0.platform(), context)?;
            validated::<P>(drive(refresh, transport, source, &**clock).await?)
        };
        trace::in_refresh(&provider.label(), refresh).await
    }
}

impl<T, S> Client<T, S> {
    pub(crate) fn new(parts: Parts<T, S>) -> Self {
        Self(Arc::new(parts))
    }

    /// Returns a seed from the clock of the client.
    pub(crate) fn seed(&self) -> u64 {
        self.0.clock.seed()
    }
}

impl<T, S> Clone for Client<T, S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, S> fmt::Debug for Client<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("context", &self.0.context).finish_non_exhaustive()
    }
}
