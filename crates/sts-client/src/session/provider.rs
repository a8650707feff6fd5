//! Providers of credentials that a session refreshes.

use std::any::type_name;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Body, BodyWriter, Endpoint,
    ErrorKind, Operation, Region,
};

use super::issued::IssuedCredentials;
use crate::call::Call;
use crate::context::CallContext;
use crate::machine::{StateMachine, Step};
use crate::platform::{Now, Platform};
use crate::stats::Completed;
use crate::transport::TransportError;

/// Provider of credentials that a session refreshes; [`Client::session`](crate::Client::session)
/// creates the session.
///
/// The three operations that assume an agency implement it, and so do the providers of
/// `sts-providers`. Implement it for a provider of your own.
pub trait RefreshProvider {
    /// The state machine of one refresh. Its [`Step::Credentials`] requests the credentials of the
    /// client.
    type Refresh: StateMachine<Output = IssuedCredentials>;

    /// Begins a refresh. Reads the files and variables that every refresh needs, such as a token
    /// file.
    ///
    /// # Errors
    ///
    /// The provider is not configured, or a file or variable is missing or invalid.
    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError>;

    /// Returns a name for the [status](super::SessionStatus::label) and the logs of the session, for
    /// example the agency. It must not contain a secret. By default it is the name of the type.
    fn label(&self) -> String {
        type_name::<Self>().to_owned()
    }

    /// Returns the requested lifetime of the credentials, if it is known. The issuer does not grant
    /// a longer one.
    fn lifetime(&self) -> Option<Duration> {
        None
    }

    /// Returns the parameters of the request, as the key of a cache that processes share. The key
    /// contains neither values that change with each refresh nor the signer of the request. `None`,
    /// the default, means that the credentials are not cached.
    fn cache_key(&self) -> Option<Body> {
        None
    }

    /// Returns whether only a request shows if the provider is configured, as for the metadata service
    /// of a machine. `false` by default.
    fn is_discovered(&self) -> bool {
        false
    }

    /// Validates the provider when a session of it is made. By default every provider is valid.
    ///
    /// # Errors
    ///
    /// Every refresh would fail.
    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        let _ = context;
        Ok(())
    }
}

/// State machine of a refresh that assumes an agency with the operation `O`.
#[derive(Debug)]
pub struct AgencyRefresh<O: Operation> {
    call: Call<O>,
    into_credentials: fn(O::Output) -> Credentials,
}

impl<O: Operation> StateMachine for AgencyRefresh<O> {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        let into_credentials = self.into_credentials;
        self.call.step(now).map(|Completed { output, .. }| into_credentials(output).into())
    }

    fn provide(&mut self, credentials: Result<Arc<Credentials>, CredentialsError>) {
        self.call.provide(credentials);
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        self.call.receive(outcome, now);
    }
}

macro_rules! refresh_by {
    ($($operation:ty, $label:expr;)*) => {$(
        impl RefreshProvider for $operation {
            type Refresh = AgencyRefresh<Self>;

            fn begin(
                &self,
                platform: &Platform,
                context: &Arc<CallContext>,
            ) -> Result<Self::Refresh, CredentialsError> {
                Ok(AgencyRefresh {
                    call: Call::new(self.clone(), context, platform.clock.seed()),
                    into_credentials: |output| output.credentials,
                })
            }

            fn label(&self) -> String {
                $label(self)
            }

            /// An hour unless another duration is requested.
            fn lifetime(&self) -> Option<Duration> {
                Some(Duration::from_secs(self.duration_seconds.unwrap_or(3600).into()))
            }

            fn cache_key(&self) -> Option<Body> {
                cache_key(self)
            }

            fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
                validate(self, context)
            }
        }
    )*};
}

refresh_by! {
    AssumeAgency, |this: &Self| format!("{}/{}", this.agency_urn, this.agency_session_name);
    AssumeAgencyWithOidc, |this: &Self| format!("{}/{}", this.agency_urn, this.agency_session_name);
    AssumeAgencyWithSaml, |this: &Self| this.agency_urn.clone();
}

/// Returns the request as text. The endpoint is only needed to build it.
fn cache_key<O: Operation>(operation: &O) -> Option<Body> {
    let endpoint = Endpoint::from(Region::CN_NORTH_4);
    let request = operation.to_request_unvalidated(&endpoint).ok()?;
    let mut key = BodyWriter::with_capacity(4096);
    key.extend(O::NAME.as_bytes());
    for (name, value) in request.headers() {
        for part in [b"\n", name.as_str().as_bytes(), b":", value.as_bytes()] {
            key.extend(part);
        }
    }
    key.extend(b"\n\n");
    key.extend(request.body().as_ref());
    Some(key.finish())
}

/// Validates an operation that a session repeats, with credentials that are not known yet.
fn validate<O: Operation>(operation: &O, context: &CallContext) -> Result<(), CredentialsError> {
    if !operation.is_repeatable() {
        let message = format!(
            "{}: an MFA code is valid for one call, and a session repeats the call; remove the \
             code, or make one call without a session",
            O::NAME
        );
        return Err(CredentialsError::new(message).with_kind(ErrorKind::InvalidRequest));
    }
    if !context.policy().validate {
        return Ok(());
    }
    operation.validate().map_err(|error| {
        CredentialsError::new(error.to_string()).with_kind(ErrorKind::InvalidRequest)
    })
}
