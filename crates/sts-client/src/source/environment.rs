//! Keys from the environment, under the names that the official SDKs read.

use std::fmt;
use std::sync::Arc;

use sts_proto::{Credentials, Secret};

use super::read_once::ReadOnce;
use super::{BlockingCredentialSource, CredentialSource, KeyRequest, SourceError};
use crate::Host;

const ACCESS_KEY: &str = "HUAWEICLOUD_SDK_AK";
const SECRET_KEY: &str = "HUAWEICLOUD_SDK_SK";
const SECURITY_TOKEN: &str = "HUAWEICLOUD_SDK_SECURITY_TOKEN";
const IDP_ID: &str = "HUAWEICLOUD_SDK_IDP_ID";
const ID_TOKEN_FILE: &str = "HUAWEICLOUD_SDK_ID_TOKEN_FILE";

/// The keys of `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK` and, for a temporary key,
/// `HUAWEICLOUD_SDK_SECURITY_TOKEN`.
///
/// They are read when they are first asked for, and again when the service refuses them; see
/// [`credentials_from_environment`].
pub struct Environment {
    host: Arc<dyn Host>,
    keys: ReadOnce,
}

impl Environment {
    /// The environment of `host`.
    pub fn new(host: impl Host + 'static) -> Self {
        Self::of(Arc::new(host))
    }

    pub(super) fn of(host: Arc<dyn Host>) -> Self {
        Self { host, keys: ReadOnce::default() }
    }
}

impl CredentialSource for Environment {
    async fn credentials(&self, request: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        BlockingCredentialSource::credentials(self, request)
    }
}

impl BlockingCredentialSource for Environment {
    fn credentials(&self, request: KeyRequest) -> Result<Arc<Credentials>, SourceError> {
        self.keys.credentials(&request, || credentials_from_environment(&*self.host))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

/// Reads `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK` and, for a temporary key,
/// `HUAWEICLOUD_SDK_SECURITY_TOKEN` from the host's environment.
///
/// An empty variable counts as unset. White space around a value is taken off: it gets there from
/// files, and breaks signatures.
///
/// Neither key set: the source [is not configured](SourceError::is_not_configured). One of the two
/// is an error, and so are `HUAWEICLOUD_SDK_IDP_ID` with `HUAWEICLOUD_SDK_ID_TOKEN_FILE`: for the
/// official SDKs these two win over the keys and mean federation over classic IAM, which is not
/// part of STS. To use the keys all the same would be to act as somebody else.
///
/// ```
/// use sts_client::source::credentials_from_environment;
/// # use sts_client::{Host, Now};
/// # struct Platform;
/// # impl Host for Platform {
/// #     fn now(&self) -> Now { unimplemented!() }
/// #     fn seed(&self) -> u64 { 0 }
/// #     fn variable(&self, name: &str) -> Option<String> {
/// #         (!name.contains("ID")).then(|| format!("value-of-{name}\n"))
/// #     }
/// # }
/// let credentials = credentials_from_environment(&Platform)?;
/// assert_eq!(credentials.access_key_id, "value-of-HUAWEICLOUD_SDK_AK");
/// # Ok::<(), sts_client::source::SourceError>(())
/// ```
pub fn credentials_from_environment(host: &dyn Host) -> Result<Credentials, SourceError> {
    if is_set(host, IDP_ID) && is_set(host, ID_TOKEN_FILE) {
        return Err(SourceError::new(format!(
            "{IDP_ID} and {ID_TOKEN_FILE} ask for federation over classic IAM, which STS does not \
             do; unset them, or set HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN"
        )));
    }
    let (access_key, secret_key) = match (value(host, ACCESS_KEY), value(host, SECRET_KEY)) {
        (Some(access_key), Some(secret_key)) => (access_key, secret_key),
        (None, None) => {
            let message = format!("{ACCESS_KEY} and {SECRET_KEY} are not set");
            return Err(SourceError::not_configured(message));
        }
        (Some(_), None) => return Err(half_set(ACCESS_KEY, SECRET_KEY)),
        (None, Some(_)) => return Err(half_set(SECRET_KEY, ACCESS_KEY)),
    };
    let credentials = Credentials::permanent(access_key.expose_secret(), secret_key);
    Ok(match value(host, SECURITY_TOKEN) {
        Some(token) => credentials.with_security_token(token),
        None => credentials,
    })
}

/// A variable without the white space round it; `None` if nothing is left. Whether it is a secret
/// or not, its copies are wiped.
pub(super) fn value(host: &dyn Host, name: &str) -> Option<Secret> {
    let whole = Secret::from(host.variable(name)?);
    let trimmed = whole.expose_secret().trim();
    (!trimmed.is_empty()).then(|| Secret::from(trimmed))
}

/// The same for what is no secret.
pub(super) fn text(host: &dyn Host, name: &str) -> Option<String> {
    value(host, name).map(|text| text.expose_secret().to_owned())
}

pub(super) fn is_set(host: &dyn Host, name: &str) -> bool {
    value(host, name).is_some()
}

/// One of two variables that belong together is missing.
pub(super) fn half_set(set: &str, missing: &str) -> SourceError {
    SourceError::new(format!("{set} is set, but {missing} is not"))
}
