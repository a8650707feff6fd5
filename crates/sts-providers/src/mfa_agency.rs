//! Agencies that are assumed with a code of an MFA device.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sts_client::session::{AgencyRefresh, RefreshProvider};
use sts_client::{CallContext, Platform};
use sts_credentials::{CredentialsError, ErrorKind, MaybeSend, MaybeSync};
use sts_proto::{AssumeAgency, Body, Operation, Secret};

/// Takes the place of a code in validations. It is never sent.
const ANY_CODE: &str = "000000";

/// Agency that is assumed with a code of an MFA device, which a function requests from a person.
///
/// It is a [`RefreshProvider`] for [`Client::obtain`](sts_client::Client::obtain), for example within
/// a [`FileCache`](crate::FileCache): the code is requested only if nothing is cached,
/// and if the request is valid. In a session, every refresh requests a code, and fails if it takes
/// longer than 40 seconds (a third more than [`CallPolicy::deadline`](sts_client::CallPolicy::deadline)).
///
/// ```
/// use sts_client::proto::{AssumeAgency, Secret};
/// use sts_providers::{FileCache, MfaAgency};
///
/// let agency = AssumeAgency::new("iam::0a1b2c3d:agency:admin", "laptop");
/// let with_code = MfaAgency::new(agency, "iam::0a1b2c3d:mfa:phone", || {
///     // Ask for the code.
///     Ok(Secret::from("123456"))
/// });
/// let cached = FileCache::new(with_code, "/home/me/.cache/sts", "EXAMPLEAK00000000001");
/// // let issued = client.obtain(&cached).await?;
/// # let _ = cached;
/// ```
#[derive(Clone)]
pub struct MfaAgency {
    /// Has the serial number, and no code.
    agency: AssumeAgency,
    code: Arc<dyn CodeFunction>,
}

trait CodeFunction: Fn() -> Result<Secret, CredentialsError> + MaybeSend + MaybeSync {}

impl<F: Fn() -> Result<Secret, CredentialsError> + MaybeSend + MaybeSync> CodeFunction for F {}

impl MfaAgency {
    /// Creates a provider that assumes `agency` with the current code of the device with this serial
    /// number, which `code` returns. The function may block.
    #[must_use]
    pub fn new<F>(agency: AssumeAgency, serial_number: impl Into<String>, code: F) -> Self
    where
        F: Fn() -> Result<Secret, CredentialsError> + MaybeSend + MaybeSync + 'static,
    {
        let mut agency = agency;
        agency.serial_number = Some(serial_number.into());
        agency.token_code = None;
        Self { agency, code: Arc::new(code) }
    }

    fn with_code(&self, code: Secret) -> AssumeAgency {
        let mut agency = self.agency.clone();
        agency.token_code = Some(code);
        agency
    }
}

impl RefreshProvider for MfaAgency {
    type Refresh = AgencyRefresh<AssumeAgency>;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        // A person is not asked for a code that cannot be used.
        self.validate(context)?;
        self.with_code((self.code)()?).begin(platform, context)
    }

    fn label(&self) -> String {
        self.agency.label()
    }

    fn lifetime(&self) -> Option<Duration> {
        self.agency.lifetime()
    }

    fn cache_key(&self) -> Option<Body> {
        self.agency.cache_key()
    }

    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        if !context.policy().validate {
            return Ok(());
        }
        Operation::validate(&self.with_code(Secret::from(ANY_CODE))).map_err(|error| {
            CredentialsError::new(error.to_string()).with_kind(ErrorKind::InvalidRequest)
        })
    }
}

impl fmt::Debug for MfaAgency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MfaAgency").field("agency", &self.agency).finish_non_exhaustive()
    }
}
