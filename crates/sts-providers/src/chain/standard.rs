//! The provider chain of the official SDKs.

use std::sync::Arc;

use sts_client::Environment;
use sts_credentials::{CredentialsError, CredentialsRequest, ProvideCredentials, blocking};
use sts_proto::Credentials;

use super::{BlockingChain, Chain};
use crate::{EcsMetadata, EnvironmentVariables, OidcAgency, PodIdentity, ProfileFile};
use sts_client::session::{BlockingSession, Session};
use sts_client::{BlockingClient, Client};
use sts_client::{BlockingTransport, Transport};
use sts_credentials::{MaybeSend, MaybeSync};

const OIDC: &str = "OIDC agency";
const ENVIRONMENT: &str = "environment";
const PROFILE: &str = "profile file";
const METADATA: &str = "ECS metadata";
const POD_IDENTITY: &str = "pod identity";

impl Chain {
    /// Returns the chain of the newest official SDK (Python 3.1.219): the variables of an
    /// [`OidcAgency`], [`EnvironmentVariables`], [`ProfileFile`], [`EcsMetadata`], the variables of
    /// [`PodIdentity`].
    ///
    /// Two precedence rules may surprise you: the variables of OIDC take precedence over those of
    /// access keys, and on a node whose machine has an agency, that agency takes precedence over
    /// the identity of the pod. If you know where the credentials come from, use that provider
    /// instead.
    ///
    /// The providers use `environment`, and the transport and, for OIDC, the endpoints of `client`,
    /// which needs no credentials. If nothing else is configured, `metadata` is asked, which can
    /// take its full timeout of three seconds outside an ECS.
    pub fn standard<T, S>(
        client: &Client<T, S>,
        environment: impl Environment + 'static,
        metadata: EcsMetadata,
    ) -> Self
    where
        T: Transport + MaybeSend + MaybeSync + 'static,
        S: ProvideCredentials + MaybeSend + MaybeSync + 'static,
    {
        let environment: Arc<dyn Environment> = Arc::new(environment);
        let oidc =
            OidcAgency::from_environment(&*environment).and_then(|oidc| client.session(oidc));
        let pod = PodIdentity::from_environment(&*environment).and_then(|pod| client.session(pod));
        Self::new()
            .with(OIDC, Fetched(oidc))
            .with(ENVIRONMENT, EnvironmentVariables::new(Arc::clone(&environment)))
            .with(PROFILE, ProfileFile::new(Arc::clone(&environment)))
            .with(METADATA, Fetched(client.session(metadata)))
            .with(POD_IDENTITY, Fetched(pod))
    }
}

impl BlockingChain {
    /// Returns the chain of the official SDKs; see [`Chain::standard`].
    pub fn standard<T, S>(
        client: &BlockingClient<T, S>,
        environment: impl Environment + 'static,
        metadata: EcsMetadata,
    ) -> Self
    where
        T: BlockingTransport + Send + Sync + 'static,
        S: blocking::ProvideCredentials + Send + Sync + 'static,
    {
        let environment: Arc<dyn Environment> = Arc::new(environment);
        let oidc =
            OidcAgency::from_environment(&*environment).and_then(|oidc| client.session(oidc));
        let pod = PodIdentity::from_environment(&*environment).and_then(|pod| client.session(pod));
        Self::new()
            .with(OIDC, Fetched(oidc))
            .with(ENVIRONMENT, EnvironmentVariables::new(Arc::clone(&environment)))
            .with(PROFILE, ProfileFile::new(Arc::clone(&environment)))
            .with(METADATA, Fetched(client.session(metadata)))
            .with(POD_IDENTITY, Fetched(pod))
    }
}

/// A session, or the error of its configuration.
struct Fetched<S>(Result<S, CredentialsError>);

impl ProvideCredentials for Fetched<Session> {
    async fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let session = self.0.as_ref().map_err(Clone::clone)?;
        ProvideCredentials::credentials(session, request).await
    }
}

impl blocking::ProvideCredentials for Fetched<BlockingSession> {
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let session = self.0.as_ref().map_err(Clone::clone)?;
        blocking::ProvideCredentials::credentials(session, request)
    }
}
