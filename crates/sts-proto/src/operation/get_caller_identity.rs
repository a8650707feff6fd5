//! The `GetCallerIdentity` operation.

use http::Method;
use serde::{Deserialize, Serialize};

use super::message::Message;
use super::{Authentication, Operation};
use crate::validate::Checks;

/// Returns the identity of the caller. It requires no parameters and no permissions.
///
/// ```
/// use sts_proto::{Endpoint, GetCallerIdentity, Operation, Region};
///
/// let request = GetCallerIdentity::new().to_request(&Endpoint::from(Region::AF_SOUTH_1))?;
/// assert_eq!((request.method().as_str(), request.body().len()), ("GET", 0));
/// # Ok::<(), sts_proto::InvalidRequest>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(Deserialize))]
#[non_exhaustive]
pub struct GetCallerIdentity {}

impl GetCallerIdentity {
    /// Creates a request.
    #[must_use]
    pub const fn new() -> Self {
        Self {}
    }
}

impl Operation for GetCallerIdentity {
    const NAME: &'static str = "GetCallerIdentity";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v5/caller-identity";
    const AUTHENTICATION: Authentication = Authentication::Signed;
    type Output = GetCallerIdentityOutput;
}

impl Message for GetCallerIdentity {
    fn check(&self, _: &mut Checks) {}
}

/// Output of [`GetCallerIdentity`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "server", derive(Serialize))]
#[non_exhaustive]
pub struct GetCallerIdentityOutput {
    /// Account id.
    pub account_id: String,
    /// URN of the caller, such as `iam::ACCOUNT:user:NAME` or
    /// `sts::ACCOUNT:assumed-agency:AGENCY/SESSION`.
    pub principal_urn: String,
    /// Id of the caller. For a session, it contains the agency id and the session name.
    pub principal_id: String,
}

impl GetCallerIdentityOutput {
    /// Creates an output, for servers and tests.
    #[must_use]
    pub fn new(
        account_id: impl Into<String>,
        principal_urn: impl Into<String>,
        principal_id: impl Into<String>,
    ) -> Self {
        Self {
            account_id: account_id.into(),
            principal_urn: principal_urn.into(),
            principal_id: principal_id.into(),
        }
    }
}
