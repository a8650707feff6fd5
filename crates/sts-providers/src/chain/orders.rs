//! Provider chains with a given order.

use std::sync::Arc;

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Environment, Platform};
use sts_credentials::CredentialsError;

use super::ProviderChain;
use crate::environment::EnvironmentVariables;
use crate::hcloud::HcloudProfile;
use crate::metadata::EcsMetadata;
use crate::oidc::{OidcAgency, OidcRefresh};
use crate::pod_identity::{PodIdentity, PodIdentityRefresh};
use crate::profile::ProfileFile;
use crate::terraform::TerraformVariables;

/// Selects one provider of [`ProviderChain::default_chain`].
const SELECTOR: &str = "HUAWEICLOUD_STS_PROVIDER";

impl ProviderChain {
    /// Returns the chain for programs that run anywhere. Explicit configuration takes precedence
    /// over ambient identities, and the narrower identity over the wider one:
    ///
    /// | name | provider |
    /// |---|---|
    /// | `environment` | [`EnvironmentVariables`] |
    /// | `oidc` | [`OidcAgency`], by its variables, with a token or its file |
    /// | `ci` | [`OidcAgency`], by its variables, with the tokens of the CI job |
    /// | `terraform` | [`TerraformVariables`] |
    /// | `hcloud` | [`HcloudProfile`] |
    /// | `profile` | [`ProfileFile`] |
    /// | `pod-identity` | [`PodIdentity`], by its variables |
    /// | `ecs-metadata` | `metadata` |
    ///
    /// The environment variable `HUAWEICLOUD_STS_PROVIDER` selects exactly one of them by its name;
    /// [`select`](Self::select) does the same in code. Only `ecs-metadata` needs the network to
    /// determine whether it is configured.
    ///
    /// In contrast to [`official`](Self::official), a pod never uses the identity of its node if it
    /// has one of its own, and access keys in variables take precedence over OIDC. If nothing else
    /// is configured, the chain requests credentials from `metadata`, which can take its full timeout
    /// of three seconds outside an ECS.
    ///
    /// ```
    /// use sts_providers::{EcsMetadata, ProviderChain};
    ///
    /// let chain = ProviderChain::default_chain(EcsMetadata::default());
    /// // let session = client.session(chain.clone())?;
    /// // session.credentials().await?;
    /// println!("{}", chain.report());
    /// ```
    #[must_use]
    pub fn default_chain(metadata: EcsMetadata) -> Self {
        Self::new()
            .provider("environment", EnvironmentVariables)
            .provider("oidc", OidcVariables(OidcAgency::with_given_token))
            .provider("ci", OidcVariables(OidcAgency::of_job))
            .provider("terraform", TerraformVariables::new().metadata(metadata.clone()))
            .provider("hcloud", HcloudProfile::new().metadata(metadata.clone()))
            .provider("profile", ProfileFile::new())
            .provider("pod-identity", PodVariables)
            .provider("ecs-metadata", metadata)
            .selected_by(SELECTOR)
    }

    /// Returns the chain of the newest official SDK (Python 3.1.219), for programs that replace a
    /// program with that SDK: the variables of an [`OidcAgency`] with a token or its file,
    /// [`EnvironmentVariables`], [`ProfileFile`], `metadata`, the variables of [`PodIdentity`]. The tokens
    /// of CI jobs are not requested, as in that SDK.
    ///
    /// Two precedence rules may surprise you: the variables of OIDC take precedence over those of
    /// access keys, and on a node whose machine has an agency, that agency takes precedence over
    /// the identity of the pod. Prefer [`default_chain`](Self::default_chain), or one specific
    /// provider.
    #[must_use]
    pub fn official(metadata: EcsMetadata) -> Self {
        Self::new()
            .provider("OIDC agency", OidcVariables(OidcAgency::of_official_variables))
            .provider("environment", EnvironmentVariables)
            .provider("profile file", ProfileFile::new())
            .provider("ECS metadata", metadata)
            .provider("pod identity", PodVariables)
    }
}

/// An [`OidcAgency`] whose variables are read for every refresh.
struct OidcVariables(fn(&dyn Environment) -> Result<OidcAgency, CredentialsError>);

impl RefreshProvider for OidcVariables {
    type Refresh = OidcRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        let agency = (self.0)(&*platform.environment)?;
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
