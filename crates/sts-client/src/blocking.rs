//! Clients, sessions, transports and credential providers that block the thread.

use std::fmt;
use std::sync::Arc;

use sts_credentials::CredentialsError;
pub use sts_credentials::blocking::{ProvideCredentials, SharedCredentials};
use sts_proto::{
    AssumeAgency, AssumeAgencyOutput, AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput,
    AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput, DecodeAuthorizationMessage,
    GetCallerIdentity, GetCallerIdentityOutput, Operation,
};

use crate::base::{Base, Bound, encoded_denial, validated};
use crate::call::Call;
use crate::context::ServiceTime;
use crate::drive::drive_blocking;
use crate::error::Error;
use crate::machine::StateMachine;
use crate::no_credentials::NoCredentials;
pub use crate::session::blocking::Session;
use crate::session::refresher::{BlockingRefresher, Obtained};
use crate::session::{IssuedCredentials, RefreshProvider, SessionPolicy};
use crate::stats::Completed;
use crate::trace;
pub use crate::transport::blocking::Transport;

/// Blocking counterpart of [`Client`](crate::Client), over a blocking [`Transport`].
pub struct Client<T, S = NoCredentials> {
    base: Arc<Base<T>>,
    provider: Arc<S>,
}

impl<T, S> Client<T, S>
where
    T: Transport + Send + Sync + 'static,
    S: ProvideCredentials + Send + Sync + 'static,
{
    /// Returns a session that refreshes its credentials, like [`Client::session`](crate::Client::session).
    ///
    /// # Errors
    ///
    /// Those of [`Client::session`](crate::Client::session).
    pub fn session<P>(&self, provider: P) -> Result<Session, CredentialsError>
    where
        P: RefreshProvider + Send + Sync + 'static,
    {
        self.session_with(provider, SessionPolicy::default())
    }

    /// Like [`session`](Self::session), with a custom policy.
    ///
    /// # Errors
    ///
    /// Those of [`Client::session`](crate::Client::session).
    pub fn session_with<P>(
        &self,
        provider: P,
        policy: impl Into<Arc<SessionPolicy>>,
    ) -> Result<Session, CredentialsError>
    where
        P: RefreshProvider + Send + Sync + 'static,
    {
        session(&self.base, &self.provider, provider, policy)
    }
}

impl<T: Transport, S: ProvideCredentials> Client<T, S> {
    /// Calls any operation, and returns its output with the statistics of the call. An operation that
    /// is called repeatedly can be passed by reference.
    pub fn call<O: Operation>(&self, operation: O) -> Result<Completed<O::Output>, Error> {
        let Base { context, transport, platform } = &*self.base;
        let clock = &*platform.clock;
        trace::in_call_blocking(O::NAME, || {
            let mut call = Call::new(operation, context, clock.seed());
            drive_blocking(&mut call, transport, &self.provider, clock)
        })
    }

    /// Drives a state machine of another crate to its outcome, like
    /// [`Client::drive`](crate::Client::drive).
    pub fn drive<M: StateMachine>(&self, mut machine: M) -> Result<M::Output, Error> {
        let Base { transport, platform, .. } = &*self.base;
        drive_blocking(&mut machine, transport, &self.provider, &*platform.clock)
    }

    /// Obtains credentials from `provider` once, like [`Client::obtain`](crate::Client::obtain).
    pub fn obtain<P: RefreshProvider>(&self, provider: &P) -> Result<IssuedCredentials, Error> {
        refresh(&self.base, &self.provider, provider)
    }

    /// Assumes an agency and returns temporary credentials for it.
    pub fn assume_agency(&self, operation: AssumeAgency) -> Result<AssumeAgencyOutput, Error> {
        Ok(self.call(operation)?.output)
    }

    /// Assumes an agency with an ID token. The request is not signed and requires no credentials.
    pub fn assume_agency_with_oidc(
        &self,
        operation: AssumeAgencyWithOidc,
    ) -> Result<AssumeAgencyWithOidcOutput, Error> {
        Ok(self.call(operation)?.output)
    }

    /// Assumes an agency with a SAML assertion. The request is not signed and requires no
    /// credentials.
    pub fn assume_agency_with_saml(
        &self,
        operation: AssumeAgencyWithSaml,
    ) -> Result<AssumeAgencyWithSamlOutput, Error> {
        Ok(self.call(operation)?.output)
    }

    /// Decodes the reason of an access-denied error: text, JSON in practice.
    pub fn decode_authorization_message(
        &self,
        encoded_message: impl Into<String>,
    ) -> Result<String, Error> {
        let operation = DecodeAuthorizationMessage::new(encoded_message);
        Ok(self.call(operation)?.output.decoded_message)
    }

    /// Returns the identity of the credentials.
    pub fn caller_identity(&self) -> Result<GetCallerIdentityOutput, Error> {
        Ok(self.call(GetCallerIdentity::new())?.output)
    }

    /// Decodes the reason of an access-denied error and attaches it, like
    /// [`Client::explain_denial`](crate::Client::explain_denial).
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

/// Returns a session of `provider`, whose refreshes are signed with `credentials`.
pub(crate) fn session<T, S, P>(
    base: &Arc<Base<T>>,
    credentials: &Arc<S>,
    provider: P,
    policy: impl Into<Arc<SessionPolicy>>,
) -> Result<Session, CredentialsError>
where
    T: Transport + Send + Sync + 'static,
    S: ProvideCredentials + Send + Sync + 'static,
    P: RefreshProvider + Send + Sync + 'static,
{
    provider.validate(&base.context)?;
    let clock = Arc::clone(&base.platform.clock);
    let (base, credentials) = (Arc::clone(base), Arc::clone(credentials));
    Ok(Session::new(Arc::new(Bound { base, credentials, provider }), clock, policy.into()))
}

/// Performs a refresh of `provider`, which is signed with `credentials`.
fn refresh<T: Transport, S: ProvideCredentials, P: RefreshProvider>(
    base: &Base<T>,
    credentials: &Arc<S>,
    provider: &P,
) -> Result<IssuedCredentials, Error> {
    let Base { context, transport, platform } = base;
    trace::in_refresh_blocking(&provider.label(), || {
        let mut refresh = provider.begin(platform, context)?;
        let issued = drive_blocking(&mut refresh, transport, credentials, &*platform.clock)?;
        validated(issued, provider)
    })
}

impl<T, S, P> BlockingRefresher for Bound<T, S, P>
where
    T: Transport + Send + Sync,
    S: ProvideCredentials + Send + Sync,
    P: RefreshProvider + Send + Sync,
{
    fn refresh(&self) -> Obtained {
        let Self { base, credentials, provider } = self;
        Ok(refresh(base, credentials, provider)?)
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

    /// Returns the provider of the credentials that sign calls, like
    /// [`Client::credentials_provider`](crate::Client::credentials_provider).
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
        f.debug_struct("blocking::Client")
            .field("context", &self.base.context)
            .finish_non_exhaustive()
    }
}
