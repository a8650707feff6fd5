//! The chain of the official SDKs.

use std::sync::Arc;

use sts_credentials::{CredentialsError, CredentialsRequest, ProvideCredentials, blocking};
use sts_proto::Credentials;

use super::{BlockingChain, Chain};
use crate::client::{BlockingClient, Client};
use crate::session::{BlockingSession, Session};
use crate::source::{EcsMetadata, EnvironmentVariables, OidcAgency, PodIdentity, ProfileFile};
use crate::transport::{BlockingTransport, MaybeSend, MaybeSync, Transport};

const OIDC: &str = "OIDC agency";
const ENVIRONMENT: &str = "environment";
const PROFILE: &str = "profile file";
const METADATA: &str = "ECS metadata";
const POD_IDENTITY: &str = "pod identity";

impl Chain {
    /// The sources of the official SDKs in the order of their newest one (Python 3.1.219): the
    /// variables of an [`OidcAgency`], [`EnvironmentVariables`], [`ProfileFile`], [`EcsMetadata`], the
    /// variables of [`PodIdentity`].
    ///
    /// What surprises in it: the variables of OIDC win over those of keys; and on a node whose
    /// machine has an agency, that agency wins over the identity of the pod. A program that knows
    /// where its keys come from names that source instead.
    ///
    /// `client` lends its transport, its environment and, for OIDC, its endpoints; it needs no keys of
    /// its own. Where nothing else is configured, `metadata` is asked: off a cloud machine that
    /// can take the three seconds that it allows.
    pub fn standard<T, S>(client: &Client<T, S>, metadata: EcsMetadata) -> Self
    where
        T: Transport + MaybeSend + MaybeSync + 'static,
        S: ProvideCredentials + MaybeSend + MaybeSync + 'static,
    {
        let environment = &client.parts().environment;
        let oidc =
            OidcAgency::from_environment(&**environment).map(|oidc| client.session_from(oidc));
        let pod = PodIdentity::from_environment(&**environment).map(|pod| client.session_from(pod));
        Self::new()
            .with(OIDC, Fetched(oidc))
            .with(ENVIRONMENT, EnvironmentVariables::new(Arc::clone(environment)))
            .with(PROFILE, ProfileFile::new(Arc::clone(environment)))
            .with(METADATA, Fetched(Ok(client.session_from(metadata))))
            .with(POD_IDENTITY, Fetched(pod))
    }
}

impl BlockingChain {
    /// The sources of the official SDKs; see [`Chain::standard`].
    pub fn standard<T, S>(client: &BlockingClient<T, S>, metadata: EcsMetadata) -> Self
    where
        T: BlockingTransport + Send + Sync + 'static,
        S: blocking::ProvideCredentials + Send + Sync + 'static,
    {
        let environment = &client.parts().environment;
        let oidc =
            OidcAgency::from_environment(&**environment).map(|oidc| client.session_from(oidc));
        let pod = PodIdentity::from_environment(&**environment).map(|pod| client.session_from(pod));
        Self::new()
            .with(OIDC, Fetched(oidc))
            .with(ENVIRONMENT, EnvironmentVariables::new(Arc::clone(environment)))
            .with(PROFILE, ProfileFile::new(Arc::clone(environment)))
            .with(METADATA, Fetched(Ok(client.session_from(metadata))))
            .with(POD_IDENTITY, Fetched(pod))
    }
}

/// A session, or why there is none.
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
