//! Agencies that are assumed by their name, over classic IAM.

mod refresh;
mod rejected;

use std::sync::Arc;
use std::time::Duration;

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Environment, Platform};
use sts_credentials::CredentialsError;
use sts_proto::Endpoint;

pub use self::refresh::AgencyByNameRefresh;
use self::rejected::LastRejection;
use crate::classic_iam::{CreateTemporaryAccessKeyByAgency, IamCaller, endpoint_from_variable};
use crate::iam_federation::resolved_endpoint;

/// The lifetime of the credentials, as in STS. That of IAM is 15 minutes.
const DEFAULT_DURATION: Duration = Duration::from_secs(3600);

/// Agency that is assumed by its name and the name or id of its account, over classic IAM.
///
/// It is a [`RefreshProvider`] whose request is signed with the credentials of the client, or those
/// of another provider by
/// [`ChainedAgency::signing`](crate::ChainedAgency::signing). The signer needs the permission to assume
/// agencies (`Agent Operator`). Requests are retried under the policy of the client. They go to the
/// [endpoint](Self::endpoint) of IAM, not to those of the client.
///
/// Prefer [`AssumeAgency`](sts_proto::AssumeAgency) of STS where you know the id of the account: its
/// URN is `iam::ACCOUNT_ID:agency:NAME`, and STS has session names, tags, an external id and session
/// policies for all services. Classic IAM is for accounts that you know by name only, for lifetimes of
/// more than 12 hours, and where no endpoint of STS is known.
///
/// ```
/// use std::time::Duration;
/// use sts_providers::AgencyByName;
///
/// let agency = AgencyByName::of_account_name("reader", "example-account")
///     .duration(Duration::from_secs(24 * 60 * 60));
/// // let session = client.session(agency)?;
/// ```
#[derive(Clone, Debug)]
pub struct AgencyByName {
    message: CreateTemporaryAccessKeyByAgency,
    endpoint: Option<Endpoint>,
    caller: IamCaller,
    /// Credentials that IAM rejected, which clones share.
    rejected: Arc<LastRejection>,
}

impl AgencyByName {
    /// Returns a provider for an agency of the account with this name. By default the credentials
    /// are valid for an hour.
    #[must_use]
    pub fn of_account_name(
        agency_name: impl Into<String>,
        account_name: impl Into<String>,
    ) -> Self {
        Self::of(CreateTemporaryAccessKeyByAgency::of_account_name(agency_name, account_name))
    }

    /// Returns a provider for an agency of the account with this id. By default the credentials are
    /// valid for an hour.
    #[must_use]
    pub fn of_account_id(agency_name: impl Into<String>, account_id: impl Into<String>) -> Self {
        Self::of(CreateTemporaryAccessKeyByAgency::of_account_id(agency_name, account_id))
    }

    fn of(message: CreateTemporaryAccessKeyByAgency) -> Self {
        Self {
            message: message.duration(DEFAULT_DURATION),
            endpoint: None,
            caller: IamCaller::signer(),
            rejected: Arc::default(),
        }
    }

    /// Sets the lifetime of the credentials: 15 minutes to 24 hours in whole seconds. Whether IAM
    /// limits it for a signer with temporary credentials is not documented; STS limits it to one
    /// hour.
    #[must_use]
    pub fn duration(self, duration: Duration) -> Self {
        Self { message: self.message.duration(duration), ..self }
    }

    /// Sets the name of the session user, which becomes part of the security token: 5 to 64 ASCII
    /// letters, digits, `-` and `_`, a letter first.
    #[must_use]
    pub fn session_user(self, name: impl Into<String>) -> Self {
        Self { message: self.message.session_user(name), ..self }
    }

    /// Sets a policy that restricts the credentials: a JSON object of at most 2048 characters. Only
    /// the object storage service enforces it.
    #[must_use]
    pub fn policy(self, policy: impl Into<String>) -> Self {
        Self { message: self.message.policy(policy), ..self }
    }

    /// Sets the id of the signer's account, which is sent and signed as `X-Domain-Id`. The official
    /// SDKs send it if they know it; IAM does not require it.
    #[must_use]
    pub fn signer_account_id(self, id: impl Into<String>) -> Self {
        Self { caller: IamCaller::signer_of(id), ..self }
    }

    /// Sets the endpoint of IAM, [`GLOBAL_ENDPOINT`](crate::classic_iam::GLOBAL_ENDPOINT) by
    /// default.
    #[must_use]
    pub fn endpoint(self, endpoint: Endpoint) -> Self {
        Self { endpoint: Some(endpoint), ..self }
    }

    /// Sets the endpoint to that in `HUAWEICLOUD_SDK_IAM_ENDPOINT`, if the variable is set.
    ///
    /// # Errors
    ///
    /// The value is not a URL, or is a plain http URL of another host than a loopback address.
    pub fn endpoint_from_environment(
        self,
        environment: &dyn Environment,
    ) -> Result<Self, CredentialsError> {
        Ok(match endpoint_from_variable(environment)? {
            Some(endpoint) => self.endpoint(endpoint),
            None => self,
        })
    }

    fn account(&self) -> &str {
        let CreateTemporaryAccessKeyByAgency { domain_name, domain_id, .. } = &self.message;
        domain_name.as_deref().or(domain_id.as_deref()).unwrap_or_default()
    }
}

impl RefreshProvider for AgencyByName {
    type Refresh = AgencyByNameRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        self.validate(context)?;
        let endpoint = resolved_endpoint(self.endpoint.as_ref())?;
        Ok(AgencyByNameRefresh::new(self.clone(), endpoint, platform, context))
    }

    fn label(&self) -> String {
        format!("agency {} of {}", self.message.agency_name, self.account())
    }

    fn lifetime(&self) -> Option<Duration> {
        self.message.duration_seconds.map(|seconds| Duration::from_secs(seconds.into()))
    }

    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        if context.policy().validate {
            self.message.validate()?;
        }
        let endpoint = resolved_endpoint(self.endpoint.as_ref())?;
        self.message.to_request_unvalidated(&endpoint, &self.caller).map(drop)
    }
}
