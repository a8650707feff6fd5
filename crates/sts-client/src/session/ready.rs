//! Refreshes without IO.

use std::sync::Arc;

use http::Response;
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::{Body, ErrorKind};

use super::issued::IssuedCredentials;
use super::provider::RefreshProvider;
use crate::context::CallContext;
use crate::machine::{StateMachine, Step};
use crate::platform::{Now, Platform};
use crate::transport::TransportError;

/// State machine of a refresh that is done at once: its provider has read the credentials from
/// memory, variables or a file.
#[derive(Debug)]
pub struct ReadyRefresh(Option<IssuedCredentials>);

impl ReadyRefresh {
    /// Creates a refresh that returns `credentials`.
    #[must_use]
    pub fn new(credentials: impl Into<IssuedCredentials>) -> Self {
        Self(Some(credentials.into()))
    }
}

impl StateMachine for ReadyRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, _: Now) -> Step<IssuedCredentials> {
        Step::Done(self.0.take().ok_or_else(|| {
            let error = CredentialsError::new("refresh polled after completion");
            error.with_kind(ErrorKind::Completed).into()
        }))
    }

    /// Ignored: the refresh requests no credentials.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    /// Ignored: the refresh sends no requests.
    fn receive(&mut self, _: Result<Response<Body>, TransportError>, _: Now) {}
}

/// Fixed credentials.
impl RefreshProvider for Credentials {
    type Refresh = ReadyRefresh;

    fn begin(&self, _: &Platform, _: &Arc<CallContext>) -> Result<ReadyRefresh, CredentialsError> {
        Ok(ReadyRefresh::new(self.clone()))
    }

    fn label(&self) -> String {
        "fixed credentials".to_owned()
    }
}
