//! Credentials from environment variables, under the names that the official SDKs read.

use std::sync::Arc;

use http::Response;
use sts_client::session::{IssuedCredentials, ReadyRefresh, RefreshProvider};
use sts_client::{CallContext, Environment, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{
    CredentialsError, validate_access_key_id, validate_secret_access_key, validate_security_token,
};
use sts_proto::{Body, Credentials};

use crate::iam_federation::{IamFederation, IamFederationRefresh};
use crate::variable::{self, half_set};

const ACCESS_KEY: &str = "HUAWEICLOUD_SDK_AK";
const SECRET_KEY: &str = "HUAWEICLOUD_SDK_SK";
const SECURITY_TOKEN: &str = "HUAWEICLOUD_SDK_SECURITY_TOKEN";

/// Credentials from `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK` and, if they are temporary,
/// `HUAWEICLOUD_SDK_SECURITY_TOKEN`; or an [`IamFederation`], if `HUAWEICLOUD_SDK_IDP_ID` and
/// `HUAWEICLOUD_SDK_ID_TOKEN_FILE` are both set. They take precedence, as in the official SDKs.
///
/// It is a [`RefreshProvider`] that reads the variables for every refresh: access keys once, and
/// again when a service has rejected them. [`read`](Self::read) reads access keys without a session.
///
/// ```
/// use sts_providers::EnvironmentVariables;
/// # use sts_client::{Environment, InvalidVariable};
/// # struct SystemEnvironment;
/// # impl Environment for SystemEnvironment {
/// #     fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
/// #         Ok((!name.contains("ID")).then(|| format!("value-of-{name}\n")))
/// #     }
/// # }
///
/// let credentials = EnvironmentVariables.read(&SystemEnvironment)?;
/// # assert_eq!(credentials.access_key_id, "value-of-HUAWEICLOUD_SDK_AK");
/// # Ok::<(), sts_client::CredentialsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a unit type")]
pub struct EnvironmentVariables;

impl RefreshProvider for EnvironmentVariables {
    type Refresh = EnvironmentRefresh;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<EnvironmentRefresh, CredentialsError> {
        let environment = &*platform.environment;
        if IamFederation::is_selected(environment)? {
            let federation = IamFederation::from_environment(environment)?;
            federation.validate(context)?;
            let refresh = federation.begin(platform, context)?;
            return Ok(EnvironmentRefresh(Inner::Federation(Box::new(refresh))));
        }
        let credentials = self.read(environment)?;
        Ok(EnvironmentRefresh(Inner::Ready(ReadyRefresh::new(credentials))))
    }

    fn label(&self) -> String {
        "environment".to_owned()
    }
}

impl EnvironmentVariables {
    /// Reads the variables from `environment`.
    ///
    /// An empty variable counts as unset. White space around a value is removed.
    ///
    /// # Errors
    ///
    /// If neither access key nor secret key is set, the provider
    /// [is not configured](CredentialsError::is_not_configured). Any other error names the variable:
    ///
    /// - One of the two is set without the other.
    /// - A value is not UTF-8, is in quotes, or contains white space, control characters or characters
    ///   that are not ASCII. Requests signed with it would fail, and more than five failed signatures
    ///   lock an access key.
    /// - `HUAWEICLOUD_SDK_IDP_ID` and `HUAWEICLOUD_SDK_ID_TOKEN_FILE` are both set: they select an
    ///   [`IamFederation`], whose credentials a session requests. The access key would be another
    ///   identity.
    /// - One of these two is set, and no access key.
    pub fn read(&self, environment: &dyn Environment) -> Result<Credentials, CredentialsError> {
        if IamFederation::is_selected(environment)? {
            return Err(CredentialsError::new(
                "HUAWEICLOUD_SDK_IDP_ID and HUAWEICLOUD_SDK_ID_TOKEN_FILE select federation, which \
                 sends requests; use a session, or unset them",
            ));
        }
        let access_key = variable::credential(environment, ACCESS_KEY, validate_access_key_id)?;
        let (access_key, secret_key) = match (
            access_key,
            variable::credential(environment, SECRET_KEY, validate_secret_access_key)?,
        ) {
            (Some(access_key), Some(secret_key)) => (access_key, secret_key),
            (None, None) => {
                // Reports a single variable of a federation.
                if let Err(error) = IamFederation::from_environment(environment)
                    && !error.is_not_configured()
                {
                    return Err(error);
                }
                let message = format!("{ACCESS_KEY} and {SECRET_KEY} are not set");
                return Err(CredentialsError::not_configured(message));
            }
            (Some(_), None) => return Err(half_set(ACCESS_KEY, SECRET_KEY)),
            (None, Some(_)) => return Err(half_set(SECRET_KEY, ACCESS_KEY)),
        };
        let credentials = Credentials::permanent(access_key.expose_secret(), secret_key);
        Ok(match variable::credential(environment, SECURITY_TOKEN, validate_security_token)? {
            Some(token) => credentials.security_token(token),
            None => credentials,
        })
    }
}

/// State machine of a refresh from [`EnvironmentVariables`].
#[derive(Debug)]
pub struct EnvironmentRefresh(Inner);

#[derive(Debug)]
enum Inner {
    Ready(ReadyRefresh),
    Federation(Box<IamFederationRefresh>),
}

impl StateMachine for EnvironmentRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        match &mut self.0 {
            Inner::Ready(refresh) => refresh.step(now),
            Inner::Federation(refresh) => refresh.step(now),
        }
    }

    /// Ignored: a refresh requests no credentials.
    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        if let Inner::Federation(refresh) = &mut self.0 {
            refresh.receive(outcome, now);
        }
    }
}
