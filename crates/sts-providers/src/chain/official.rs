//! The provider chain of the official SDKs.

use std::sync::Arc;

use sts_client::session::{AgencyRefresh, RefreshProvider};
use sts_client::{CallContext, Platform};
use sts_credentials::CredentialsError;
use sts_proto::AssumeAgencyWithOidc;

use super::ProviderChain;
use crate::environment::EnvironmentVariables;
use crate::metadata::EcsMetadata;
use crate::oidc::OidcAgency;
use crate::pod_identity::{PodIdentity, PodIdentityRefresh};
use crate::profile::ProfileFile;

const OIDC: &str = "OIDC agency";
const ENVIRONMENT: &str = "environment";
const PROFILE: &str = "profile file";
const METADATA: &str = "ECS metadata";
const POD_IDENTITY: &str = "pod identity";

impl ProviderChain {
    /// Returns the chain of the newest official SDK (Python 3.1.219): the variables of an
    /// [`OidcAgency`], [`EnvironmentVariables`], [`ProfileFile`], [`EcsMetadata`], the variables of
    /// [`PodIdentity`].
    ///
    /// Two precedence rules may surprise you: the variables of OIDC take precedence over those of
    /// access keys, and on a node whose machine has an agency, that agency takes precedence over
    /// the identity of the pod. If you know where the credentials come from, use that provider
    /// instead.
    ///
    /// If nothing else is configured, `metadata` is asked, which can take its full timeout of three
    /// seconds outside an ECS.
    #[must_use]
    pub fn official(metadata: EcsMetadata) -> Self {
        Self::new()
            .provider(OIDC, OidcVariables)
            .provider(ENVIRONMENT, EnvironmentVariables)
            .provider(PROFILE, ProfileFile::new())
            .provider(METADATA, metadata)
            .provider(POD_IDENTITY, PodVariables)
    }
}

/// An [`OidcAgency`] whose variables are read for every refresh.
struct OidcVariables;

impl RefreshProvider for OidcVariables {
    type Refresh = AgencyRefresh<AssumeAgencyWithOidc>;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        let agency = OidcAgency::from_environment(&*platform.environment)?;
        agency.validate(context)?;
        agency.begin(platform, context)
    }
}

/// A [`PodIdentity`] whose variables are read for every refresh.
struct PodVariables;

impl RefreshProvider for PodVariables {
    type Refresh = PodIdentityRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        PodIdentity::from_environment(&*platform.environment)?.begin(platform, context)
    }
}
