//! Keys from the environment, under the names that the official SDKs read.

use sts_proto::Credentials;

use crate::Host;

const ACCESS_KEY: &str = "HUAWEICLOUD_SDK_AK";
const SECRET_KEY: &str = "HUAWEICLOUD_SDK_SK";
const SECURITY_TOKEN: &str = "HUAWEICLOUD_SDK_SECURITY_TOKEN";

/// Reads `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK` and, for a temporary key,
/// `HUAWEICLOUD_SDK_SECURITY_TOKEN` from the host's environment.
///
/// An empty variable counts as unset. White space around a value is taken off: it gets there from
/// files, and breaks signatures.
///
/// ```
/// use sts_client::source::credentials_from_environment;
/// # use sts_client::{Host, Now};
/// # struct Platform;
/// # impl Host for Platform {
/// #     fn now(&self) -> Now { unimplemented!() }
/// #     fn seed(&self) -> u64 { 0 }
/// #     fn variable(&self, name: &str) -> Option<String> {
/// #         Some(format!("value-of-{name}\n"))
/// #     }
/// # }
/// let credentials = credentials_from_environment(&Platform)?;
/// assert_eq!(credentials.access_key_id, "value-of-HUAWEICLOUD_SDK_AK");
/// # Ok::<(), sts_client::source::EnvironmentError>(())
/// ```
pub fn credentials_from_environment(host: &impl Host) -> Result<Credentials, EnvironmentError> {
    let variable = |name| {
        let value = host.variable(name)?;
        let trimmed = value.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    };
    let mandatory = |name| variable(name).ok_or(EnvironmentError { missing: name });
    let credentials = Credentials::permanent(mandatory(ACCESS_KEY)?, mandatory(SECRET_KEY)?);
    Ok(match variable(SECURITY_TOKEN) {
        Some(token) => credentials.with_security_token(token),
        None => credentials,
    })
}

/// A variable that has to be set is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {missing} is not set")]
pub struct EnvironmentError {
    missing: &'static str,
}

impl EnvironmentError {
    /// The variable's name.
    #[must_use]
    pub const fn missing(&self) -> &'static str {
        self.missing
    }
}
