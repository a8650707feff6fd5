//! The blocking client, over isahc.

use std::ops::Deref;

pub use sts_client::blocking::{ProvideCredentials, Session, SharedCredentials, Transport};
use sts_client::{Client as GenericClient, Environment, SystemEnvironment};
use sts_isahc::IsahcTransport;
use sts_providers::{EcsMetadata, ProviderChain};

use crate::environment::{EnvironmentError, endpoints};

/// Blocking counterpart of [`Client`](crate::Client).
#[derive(Clone, Debug)]
pub struct Client(sts_client::blocking::Client<IsahcTransport, Session>);

impl Client {
    /// Creates a client from the environment of the process. Nothing is sent before the first call.
    ///
    /// # Errors
    ///
    /// No endpoint is configured, or a setting is invalid.
    pub fn from_env() -> Result<Self, EnvironmentError> {
        Self::from_environment(SystemEnvironment)
    }

    /// Creates a client from another environment, like [`from_env`](Self::from_env).
    ///
    /// # Errors
    ///
    /// No endpoint is configured, or a setting is invalid.
    pub fn from_environment(
        environment: impl Environment + 'static,
    ) -> Result<Self, EnvironmentError> {
        let endpoints = endpoints(&environment)?;
        let chain = ProviderChain::default_chain(EcsMetadata::default());
        let builder = GenericClient::builder(IsahcTransport::new()?).environment(environment);
        let builder = endpoints.into_iter().fold(builder, sts_client::ClientBuilder::endpoint);
        Ok(Self(builder.credentials_from(chain).build_blocking()?))
    }
}

impl Deref for Client {
    type Target = sts_client::blocking::Client<IsahcTransport, Session>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
