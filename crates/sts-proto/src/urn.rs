//! URNs of agencies.

use std::fmt;
use std::str::FromStr;

use crate::error::text;

/// Bytes of a text that an error shows.
const SHOWN_LIMIT: usize = 256;

/// The URN of an agency: `iam::{account}:agency:{name}`.
///
/// Requests take any text as URN, for the service may know forms that this type does not; it is
/// here to build one without misplacing a colon, and to take one apart.
///
/// ```
/// use sts_proto::AgencyUrn;
///
/// let urn = AgencyUrn::new("0a1b2c3d4e5f60718293a4b5c6d7e8f9", "reader")?;
/// assert_eq!(urn.to_string(), "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:reader");
/// assert_eq!(urn.to_string().parse::<AgencyUrn>()?, urn);
/// # Ok::<(), sts_proto::InvalidAgencyUrn>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AgencyUrn {
    account: String,
    name: String,
}

impl AgencyUrn {
    /// The URN of agency `name` in `account` (an account id, not its name).
    ///
    /// An empty part is refused, and so is a colon or white space in one.
    pub fn new(
        account: impl Into<String>,
        name: impl Into<String>,
    ) -> Result<Self, InvalidAgencyUrn> {
        let (account, name) = (account.into(), name.into());
        if is_part(&account) && is_part(&name) {
            Ok(Self { account, name })
        } else {
            Err(InvalidAgencyUrn::new(&format!("iam::{account}:agency:{name}")))
        }
    }

    /// The id of the account the agency belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The agency's name, with its path where it has one.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn is_part(part: &str) -> bool {
    !part.is_empty() && !part.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control())
}

impl FromStr for AgencyUrn {
    type Err = InvalidAgencyUrn;

    fn from_str(urn: &str) -> Result<Self, Self::Err> {
        urn.strip_prefix("iam::")
            .and_then(|rest| rest.split_once(":agency:"))
            .and_then(|(account, name)| Self::new(account, name).ok())
            .ok_or_else(|| InvalidAgencyUrn::new(urn))
    }
}

impl fmt::Display for AgencyUrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "iam::{}:agency:{}", self.account, self.name)
    }
}

impl From<AgencyUrn> for String {
    fn from(urn: AgencyUrn) -> Self {
        urn.to_string()
    }
}

impl From<&AgencyUrn> for String {
    fn from(urn: &AgencyUrn) -> Self {
        urn.to_string()
    }
}

/// Text that is no URN of an agency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{urn:?} is no agency URN of the form iam::ACCOUNT:agency:NAME")]
pub struct InvalidAgencyUrn {
    urn: String,
}

impl InvalidAgencyUrn {
    fn new(urn: &str) -> Self {
        Self { urn: text::printable(urn, SHOWN_LIMIT) }
    }
}
