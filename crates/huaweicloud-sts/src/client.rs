//! The async client.

use std::ops::Deref;

use sts_client::{Client as GenericClient, DynClient, Environment, Transport};
use sts_providers::{EcsMetadata, ProviderChain};

use crate::environment::{EnvironmentError, endpoints};

/// STS client that is configured by the environment. Its methods are those of the generic
/// [client](sts_client::Client); for other settings, use the builder of that client.
///
/// The region or endpoint comes from [variables](crate::endpoints), the credentials from the
/// [default provider chain](ProviderChain::default_chain): variables, ID token, CI job, Terraform,
/// KooCLI, profile file, pod, ECS. They are obtained on first use and refreshed automatically.
///
/// Cloning is cheap. Clones share connections and credentials.
#[derive(Clone, Debug)]
pub struct Client(DynClient);

impl Client {
    /// Creates a client over hyper from the environment of the process. Nothing is sent before the
    /// first call.
    ///
    /// # Errors
    ///
    /// No endpoint is configured, or a setting is invalid.
    #[cfg(feature = "hyper")]
    pub fn from_env() -> Result<Self, EnvironmentError> {
        let transport = sts_hyper::HyperTransport::new()?;
        Self::from_environment(transport, sts_client::SystemEnvironment)
    }

    /// Creates a client over another transport, or from another environment, like
    /// [`from_env`](Self::from_env).
    ///
    /// # Errors
    ///
    /// No endpoint is configured, or a setting is invalid.
    pub fn from_environment<T, E>(transport: T, environment: E) -> Result<Self, EnvironmentError>
    where
        T: Transport + Send + Sync + 'static,
        E: Environment + 'static,
    {
        let endpoints = endpoints(&environment)?;
        let chain = ProviderChain::default_chain(EcsMetadata::default());
        let builder = GenericClient::builder(transport).environment(environment);
        let builder = endpoints.into_iter().fold(builder, sts_client::ClientBuilder::endpoint);
        Ok(Self(builder.credentials_from(chain).build()?.erased()))
    }
}

impl Deref for Client {
    type Target = DynClient;

    fn deref(&self) -> &DynClient {
        &self.0
    }
}
