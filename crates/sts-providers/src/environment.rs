//! Credentials from environment variables, under the names that the official SDKs read.

use std::sync::Arc;

use sts_client::session::{ReadyRefresh, RefreshProvider};
use sts_client::{CallContext, Environment, Platform};
use sts_credentials::{
    CredentialsError, validate_access_key_id, validate_secret_access_key, validate_security_token,
};
use sts_proto::Credentials;

use crate::variable::{self, half_set};

const ACCESS_KEY: &str = "HUAWEICLOUD_SDK_AK";
const SECRET_KEY: &str = "HUAWEICLOUD_SDK_SK";
const SECURITY_TOKEN: &str = "HUAWEICLOUD_SDK_SECURITY_TOKEN";
const IDP_ID: &str = "HUAWEICLOUD_SDK_IDP_ID";
const ID_TOKEN_FILE: &str = "HUAWEICLOUD_SDK_ID_TOKEN_FILE";

/// Credentials from `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK` and, if they are temporary,
/// `HUAWEICLOUD_SDK_SECURITY_TOKEN`.
///
/// It is a [`RefreshProvider`] that reads the variables for every refresh: once, and again when a
/// service has rejected the credentials. [`read`](Self::read) reads them without a session.
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
    type Refresh = ReadyRefresh;

    fn begin(
        &self,
        platform: &Platform,
        _: &Arc<CallContext>,
    ) -> Result<ReadyRefresh, CredentialsError> {
        Ok(ReadyRefresh::new(self.read(&*platform.environment)?))
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
    ///   that are not ASCII. Requests signed with it would fail, and five failed signatures lock an
    ///   access key.
    /// - `HUAWEICLOUD_SDK_IDP_ID` and `HUAWEICLOUD_SDK_ID_TOKEN_FILE` are both set. In the official
    ///   SDKs they take precedence over the access key and select federation over classic IAM, which is
    ///   not part of STS. Using the access key would be acting as another identity.
    pub fn read(&self, environment: &dyn Environment) -> Result<Credentials, CredentialsError> {
        let federation =
            [variable::text(environment, IDP_ID)?, variable::text(environment, ID_TOKEN_FILE)?];
        if federation.iter().all(Option::is_some) {
            return Err(CredentialsError::new(format!(
                "{IDP_ID} and {ID_TOKEN_FILE} select federation over classic IAM, which STS does not \
                 support; unset them, or set HUAWEICLOUD_OIDC_PROVIDER_URN and \
                 HUAWEICLOUD_OIDC_AGENCY_URN"
            )));
        }
        let access_key = variable::credential(environment, ACCESS_KEY, validate_access_key_id)?;
        let (access_key, secret_key) = match (
            access_key,
            variable::credential(environment, SECRET_KEY, validate_secret_access_key)?,
        ) {
            (Some(access_key), Some(secret_key)) => (access_key, secret_key),
            (None, None) => {
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
