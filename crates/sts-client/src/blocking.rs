//! Clients, sessions, transports and credential providers that block the thread.

use std::fmt;
use std::sync::Arc;

use sts_credentials::CredentialsError;
pub use sts_credentials::blocking::ProvideCredentials;
use sts_proto::{
    AssumeAgency, AssumeAgencyOutput, AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput,
    AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput, DecodeAuthorizationMessage,
    GetCallerIdentity, GetCallerIdentityOutput, Operation,
};

use crate::base::{Parts, encoded_denial, validated};
use crate::call::Call;
use crate::drive::drive_blocking;
use crate::error::Error;
use crate::no_credentials::NoCredentials;
use crate::session::blocking::Plan;
pub use crate::session::blocking::Session;
use crate::session::{IssuedCredentials, RefreshProvider, SessionPolicy};
use crate::stats::Completed;
use crate::trace;
pub use crate::transport::blocking::Transport;

/// Blocking counterpart of [`Client`](crate::Client), over a blocking [`Transport`].
pub struct Client<T, S = NoCredentials>(Arc<Parts<T, S>>);

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
        policy: SessionPolicy,
    ) -> Result<Session, CredentialsError>
    where
        P: RefreshProvider + Send + Sync + 'static,
    {
        provider.validate(&self.0.context)?;
        let policy = policy.limited_to(provider.lifetime());
        let (client, label) = (self.clone(), provider.label());
        let plan = Plan {
            clock: Arc::clone(&self.0.clock),
            context: Arc::clone(&self.0.context),
            refresh: Box::new(move || Ok(client.refresh(&provider)?)),
            label,
        };
        Ok(Session::new(plan, policy))
    }

    fn refresh<P: RefreshProvider>(&self, provider: &P) -> Result<IssuedCredentials, Error> {
        let Parts { context, transport, source, clock, .. } = &*self.0;
        trace::in_refresh_blocking(&provider.label(), || {
            let refresh = provider.begin(&self.0.platform(), context)?;
            validated::<P>(drive_blocking(refresh, transport, source, &**clock)?)
        })
    }
}

impl<T: Transport, S: ProvideCredentials> Client<T, S> {
    /// Calls any operation, and returns its output with the statistics of the call.
    pub fn call<O: Operation>(&self, operation: O) -> Result<Completed<O::Output>, Error> {
        let Parts { context, transport, source, clock, .. } = &*self.0;
        trace::in_call_blocking(O::NAME, || {
            let call = Call::new(operation, context, clock.seed());
            drive_blocking(call, transport, source, &**clock)
        })
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
        f.debug_struct("blocking::Client").field("context", &self.0.context).finish_non_exhaustive()
    }
}
