//! The `AssumeAgencyWithOIDC` operation.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};
use sts_credentials::{Credentials, Secret};

use super::message::Message;
use super::{AssumedAgency, Authentication, Operation};
use crate::response::{credentials, object};
use crate::secret;
use crate::validate::{Checks, whole_seconds};

/// Returns temporary credentials of an agency for an ID token of an OIDC provider. An access key is
/// not needed.
///
/// Tags and the source identity are claims of the token. Read a token file again for every call,
/// because the file is replaced before the token expires.
///
/// ```
/// use std::time::Duration;
/// use sts_proto::{AssumeAgencyWithOidc, Operation};
///
/// let provider = "iam::0a1b2c3d:oidcProvider:ci";
/// let agency = "iam::0a1b2c3d:agency:deploy";
/// let operation = AssumeAgencyWithOidc::new(provider, agency, "run-7", "eyJhbGciOi...");
/// operation.duration(Duration::from_secs(900)).validate()?;
/// # Ok::<(), sts_proto::InvalidRequest>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(Deserialize))]
#[non_exhaustive]
pub struct AssumeAgencyWithOidc {
    /// See [`duration`](Self::duration).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// See [`policy`](Self::policy).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// See [`policy_ids`](Self::policy_ids).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_ids: Option<Vec<String>>,
    /// URN of the identity provider, `iam::ACCOUNT:oidcProvider:NAME`; at most 1500 characters.
    pub provider_urn: String,
    /// URN of the agency, `iam::ACCOUNT:agency:NAME`; at most 1500 characters.
    pub agency_urn: String,
    /// Session name: 2 to 128 ASCII letters, digits and `_+=,.@-`.
    pub agency_session_name: String,
    /// ID token of 4 to 20000 characters. Its audience must be a client id of the provider.
    #[serde(serialize_with = "secret::expose")]
    #[cfg_attr(feature = "server", serde(deserialize_with = "secret::deserialize"))]
    pub id_token: Secret,
}

impl AssumeAgencyWithOidc {
    /// Creates a request for a session of one hour.
    #[must_use]
    pub fn new(
        provider_urn: impl Into<String>,
        agency_urn: impl Into<String>,
        agency_session_name: impl Into<String>,
        id_token: impl Into<Secret>,
    ) -> Self {
        Self {
            duration_seconds: None,
            policy: None,
            policy_ids: None,
            provider_urn: provider_urn.into(),
            agency_urn: agency_urn.into(),
            agency_session_name: agency_session_name.into(),
            id_token: id_token.into(),
        }
    }

    /// Sets the duration of the session: 900 to 43200 seconds, 3600 by default, and at most the
    /// maximum of the agency. Fractions of a second are rounded down.
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

impl Operation for AssumeAgencyWithOidc {
    const NAME: &'static str = "AssumeAgencyWithOIDC";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v5/agencies/assume-with-oidc";
    const AUTHENTICATION: Authentication = Authentication::Unsigned;
    type Output = AssumeAgencyWithOidcOutput;
}

impl Message for AssumeAgencyWithOidc {
    fn check(&self, checks: &mut Checks) {
        checks.urn("provider_urn", &self.provider_urn);
        checks.any_urn("agency_urn", &self.agency_urn);
        checks.session_name(&self.agency_session_name);
        checks.secret_length("id_token", &self.id_token, 4..=20_000);
        checks.session(self.duration_seconds, self.policy.as_deref(), self.policy_ids.as_deref());
    }

    fn size(&self) -> usize {
        self.id_token.expose_secret().len() + 512
    }
}

/// Output of [`AssumeAgencyWithOidc`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct AssumeAgencyWithOidcOutput {
    /// Source identity from the token, if set.
    pub source_identity: Option<String>,
    /// Assumed session.
    #[serde(deserialize_with = "object::deserialize")]
    pub assumed_agency: AssumedAgency,
    /// Temporary credentials of the session.
    #[serde(deserialize_with = "credentials::deserialize")]
    pub credentials: Credentials,
    /// Audience of the token (`aud`): the client id.
    pub audience: String,
    /// URN of the identity provider.
    pub provider: String,
    /// Subject of the token (`sub`).
    pub subject_from_id_token: String,
}

impl AssumeAgencyWithOidcOutput {
    /// Creates an output, for servers and tests.
    #[must_use]
    pub fn new(
        assumed_agency: AssumedAgency,
        credentials: Credentials,
        audience: impl Into<String>,
        provider: impl Into<String>,
        subject_from_id_token: impl Into<String>,
    ) -> Self {
        Self {
            source_identity: None,
            assumed_agency,
            credentials,
            audience: audience.into(),
            provider: provider.into(),
            subject_from_id_token: subject_from_id_token.into(),
        }
    }
}
