//! `AssumeAgencyWithSAML`: temporary keys for the subject of a SAML assertion.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};
use sts_credentials::{Credentials, Secret};

use super::message::Message;
use super::{AssumedAgency, Authentication, Operation};
use crate::response::{credentials, object};
use crate::secret;
use crate::validate::{Checks, given_secret, whole_seconds};

/// Assumes an agency with the answer of a SAML provider; no access key is needed.
///
/// The session's name comes from the assertion. Its length is the shortest of what is asked for
/// here, the assertion's `SessionNotOnOrAfter` and its `SessionDuration`, so it may end sooner
/// than asked.
///
/// ```
/// use sts_proto::{AssumeAgencyWithSaml, Operation};
///
/// let provider = "iam::0a1b2c3d:samlProvider:corp";
/// let operation = AssumeAgencyWithSaml::new(provider, "iam::0a1b2c3d:agency:staff", "PHNhbWw+");
/// operation.validate()?;
/// # Ok::<(), sts_proto::InvalidRequest>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(Deserialize))]
#[non_exhaustive]
pub struct AssumeAgencyWithSaml {
    /// See [`duration_seconds`](Self::duration_seconds).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// See [`policy`](Self::policy).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// See [`policy_ids`](Self::policy_ids).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_ids: Option<Vec<String>>,
    /// The provider that answered, `iam::ACCOUNT:samlProvider:NAME`; at most 1500 characters.
    pub provider_urn: String,
    /// The agency to assume, `iam::ACCOUNT:agency:NAME`; at most 1500 characters.
    pub agency_urn: String,
    /// The SAML authentication response in base64 (standard alphabet, no line breaks): 4 to
    /// 100000 characters.
    #[serde(serialize_with = "secret::expose")]
    #[cfg_attr(feature = "server", serde(deserialize_with = "secret::deserialize"))]
    pub saml_assertion: Secret,
}

impl AssumeAgencyWithSaml {
    /// A session of the agency `agency_urn` for the subject of `saml_assertion`.
    #[must_use]
    pub fn new(
        provider_urn: impl Into<String>,
        agency_urn: impl Into<String>,
        saml_assertion: impl Into<Secret>,
    ) -> Self {
        Self {
            duration_seconds: None,
            policy: None,
            policy_ids: None,
            provider_urn: provider_urn.into(),
            agency_urn: agency_urn.into(),
            saml_assertion: saml_assertion.into(),
        }
    }

    /// How long the session lasts at most: 900 to 43200 seconds, 3600 by default, and no longer
    /// than the agency and the assertion allow.
    #[must_use]
    pub fn duration(self, duration: Duration) -> Self {
        Self { duration_seconds: Some(whole_seconds(duration)), ..self }
    }

    /// A policy document, JSON as text, that narrows what the session may do; 2 to 4096
    /// characters.
    #[must_use]
    pub fn policy(self, policy: impl Into<String>) -> Self {
        Self { policy: Some(policy.into()), ..self }
    }

    /// Policies that narrow what the session may do: at most 20 ids of 1 to 64 ASCII letters,
    /// digits, `_` and `-`.
    #[must_use]
    pub fn policy_ids<I: Into<String>>(self, ids: impl IntoIterator<Item = I>) -> Self {
        Self { policy_ids: Some(ids.into_iter().map(Into::into).collect()), ..self }
    }
}

impl Operation for AssumeAgencyWithSaml {
    const NAME: &'static str = "AssumeAgencyWithSAML";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v5/agencies/assume-with-saml";
    const AUTHENTICATION: Authentication = Authentication::Unsigned;
    type Output = AssumeAgencyWithSamlOutput;
}

impl Message for AssumeAgencyWithSaml {
    fn check(&self, checks: &mut Checks) {
        checks.any_urn("provider_urn", &self.provider_urn);
        checks.any_urn("agency_urn", &self.agency_urn);
        let has_form = checks.secret_length("saml_assertion", &self.saml_assertion, 4..=100_000);
        let assertion = self.saml_assertion.expose_secret();
        let unpadded = assertion.strip_suffix("==").or_else(|| assertion.strip_suffix('='));
        let is_base64 = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
        if has_form && !unpadded.unwrap_or(assertion).bytes().all(is_base64) {
            checks.violation(
                "saml_assertion",
                "must be base64 of the standard alphabet, without line breaks",
                given_secret(&self.saml_assertion),
            );
        }
        checks.session(self.duration_seconds, self.policy.as_deref(), self.policy_ids.as_deref());
    }

    fn size(&self) -> usize {
        self.saml_assertion.expose_secret().len() + 512
    }
}

/// The session that was made, its keys, and what the service read in the assertion.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct AssumeAgencyWithSamlOutput {
    /// The source identity named in the assertion, if there is one.
    pub source_identity: Option<String>,
    /// The session.
    #[serde(deserialize_with = "object::deserialize")]
    pub assumed_agency: AssumedAgency,
    /// Its keys.
    #[serde(deserialize_with = "credentials::deserialize")]
    pub credentials: Credentials,
    /// The recipient named in the subject's confirmation.
    pub audience: Option<String>,
    /// The assertion's issuer.
    pub issuer: Option<String>,
    /// A hash over issuer, account and provider; together with the subject it tells users apart.
    pub name_qualifier: Option<String>,
    /// The subject's name id.
    pub subject: Option<String>,
    /// The form of the name id, as in `persistent`.
    pub subject_type: Option<String>,
}

impl AssumeAgencyWithSamlOutput {
    /// A session with its keys, for servers and tests.
    #[must_use]
    pub fn new(assumed_agency: AssumedAgency, credentials: Credentials) -> Self {
        Self {
            source_identity: None,
            assumed_agency,
            credentials,
            audience: None,
            issuer: None,
            name_qualifier: None,
            subject: None,
            subject_type: None,
        }
    }
}
