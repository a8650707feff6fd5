//! What the three assume operations have in common in their answers.

use serde::Deserialize;
#[cfg(feature = "server")]
use serde::Serialize;

/// The session that was made, as the service names it.
///
/// The texts are kept as they came. URNs occur with five and with six parts.
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
    /// `sts::ACCOUNT:assumed-agency:AGENCY/SESSION`, or with a further empty part.
    pub urn: String,
    /// `AGENCY_ID:SESSION`.
    pub id: String,
}

impl AssumedAgency {
    /// A session by its URN and id.
    #[must_use]
    pub fn new(urn: impl Into<String>, id: impl Into<String>) -> Self {
        Self { urn: urn.into(), id: id.into() }
    }

    /// The agency's name, if the URN has the form that is known.
    #[must_use]
    pub fn agency(&self) -> Option<&str> {
        Some(self.agency_and_session()?.0)
    }

    /// The session's name, if the URN has the form that is known.
    #[must_use]
    pub fn session_name(&self) -> Option<&str> {
        Some(self.agency_and_session()?.1)
    }

    /// A session name holds no slash, an agency's may.
    fn agency_and_session(&self) -> Option<(&str, &str)> {
        let (_, names) = self.urn.rsplit_once("assumed-agency:")?;
        names.rsplit_once('/').filter(|(agency, session)| !agency.is_empty() && !session.is_empty())
    }
}
