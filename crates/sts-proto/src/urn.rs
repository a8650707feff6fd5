//! URNs of agencies.

use std::str::FromStr;

use crate::error::text;
use crate::text_type::text_type;

/// Maximum length of the rejected text in an error, in bytes.
const SHOWN_LIMIT: usize = 256;

/// Text before the account.
const PREFIX: &str = "iam::";

/// Text between account and name.
const SEPARATOR: &str = ":agency:";

/// The URN of an agency: `iam::{account}:agency:{name}`.
///
/// Requests accept any text as a URN, because the service may know forms that this type does not.
/// Use this type to build a URN from its parts or to take one apart. With serde, it is a string.
///
/// ```
/// use sts_proto::AgencyUrn;
///
/// let urn = AgencyUrn::new("0a1b2c3d4e5f60718293a4b5c6d7e8f9", "reader")?;
/// assert_eq!(urn.as_str(), "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:reader");
/// assert_eq!(urn.as_str().parse::<AgencyUrn>()?, urn);
/// # Ok::<(), sts_proto::InvalidAgencyUrn>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgencyUrn {
    urn: String,
    /// Length of the account in bytes.
    account_length: usize,
}

impl AgencyUrn {
    /// Returns the URN of agency `name` in `account` (an account id, not its name).
    ///
    /// # Errors
    ///
    /// Returns an error if a part is empty or contains a colon, white space or a control
    /// character.
    pub fn new(account: impl AsRef<str>, name: impl AsRef<str>) -> Result<Self, InvalidAgencyUrn> {
        let (account, name) = (account.as_ref(), name.as_ref());
        let urn = format!("{PREFIX}{account}{SEPARATOR}{name}");
        if is_part(account) && is_part(name) {
            Ok(Self { urn, account_length: account.len() })
        } else {
            Err(InvalidAgencyUrn::new(&urn))
        }
    }

    /// Returns the id of the account that the agency belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        self.parts().0
    }

    /// Returns the agency's name, including its path if it has one.
    #[must_use]
    pub fn name(&self) -> &str {
        self.parts().1
    }

    /// Returns the URN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.urn
    }

    fn parts(&self) -> (&str, &str) {
        let rest = self.urn.get(PREFIX.len()..).unwrap_or_default();
        let (account, rest) = rest.split_at_checked(self.account_length).unwrap_or_default();
        (account, rest.get(SEPARATOR.len()..).unwrap_or_default())
    }
}

fn is_part(part: &str) -> bool {
    !part.is_empty() && !part.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control())
}

impl FromStr for AgencyUrn {
    type Err = InvalidAgencyUrn;

    fn from_str(urn: &str) -> Result<Self, Self::Err> {
        urn.strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once(SEPARATOR))
            .and_then(|(account, name)| Self::new(account, name).ok())
            .ok_or_else(|| InvalidAgencyUrn::new(urn))
    }
}

text_type!(checked AgencyUrn);

impl From<AgencyUrn> for String {
    fn from(urn: AgencyUrn) -> Self {
        urn.urn
    }
}

impl From<&AgencyUrn> for String {
    fn from(urn: &AgencyUrn) -> Self {
        urn.urn.clone()
    }
}

/// Error returned when parsing an [`AgencyUrn`] fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid agency URN {urn:?}: expected iam::ACCOUNT:agency:NAME")]
pub struct InvalidAgencyUrn {
    urn: String,
}

impl InvalidAgencyUrn {
    fn new(urn: &str) -> Self {
        Self { urn: text::printable(urn, SHOWN_LIMIT) }
    }
}
