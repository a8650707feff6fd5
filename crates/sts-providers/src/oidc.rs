//! Credentials for an ID token: `AssumeAgencyWithOIDC`, with a new token for every refresh.

mod refresh;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sts_credentials::CredentialsError;
use sts_proto::{AssumeAgencyWithOidc, Body, BodyWriter, Secret};

pub use self::refresh::OidcRefresh;
use crate::id_token::{self, IdTokenProvider};
use crate::variable::{self, half_set};
use sts_client::CallContext;
use sts_client::session::RefreshProvider;
use sts_client::{Environment, Platform};

const PROVIDER_URN: &str = "HUAWEICLOUD_OIDC_PROVIDER_URN";
const AGENCY_URN: &str = "HUAWEICLOUD_OIDC_AGENCY_URN";
const ID_TOKEN: &str = "HUAWEICLOUD_OIDC_ID_TOKEN";
const TOKEN_FILE: &str = "HUAWEICLOUD_OIDC_TOKEN_FILE";
const SESSION_NAME: &str = "HUAWEICLOUD_OIDC_SESSION_NAME";
const DURATION_SECONDS: &str = "HUAWEICLOUD_OIDC_DURATION_SECONDS";
const POLICY: &str = "HUAWEICLOUD_OIDC_POLICY";
const POLICY_IDS: &str = "HUAWEICLOUD_OIDC_POLICY_IDS";
/// Not a variable of the official SDK, which does not request tokens.
const AUDIENCE: &str = "HUAWEICLOUD_STS_OIDC_AUDIENCE";

/// The default session name of the official SDK.
const DEFAULT_SESSION_NAME: &str = "oidc-sts-session";

/// A valid token, for validating the settings before the token is read.
const PLACEHOLDER: &str = "token";

/// Agency that is assumed with an ID token, for example of Kubernetes or a CI system.
///
/// It is a [`RefreshProvider`]. Every refresh requests a new token from its [`IdTokenProvider`]. The call is
/// not signed, and uses the endpoints of the client. If the service rejects the token, the error
/// contains its issuer, audience, subject and expiration, and never the token.
///
/// ```
/// use std::time::Duration;
/// use sts_providers::{IdTokenProvider, OidcAgency};
///
/// let file = "/var/run/secrets/tokens/huaweicloud";
/// let provider = "iam::0a1b2c3d:oidcProvider:cluster";
/// let agency = OidcAgency::new(provider, "iam::0a1b2c3d:agency:deploy", file)
///     .session_name("billing")
///     .duration(Duration::from_secs(900));
/// // let session = client.session(agency)?;
///
/// // In a job of GitHub Actions:
/// let token = IdTokenProvider::actions(Some("sts.huaweicloud.com"));
/// let provider = "iam::0a1b2c3d:oidcProvider:github";
/// let agency = OidcAgency::with_token(provider, "iam::0a1b2c3d:agency:deploy", token);
/// # let _ = agency;
/// ```
#[derive(Clone, Debug)]
pub struct OidcAgency {
    /// Everything but the token.
    operation: AssumeAgencyWithOidc,
    token: IdTokenProvider,
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
        Self::with_token(provider_urn, agency_urn, IdTokenProvider::file(token_file))
    }

    /// Like [`new`](Self::new), with the tokens of `token`.
    #[must_use]
    pub fn with_token(
        provider_urn: impl Into<String>,
        agency_urn: impl Into<String>,
        token: IdTokenProvider,
    ) -> Self {
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
    /// | `HUAWEICLOUD_STS_OIDC_AUDIENCE` | the audience of the tokens of a CI job |
    /// | `HUAWEICLOUD_OIDC_SESSION_NAME` | `oidc-sts-session` by default |
    /// | `HUAWEICLOUD_OIDC_DURATION_SECONDS` | 900 to 43200, 3600 by default |
    /// | `HUAWEICLOUD_OIDC_POLICY`, `HUAWEICLOUD_OIDC_POLICY_IDS` | session policies: a policy,
    /// policy ids separated by commas |
    ///
    /// Without a token and a file, the tokens are those of the CI job, if
    /// `ACTIONS_ID_TOKEN_REQUEST_URL` is set; see [`IdTokenProvider::actions`].
    ///
    /// # Errors
    ///
    /// If neither URN is set, the provider [is not
    /// configured](CredentialsError::is_not_configured). It is an error if a required variable is
    /// missing while others are set, or if a value is not UTF-8, is in quotes, or contains
    /// unexpected white space.
    pub fn from_environment(environment: &dyn Environment) -> Result<Self, CredentialsError> {
        let urns = urns(environment)?;
        let token = match given_token(environment)? {
            Some(token) => token,
            None => job_token(environment)?.ok_or_else(no_token)?,
        };
        Self::of_variables(environment, urns, token)
    }

    /// Like [`from_environment`](Self::from_environment), without the tokens of a CI job, which the
    /// official SDKs do not request. An agency without a token is an error, because another identity
    /// must not replace it.
    pub(crate) fn of_official_variables(
        environment: &dyn Environment,
    ) -> Result<Self, CredentialsError> {
        let urns = urns(environment)?;
        let token = given_token(environment)?.ok_or_else(|| half_set(AGENCY_URN, TOKEN_FILE))?;
        Self::of_variables(environment, urns, token)
    }

    /// Like [`from_environment`](Self::from_environment), only with a token or its file. Without one,
    /// the provider is not configured.
    pub(crate) fn with_given_token(
        environment: &dyn Environment,
    ) -> Result<Self, CredentialsError> {
        let urns = urns(environment)?;
        let Some(token) = given_token(environment)? else {
            let message = format!("{ID_TOKEN} and {TOKEN_FILE} are not set");
            return Err(CredentialsError::not_configured(message));
        };
        Self::of_variables(environment, urns, token)
    }

    /// Like [`from_environment`](Self::from_environment), only with the tokens of the CI job. An agency
    /// without any token is an error, because another identity must not replace it.
    pub(crate) fn of_job(environment: &dyn Environment) -> Result<Self, CredentialsError> {
        let urns = urns(environment).map_err(|error| {
            let is_job = matches!(id_token::is_actions_job(environment), Ok(true));
            if !is_job || !error.is_not_configured() {
                return error;
            }
            let message = format!("the CI job issues ID tokens, but {error}");
            CredentialsError::not_configured(message)
        })?;
        match job_token(environment)? {
            Some(token) => Self::of_variables(environment, urns, token),
            None if given_token(environment)?.is_some() => Err(id_token::not_an_actions_job()),
            None => Err(no_token()),
        }
    }

    /// Returns the agency with the settings in the variables.
    fn of_variables(
        environment: &dyn Environment,
        (provider, urn): (String, String),
        token: IdTokenProvider,
    ) -> Result<Self, CredentialsError> {
        let mut agency = Self::with_token(provider, urn, token);
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
    /// The token is not available, is empty, or contains more than a token. The token of a CI job is
    /// available to sessions only, because it has to be requested.
    pub fn operation(
        &self,
        environment: &dyn Environment,
    ) -> Result<AssumeAgencyWithOidc, CredentialsError> {
        let mut operation = self.operation.clone();
        operation.id_token = self.token.read(environment)?;
        Ok(operation)
    }
}

/// Reads the URNs of identity provider and agency.
fn urns(environment: &dyn Environment) -> Result<(String, String), CredentialsError> {
    match (
        variable::plain_word(environment, PROVIDER_URN)?,
        variable::plain_word(environment, AGENCY_URN)?,
    ) {
        (Some(provider), Some(urn)) => Ok((provider, urn)),
        (None, None) => {
            let message = format!("{PROVIDER_URN} and {AGENCY_URN} are not set");
            Err(CredentialsError::not_configured(message))
        }
        (Some(_), None) => Err(half_set(PROVIDER_URN, AGENCY_URN)),
        (None, Some(_)) => Err(half_set(AGENCY_URN, PROVIDER_URN)),
    }
}

/// Returns the provider of the token in a variable, or else in a file.
fn given_token(environment: &dyn Environment) -> Result<Option<IdTokenProvider>, CredentialsError> {
    let token = variable::word(environment, ID_TOKEN)?;
    let file = variable::path(environment, TOKEN_FILE)?;
    Ok(token.map(IdTokenProvider::given).or_else(|| file.map(IdTokenProvider::file)))
}

/// Returns the provider of the tokens of the CI job.
fn job_token(environment: &dyn Environment) -> Result<Option<IdTokenProvider>, CredentialsError> {
    if !id_token::is_actions_job(environment)? {
        return Ok(None);
    }
    let audience = variable::text(environment, AUDIENCE)?;
    let audience = audience.as_ref().map(Secret::expose_secret);
    Ok(Some(IdTokenProvider::actions(audience)))
}

fn no_token() -> CredentialsError {
    let job = id_token::not_an_actions_job();
    CredentialsError::new(format!(
        "{AGENCY_URN} is set, but the ID token is missing: set {TOKEN_FILE} or {ID_TOKEN}, or \
         use the token of a CI job: {job}"
    ))
}

impl RefreshProvider for OidcAgency {
    type Refresh = OidcRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        let token = self.token.begin(platform, context)?;
        Ok(OidcRefresh::new(self.operation.clone(), token, platform.clone(), Arc::clone(context)))
    }

    fn label(&self) -> String {
        RefreshProvider::label(&self.operation)
    }

    /// An hour unless another duration is set.
    fn lifetime(&self) -> Option<Duration> {
        self.operation.lifetime()
    }

    fn cache_key(&self) -> Option<Body> {
        // The token itself changes with every refresh.
        let request = self.operation.cache_key()?;
        let mut key = BodyWriter::with_capacity(1024 + request.len());
        self.token.write_cache_key(&mut key)?;
        key.extend(b"\0");
        key.extend(request.as_ref());
        Some(key.finish())
    }

    /// Validates the settings. The token is validated when it is read.
    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        let mut operation = self.operation.clone();
        let token = self.token.known().cloned();
        operation.id_token = token.unwrap_or_else(|| Secret::from(PLACEHOLDER));
        RefreshProvider::validate(&operation, context)
    }
}
