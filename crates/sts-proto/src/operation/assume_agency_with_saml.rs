//! The `AssumeAgencyWithSAML` operation.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};
use sts_credentials::{Credentials, Secret};

use super::message::Message;
use super::{AssumedAgency, Authentication, Operation};
use crate::response::{credentials, object};
use crate::secret;
use crate::validate::{Checks, given_secret, whole_seconds};

/// Returns temporary credentials of an agency for a SAML response. An access key is not needed.
///
/// The session name comes from the assertion. The duration is the minimum of the requested
/// duration and the assertion's `SessionNotOnOrAfter` and `SessionDuration`.
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
    /// See [`duration`](Self::duration).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// See [`policy`](Self::policy).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// See [`policy_ids`](Self::policy_ids).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_ids: Option<Vec<String>>,
    /// URN of the identity provider, `iam::ACCOUNT:samlProvider:NAME`; at most 1500 characters.
    pub provider_urn: String,
    /// URN of the agency, `iam::ACCOUNT:agency:NAME`; at most 1500 characters.
    pub agency_urn: String,
    /// SAML authentication response in base64 (standard alphabet, without line breaks): 4 to 100000
    /// characters.
    #[serde(serialize_with = "secret::expose")]
    #[cfg_attr(feature = "server", serde(deserialize_with = "secret::deserialize"))]
    pub saml_assertion: Secret,
}

impl AssumeAgencyWithSaml {
    /// Creates a request for a session of at most one hour.
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

    /// Sets the maximum duration of the session: 900 to 43200 seconds, 3600 by default, and at most
    /// the maximum of the agency. Fractions of a second are rounded down.
    #[must_use]
    pub fn duration(self, duration: Duration) -> Self {
        Self { duration_seconds: Some(whole_seconds(duration)), ..self }
    }

    /// Sets a session policy that restricts the permissions: a JSON document of 2 to 4096
    /// characters.
    #[must_use]
    pub fn policy(self, policy: impl Into<String>) -> Self {
        Self { policy: Some(policy.into()), ..self }
    }

    /// Sets the ids of session policies that restrict the permissions: at most 20 ids of 1 to 64
    /// ASCII letters, digits, `_` and `-`.
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
                "must be base64 in the standard alphabet, without line breaks",
                given_secret(&self.saml_assertion),
            );
        }
        checks.session(self.duration_seconds, self.policy.as_deref(), self.policy_ids.as_deref());
    }

    fn size(&self) -> usize {
        self.saml_assertion.expose_secret().len() + 512
    }
}

/// Output of [`AssumeAgencyWithSaml`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct AssumeAgencyWithSamlOutput {
    /// Source identity from the assertion, if set.
    pub source_identity: Option<String>,
    /// Assumed session.
    #[serde(deserialize_with = "object::deserialize")]
    pub assumed_agency: AssumedAgency,
    /// Temporary credentials of the session.
    #[serde(deserialize_with = "credentials::deserialize")]
    pub credentials: Credentials,
    /// Recipient from the subject confirmation.
    pub audience: Option<String>,
    /// Issuer of the assertion.
    pub issuer: Option<String>,
    /// Hash of issuer, account and provider. Together with the subject it identifies a user.
    pub name_qualifier: Option<String>,
    /// Name id of the subject.
    pub subject: Option<String>,
    /// Format of the name id, as in `persistent`.
    pub subject_type: Option<String>,
}

impl AssumeAgencyWithSamlOutput {
    /// Creates an output, for servers and tests.
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
