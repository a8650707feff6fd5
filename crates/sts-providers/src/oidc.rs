//! Credentials for an ID token: `AssumeAgencyWithOIDC`, with a token that is read for every
//! refresh.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sts_credentials::CredentialsError;
use sts_proto::{AssumeAgencyWithOidc, Secret};

use crate::token;
use crate::variable::{self, half_set};
use sts_client::CallContext;
use sts_client::session::{AgencyRefresh, RefreshProvider};
use sts_client::{Environment, Platform};

const PROVIDER_URN: &str = "HUAWEICLOUD_OIDC_PROVIDER_URN";
const AGENCY_URN: &str = "HUAWEICLOUD_OIDC_AGENCY_URN";
const ID_TOKEN: &str = "HUAWEICLOUD_OIDC_ID_TOKEN";
const TOKEN_FILE: &str = "HUAWEICLOUD_OIDC_TOKEN_FILE";
const SESSION_NAME: &str = "HUAWEICLOUD_OIDC_SESSION_NAME";
const DURATION_SECONDS: &str = "HUAWEICLOUD_OIDC_DURATION_SECONDS";
const POLICY: &str = "HUAWEICLOUD_OIDC_POLICY";
const POLICY_IDS: &str = "HUAWEICLOUD_OIDC_POLICY_IDS";

/// The default session name of the official SDK.
const DEFAULT_SESSION_NAME: &str = "oidc-sts-session";

/// A valid token, for validating the settings before the token is read.
const PLACEHOLDER: &str = "token";

/// Agency assumed with an ID token, for tokens that Kubernetes and CI systems write to files.
///
/// It is a [`RefreshProvider`]. The file is read for every refresh, because it is rewritten before its
/// token expires. The call is not signed, and uses the endpoints of the client.
///
/// ```
/// use std::time::Duration;
/// use sts_providers::OidcAgency;
///
/// let file = "/var/run/secrets/tokens/huaweicloud";
/// let provider = "iam::0a1b2c3d:oidcProvider:cluster";
/// let agency = OidcAgency::new(provider, "iam::0a1b2c3d:agency:deploy", file)
///     .session_name("billing")
///     .duration(Duration::from_secs(900));
/// // let session = client.session(agency)?;
/// ```
#[derive(Clone, Debug)]
pub struct OidcAgency {
    /// Everything but the token.
    operation: AssumeAgencyWithOidc,
    token: IdToken,
}

#[derive(Clone, Debug)]
enum IdToken {
    Given(Secret),
    File(PathBuf),
}

impl OidcAgency {
    /// Returns a provider that assumes the agency `agency_urn` with the token in `token_file`,
    /// issued by the identity provider `provider_urn`. By default the session is named
    /// `oidc-sts-session` and lasts 3600 seconds.
    #[must_use]
    pub fn new(
        provider_urn: impl Into<String>,
        agency_urn: impl Into<String>,
        token_file: impl Into<PathBuf>,
    ) -> Self {
        Self::of(provider_urn, agency_urn, IdToken::File(token_file.into()))
    }

    fn of(provider_urn: impl Into<String>, agency_urn: impl Into<String>, token: IdToken) -> Self {
        let operation =
            AssumeAgencyWithOidc::new(provider_urn, agency_urn, DEFAULT_SESSION_NAME, "");
        Self { operation, token }
    }

    /// Reads the configuration from the variables of the official SDK:
    ///
    /// | variable | |
    /// |---|---|
    /// | `HUAWEICLOUD_OIDC_PROVIDER_URN`, `HUAWEICLOUD_OIDC_AGENCY_URN` | identity provider and agency |
    /// | `HUAWEICLOUD_OIDC_ID_TOKEN`, or else `HUAWEICLOUD_OIDC_TOKEN_FILE` | the token, or its file |
    /// | `HUAWEICLOUD_OIDC_SESSION_NAME` | `oidc-sts-session` by default |
    /// | `HUAWEICLOUD_OIDC_DURATION_SECONDS` | 900 to 43200, 3600 by default |
    /// | `HUAWEICLOUD_OIDC_POLICY`, `HUAWEICLOUD_OIDC_POLICY_IDS` | session policies: a policy,
    /// policy ids separated by commas |
    ///
    /// # Errors
    ///
    /// If neither URN is set, the provider [is not
    /// configured](CredentialsError::is_not_configured). It is an error if a required variable is
    /// missing while others are set, or if a value is not UTF-8, is in quotes, or contains
    /// unexpected white space.
    pub fn from_environment(environment: &dyn Environment) -> Result<Self, CredentialsError> {
        let (provider, urn) = match (
            variable::plain_word(environment, PROVIDER_URN)?,
            variable::plain_word(environment, AGENCY_URN)?,
        ) {
            (Some(provider), Some(urn)) => (provider, urn),
            (None, None) => {
                let message = format!("{PROVIDER_URN} and {AGENCY_URN} are not set");
                return Err(CredentialsError::not_configured(message));
            }
            (Some(_), None) => return Err(half_set(PROVIDER_URN, AGENCY_URN)),
            (None, Some(_)) => return Err(half_set(AGENCY_URN, PROVIDER_URN)),
        };
        let token = match (
            variable::word(environment, ID_TOKEN)?,
            variable::path(environment, TOKEN_FILE)?,
        ) {
            (Some(token), _) => IdToken::Given(token),
            (None, Some(file)) => IdToken::File(file),
            (None, None) => {
                let message =
                    format!("{AGENCY_URN} is set; set {TOKEN_FILE} or {ID_TOKEN} as well");
                return Err(CredentialsError::new(message));
            }
        };
        let mut agency = Self::of(provider, urn, token);
        if let Some(name) = variable::plain_word(environment, SESSION_NAME)? {
            agency = agency.session_name(name);
        }
        if let Some(seconds) = variable::text(environment, DURATION_SECONDS)? {
            let fault = "must be a whole number of seconds";
            let seconds: u32 = seconds
                .expose_secret()
                .parse()
                .map_err(|_| variable::invalid(DURATION_SECONDS, fault))?;
            agency = agency.duration(Duration::from_secs(seconds.into()));
        }
        if let Some(policy) = variable::text(environment, POLICY)? {
            agency = agency.policy(policy.expose_secret());
        }
        if let Some(ids) = variable::text(environment, POLICY_IDS)? {
            let ids = ids.expose_secret().split(',').map(str::trim).filter(|id| !id.is_empty());
            for id in ids.clone() {
                let fault =
                    |fault| variable::invalid(POLICY_IDS, &format!("has an id that {fault}"));
                variable::check_word(id).map_err(fault)?;
            }
            if ids.clone().next().is_some() {
                agency = agency.policy_ids(ids);
            }
        }
        Ok(agency)
    }

    /// Sets the session name: 2 to 128 ASCII letters, digits and `_+=,.@-`.
    #[must_use]
    pub fn session_name(mut self, name: impl Into<String>) -> Self {
        self.operation.agency_session_name = name.into();
        self
    }

    /// Sets the lifetime of the credentials, 15 minutes to 12 hours in whole seconds; see
    /// [`AssumeAgencyWithOidc::duration`].
    #[must_use]
    pub fn duration(self, duration: Duration) -> Self {
        Self { operation: self.operation.duration(duration), ..self }
    }

    /// Sets a policy that restricts the session; see [`AssumeAgencyWithOidc::policy`].
    #[must_use]
    pub fn policy(self, policy: impl Into<String>) -> Self {
        Self { operation: self.operation.policy(policy), ..self }
    }

    /// Sets policies that restrict the session; see [`AssumeAgencyWithOidc::policy_ids`].
    #[must_use]
    pub fn policy_ids<I: Into<String>>(self, ids: impl IntoIterator<Item = I>) -> Self {
        Self { operation: self.operation.policy_ids(ids), ..self }
    }

    /// Returns the operation with the current token.
    ///
    /// # Errors
    ///
    /// The token file cannot be read, is empty, or contains more than a token.
    pub fn operation(
        &self,
        environment: &dyn Environment,
    ) -> Result<AssumeAgencyWithOidc, CredentialsError> {
        let mut operation = self.operation.clone();
        operation.id_token = match &self.token {
            IdToken::Given(token) => token.clone(),
            IdToken::File(path) => {
                let token = token::read_file(environment, path)?;
                Secret::from(token.to_str().unwrap_or_default())
            }
        };
        Ok(operation)
    }
}

impl RefreshProvider for OidcAgency {
    type Refresh = AgencyRefresh<AssumeAgencyWithOidc>;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        self.operation(&*platform.environment)?.begin(platform, context)
    }

    fn label(&self) -> String {
        RefreshProvider::label(&self.operation)
    }

    /// An hour unless another duration is set.
    fn lifetime(&self) -> Option<Duration> {
        self.operation.lifetime()
    }

    /// Validates the settings. The token is validated when it is read.
    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        let mut operation = self.operation.clone();
        operation.id_token = match &self.token {
            IdToken::Given(token) => token.clone(),
            IdToken::File(_) => Secret::from(PLACEHOLDER),
        };
        RefreshProvider::validate(&operation, context)
    }
}
