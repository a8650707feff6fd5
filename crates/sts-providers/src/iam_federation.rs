//! Federation over classic IAM: temporary credentials for an ID token.

mod refresh;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Environment, Platform};
use sts_credentials::{CredentialsError, Secret};
use sts_proto::{Endpoint, ErrorKind};

pub use self::refresh::IamFederationRefresh;
use crate::classic_iam::{
    CreateTemporaryAccessKeyByToken, CreateTokenWithIdToken, GLOBAL_ENDPOINT, IamCaller,
    endpoint_from_variable,
};
use crate::id_token::IdTokenProvider;
use crate::variable::{self, half_set};

const IDP_ID: &str = "HUAWEICLOUD_SDK_IDP_ID";
const ID_TOKEN_FILE: &str = "HUAWEICLOUD_SDK_ID_TOKEN_FILE";

/// The lifetime that the official SDKs request: six hours.
const DEFAULT_DURATION: Duration = Duration::from_secs(6 * 60 * 60);

/// A valid token, for validating the settings before the token is read.
const PLACEHOLDER: &str = "token";

/// Temporary credentials for an ID token, by an identity provider of classic IAM.
///
/// It is a [`RefreshProvider`] that makes two unsigned requests for every refresh: the first exchanges
/// an ID token for an IAM token, the second exchanges the IAM token for credentials. Every refresh
/// requests a new ID token from its [`IdTokenProvider`]. Requests are retried under the policy of the client. They go to the
/// [endpoint](Self::endpoint) of IAM, not to those of the client. If IAM rejects the ID token, the
/// error contains its issuer, audience, subject and expiration, and never the token.
///
/// Prefer [`OidcAgency`](crate::OidcAgency), which makes one request to STS and assumes an agency,
/// unless the identity provider was created for classic IAM.
///
/// ```
/// use std::time::Duration;
/// use sts_providers::{IamFederation, IdTokenProvider};
///
/// let federation = IamFederation::new("cluster-idp", "/var/run/secrets/tokens/huaweicloud")
///     .duration(Duration::from_secs(3600));
/// // let session = client.session(federation)?;
///
/// // In a job of GitHub Actions:
/// let token = IdTokenProvider::actions(Some("sts.huaweicloud.com"));
/// let federation = IamFederation::with_token("ci-idp", token);
/// # let _ = federation;
/// ```
#[derive(Clone, Debug)]
pub struct IamFederation {
    idp_id: String,
    token: IdTokenProvider,
    endpoint: Option<Endpoint>,
    duration: Duration,
    policy: Option<String>,
}

impl IamFederation {
    /// Returns a provider for the tokens in `token_file`, issued by the identity provider with the
    /// id `idp_id`: its name in IAM, not a URN. By default the credentials are valid for six hours,
    /// as in the official SDKs.
    #[must_use]
    pub fn new(idp_id: impl Into<String>, token_file: impl Into<PathBuf>) -> Self {
        Self::with_token(idp_id, IdTokenProvider::file(token_file))
    }

    /// Like [`new`](Self::new), with the tokens of `token`.
    #[must_use]
    pub fn with_token(idp_id: impl Into<String>, token: IdTokenProvider) -> Self {
        let idp_id = idp_id.into();
        Self { idp_id, token, endpoint: None, duration: DEFAULT_DURATION, policy: None }
    }

    /// Reads the configuration from the variables of the official SDKs:
    ///
    /// | variable | |
    /// |---|---|
    /// | `HUAWEICLOUD_SDK_IDP_ID` | id of the identity provider |
    /// | `HUAWEICLOUD_SDK_ID_TOKEN_FILE` | file with the ID token |
    /// | `HUAWEICLOUD_SDK_IAM_ENDPOINT` | endpoint of IAM; the global one by default |
    ///
    /// # Errors
    ///
    /// If neither of the first two is set, the provider [is not
    /// configured](CredentialsError::is_not_configured). One without the other is an error, and so
    /// is a value that is not UTF-8, is in quotes or contains unexpected white space, or an
    /// endpoint over plain http on another machine. Errors name the variable.
    pub fn from_environment(environment: &dyn Environment) -> Result<Self, CredentialsError> {
        let (idp_id, file) = match (
            variable::plain_word(environment, IDP_ID)?,
            variable::path(environment, ID_TOKEN_FILE)?,
        ) {
            (Some(idp_id), Some(file)) => (idp_id, file),
            (None, None) => {
                let message = format!("{IDP_ID} and {ID_TOKEN_FILE} are not set");
                return Err(CredentialsError::not_configured(message));
            }
            (Some(_), None) => return Err(half_set(IDP_ID, ID_TOKEN_FILE)),
            (None, Some(_)) => return Err(half_set(ID_TOKEN_FILE, IDP_ID)),
        };
        Ok(Self { endpoint: endpoint_from_variable(environment)?, ..Self::new(idp_id, file) })
    }

    /// Whether the variables select federation: both are set. The official SDKs ignore a single one.
    pub(crate) fn is_selected(environment: &dyn Environment) -> Result<bool, CredentialsError> {
        let variables =
            [variable::text(environment, IDP_ID)?, variable::text(environment, ID_TOKEN_FILE)?];
        Ok(variables.iter().all(Option::is_some))
    }

    /// Sets the endpoint of IAM, [`GLOBAL_ENDPOINT`] by default: any regional host, or
    /// `https://iam.eu-west-101.myhuaweicloud.eu` in Europe.
    #[must_use]
    pub fn endpoint(self, endpoint: Endpoint) -> Self {
        Self { endpoint: Some(endpoint), ..self }
    }

    /// Sets the lifetime of the credentials: 15 minutes to 24 hours in whole seconds.
    #[must_use]
    pub fn duration(self, duration: Duration) -> Self {
        Self { duration, ..self }
    }

    /// Sets a policy that restricts the credentials: a JSON object of at most 2048 characters. Only
    /// the object storage service enforces it.
    #[must_use]
    pub fn policy(self, policy: impl Into<String>) -> Self {
        Self { policy: Some(policy.into()), ..self }
    }

    /// Returns the first request for this ID token.
    fn token_request(&self, id_token: Secret) -> CreateTokenWithIdToken {
        CreateTokenWithIdToken::new(&*self.idp_id, id_token)
    }

    /// Returns the second request for this IAM token.
    fn access_key_request(&self, iam_token: Secret) -> CreateTemporaryAccessKeyByToken {
        let request = CreateTemporaryAccessKeyByToken::new(iam_token).duration(self.duration);
        match &self.policy {
            Some(policy) => request.policy(&**policy),
            None => request,
        }
    }

    fn resolved_endpoint(&self) -> Result<Endpoint, CredentialsError> {
        resolved_endpoint(self.endpoint.as_ref())
    }
}

/// Returns the endpoint, or the global one.
pub(crate) fn resolved_endpoint(endpoint: Option<&Endpoint>) -> Result<Endpoint, CredentialsError> {
    match endpoint {
        Some(endpoint) => Ok(endpoint.clone()),
        None => Endpoint::parse(GLOBAL_ENDPOINT).map_err(|error| {
            let error = CredentialsError::new("invalid endpoint of IAM").with_source(error);
            error.with_kind(ErrorKind::Configuration)
        }),
    }
}

impl RefreshProvider for IamFederation {
    type Refresh = IamFederationRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        let token = self.token.begin(platform, context)?;
        IamFederationRefresh::new(self.clone(), token, platform, context)
    }

    fn label(&self) -> String {
        format!("identity provider {}", self.idp_id)
    }

    fn lifetime(&self) -> Option<Duration> {
        Some(self.duration)
    }

    /// Validates the settings. The token is validated when it is read.
    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        let request = self.access_key_request(Secret::from(PLACEHOLDER));
        if context.policy().validate {
            let token = self.token.known().cloned();
            let token = token.unwrap_or_else(|| Secret::from(PLACEHOLDER));
            self.token_request(token).validate()?;
            request.validate()?;
        }
        let endpoint = self.resolved_endpoint()?;
        request.to_request_unvalidated(&endpoint, &IamCaller::Anonymous).map(drop)
    }
}
