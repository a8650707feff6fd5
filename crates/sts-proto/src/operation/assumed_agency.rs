//! The assumed session in the output of the assume operations.

use serde::Deserialize;
#[cfg(feature = "server")]
use serde::Serialize;

/// Identifiers of an assumed session.
///
/// The texts are not validated. URNs with five and with six parts occur.
///
/// ```
/// use sts_proto::AssumedAgency;
///
/// let six = AssumedAgency::new("sts::0a1b::assumed-agency:reader/build-42", "fedc:build-42");
/// assert_eq!((six.agency(), six.session_name()), (Some("reader"), Some("build-42")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "server", derive(Serialize))]
#[non_exhaustive]
pub struct AssumedAgency {
    /// URN of the session: `sts::ACCOUNT:assumed-agency:AGENCY/SESSION`, or with another empty part.
    pub urn: String,
    /// Id of the session: `AGENCY_ID:SESSION`.
    pub id: String,
}

impl AssumedAgency {
    /// Creates an assumed session.
    #[must_use]
    pub fn new(urn: impl Into<String>, id: impl Into<String>) -> Self {
        Self { urn: urn.into(), id: id.into() }
    }

    /// Returns the name of the agency, or `None` if the URN has an unknown format.
    #[must_use]
    pub fn agency(&self) -> Option<&str> {
        Some(self.agency_and_session()?.0)
    }

    /// Returns the name of the session, or `None` if the URN has an unknown format.
    #[must_use]
    pub fn session_name(&self) -> Option<&str> {
        Some(self.agency_and_session()?.1)
    }

    /// Splits at the last slash: the name of an agency may contain slashes.
    fn agency_and_session(&self) -> Option<(&str, &str)> {
        let (_, names) = self.urn.rsplit_once("assumed-agency:")?;
        names.rsplit_once('/').filter(|(agency, session)| !agency.is_empty() && !session.is_empty())
    }
}
