//! Providers that are configured, so that the lack of credentials is a failure.

use std::fmt;
use std::sync::Arc;

use http::Response;
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, Error, Failure, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::Body;

use crate::shared_provider::{SharedProvider, SharedRefresh};

/// Provider that is named by the configuration of another one. If it [is not
/// configured](CredentialsError::is_not_configured), it has failed: a chain must not continue with
/// another identity.
#[derive(Clone)]
pub(crate) struct Required {
    provider: SharedProvider,
    /// What requires it, as the beginning of an error.
    by: Arc<str>,
}

/// State machine of a refresh of a [`Required`] provider.
pub(crate) struct RequiredRefresh {
    refresh: SharedRefresh,
    by: Arc<str>,
}

impl Required {
    pub(crate) fn new(provider: SharedProvider, by: impl Into<Arc<str>>) -> Self {
        Self { provider, by: by.into() }
    }
}

fn required(by: &str, error: CredentialsError) -> CredentialsError {
    if error.is_not_configured() { CredentialsError::new(by).with_source(error) } else { error }
}

impl RefreshProvider for Required {
    type Refresh = RequiredRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<RequiredRefresh, CredentialsError> {
        let begun = self.provider.begin(platform, context);
        let refresh = begun.map_err(|error| required(&self.by, error))?;
        Ok(RequiredRefresh { refresh, by: Arc::clone(&self.by) })
    }

    fn label(&self) -> String {
        self.provider.label()
    }

    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        self.provider.validate(context)
    }
}

impl StateMachine for RequiredRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        match self.refresh.step(now) {
            Step::Done(Err(error)) => Step::Done(Err(self.failed(error))),
            step => step,
        }
    }

    fn provide(&mut self, credentials: Result<Arc<Credentials>, CredentialsError>) {
        self.refresh.provide(credentials);
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        self.refresh.receive(outcome, now);
    }
}

impl RequiredRefresh {
    fn failed(&self, error: Error) -> Error {
        match error.failure() {
            Failure::Credentials(cause) if cause.is_not_configured() => {
                required(&self.by, cause.clone()).into()
            }
            _ => error,
        }
    }
}

impl fmt::Debug for RequiredRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequiredRefresh").field("by", &self.by).finish_non_exhaustive()
    }
}
