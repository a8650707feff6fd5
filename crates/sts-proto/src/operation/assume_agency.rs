//! The `AssumeAgency` operation.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};
use sts_credentials::{Credentials, Secret};

use super::message::Message;
use super::{AssumedAgency, Authentication, Operation};
use crate::caller::Caller;
use crate::response::{credentials, object};
use crate::secret;
use crate::validate::{CharacterSet, Checks, Field, given_secret, given_text, whole_seconds};

/// Returns temporary credentials of an agency.
///
/// The caller needs the permission `sts:agencies:assume` on the agency, and the agency's trust
/// policy must allow the caller. [Tags](Self::tags) also require `sts::tagSession`, and a
/// [source identity](Self::source_identity) requires `sts::setSourceIdentity`.
///
/// ```
/// use std::time::Duration;
/// use sts_proto::{AssumeAgency, Operation};
///
/// let operation = AssumeAgency::new("iam::0a1b2c3d:agency:reader", "build-42")
///     .duration(Duration::from_secs(1800))
///     .tag("team", "infra")
///     .source_identity("ci@corp");
/// operation.validate()?;
///
/// let error = AssumeAgency::new("reader", "b").validate().unwrap_err();
/// assert_eq!(error.violations().len(), 2);
/// # Ok::<(), sts_proto::InvalidRequest>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(Deserialize))]
#[non_exhaustive]
pub struct AssumeAgency {
    /// See [`duration`](Self::duration).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// See [`external_id`](Self::external_id).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// See [`policy`](Self::policy).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// See [`policy_ids`](Self::policy_ids).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_ids: Option<Vec<String>>,
    /// URN of the agency, `iam::ACCOUNT:agency:NAME`; at most 1500 characters.
    pub agency_urn: String,
    /// Session name: 2 to 128 ASCII letters, digits and `_+=,.@-`. It appears in URNs and audit
    /// logs.
    pub agency_session_name: String,
    /// See [`mfa`](Self::mfa).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// See [`mfa`](Self::mfa).
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "secret::expose_option")]
    #[cfg_attr(
        feature = "server",
        serde(default, deserialize_with = "secret::deserialize_option")
    )]
    pub token_code: Option<Secret>,
    /// See [`source_identity`](Self::source_identity).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// See [`tags`](Self::tags).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", serde(default, deserialize_with = "object::deserialize_list"))]
    pub tags: Option<Vec<Tag>>,
    /// See [`transitive_tag_keys`](Self::transitive_tag_keys).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transitive_tag_keys: Option<Vec<String>>,
    /// See [`provided_contexts`](Self::provided_contexts).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", serde(default, deserialize_with = "object::deserialize_list"))]
    pub provided_contexts: Option<Vec<ProvidedContext>>,
}

impl AssumeAgency {
    /// Creates a request for a session of one hour.
    #[must_use]
    pub fn new(agency_urn: impl Into<String>, agency_session_name: impl Into<String>) -> Self {
        Self {
            duration_seconds: None,
            external_id: None,
            policy: None,
            policy_ids: None,
            agency_urn: agency_urn.into(),
            agency_session_name: agency_session_name.into(),
            serial_number: None,
            token_code: None,
            source_identity: None,
            tags: None,
            transitive_tag_keys: None,
            provided_contexts: None,
        }
    }

    /// Sets the duration of the session: 900 to 43200 seconds, 3600 by default, and at most the
    /// maximum of the agency. At most 3600 seconds if the caller has temporary credentials.
    ///
    /// Fractions of a second are rounded down.
    #[must_use]
    pub fn duration(self, duration: Duration) -> Self {
        Self { duration_seconds: Some(whole_seconds(duration)), ..self }
    }

    /// Sets the external id that the trust policy requires: 2 to 1224 ASCII letters, digits and
    /// `_+=,.@:/-`.
    #[must_use]
    pub fn external_id(self, id: impl Into<String>) -> Self {
        Self { external_id: Some(id.into()), ..self }
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

    /// Sets the serial number of the caller's MFA device and its current six-digit code. A code is
    /// valid for one call, so such a request is retried only if it was not sent.
    #[must_use]
    pub fn mfa(self, serial_number: impl Into<String>, token_code: impl Into<Secret>) -> Self {
        Self {
            serial_number: Some(serial_number.into()),
            token_code: Some(token_code.into()),
            ..self
        }
    }

    /// Sets the source identity, which is passed on to all sessions assumed with this one: 2 to 64
    /// ASCII letters, digits and `_+=,.@-`.
    #[must_use]
    pub fn source_identity(self, identity: impl Into<String>) -> Self {
        Self { source_identity: Some(identity.into()), ..self }
    }

    /// Adds a session tag.
    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.get_or_insert_default().push(Tag::new(key, value));
        self
    }

    /// Sets the session tags, at most 20.
    #[must_use]
    pub fn tags(self, tags: impl IntoIterator<Item = Tag>) -> Self {
        Self { tags: Some(tags.into_iter().collect()), ..self }
    }

    /// Sets the keys of the tags that sessions assumed with this one inherit, at most 20.
    #[must_use]
    pub fn transitive_tag_keys<I: Into<String>>(self, keys: impl IntoIterator<Item = I>) -> Self {
        Self { transitive_tag_keys: Some(keys.into_iter().map(Into::into).collect()), ..self }
    }

    /// Sets contexts from trusted providers, 1 to 5.
    #[must_use]
    pub fn provided_contexts(self, contexts: impl IntoIterator<Item = ProvidedContext>) -> Self {
        Self { provided_contexts: Some(contexts.into_iter().collect()), ..self }
    }
}

impl Operation for AssumeAgency {
    const NAME: &'static str = "AssumeAgency";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v5/agencies/assume";
    const AUTHENTICATION: Authentication = Authentication::Signed;
    type Output = AssumeAgencyOutput;
}

impl Message for AssumeAgency {
    fn is_one_time(&self) -> bool {
        self.token_code.is_some()
    }

    fn check(&self, checks: &mut Checks) {
        checks.urn("agency_urn", &self.agency_urn);
        checks.session_name(&self.agency_session_name);
        checks.session(self.duration_seconds, self.policy.as_deref(), self.policy_ids.as_deref());
        if let Some(seconds) = self.duration_seconds
            && seconds > 3600
            && checks.caller() == Caller::Temporary
        {
            checks.violation(
                "duration_seconds",
                "must be at most 3600 seconds if the caller has temporary credentials",
                format!("{seconds} seconds"),
            );
        }
        if let Some(id) = &self.external_id {
            checks.text("external_id", id, 2..=1224, &CharacterSet::EXTERNAL_ID);
        }
        if let Some(serial_number) = &self.serial_number {
            checks.text("serial_number", serial_number, 9..=256, &CharacterSet::SERIAL_NUMBER);
        }
        if let Some(code) = &self.token_code {
            let digits = code.expose_secret().as_bytes();
            if digits.len() != 6 || !digits.iter().all(u8::is_ascii_digit) {
                checks.violation("token_code", "must be six digits", given_secret(code));
            }
        }
        if self.token_code.is_some() != self.serial_number.is_some() {
            let missing = if self.token_code.is_some() { "serial_number" } else { "token_code" };
            let rule = "is missing; set both serial_number and token_code";
            checks.violation(missing, rule, "nothing");
        }
        if let Some(identity) = &self.source_identity {
            checks.text("source_identity", identity, 2..=64, &CharacterSet::NAME);
        }
        if let Some(tags) = &self.tags {
            checks.count("tags", tags.len(), 0..=20);
            for (index, tag) in tags.iter().enumerate() {
                tag.check(index, checks);
                // More tags than allowed would take quadratic time.
                let before = tags.iter().take(index.min(20));
                if before.map(|tag| &tag.key).any(|key| *key == tag.key) {
                    let field = Field::Part("tags", index, "key");
                    checks.violation(field, "is a duplicate", given_text(&tag.key));
                }
            }
        }
        if let Some(keys) = &self.transitive_tag_keys {
            checks.count("transitive_tag_keys", keys.len(), 0..=20);
            for (index, key) in keys.iter().enumerate() {
                checks.format(Field::Element("transitive_tag_keys", index), key);
            }
        }
        if let Some(contexts) = &self.provided_contexts {
            checks.count("provided_contexts", contexts.len(), 1..=5);
            for (index, context) in contexts.iter().enumerate() {
                let field = Field::Part("provided_contexts", index, "context_provider_urn");
                checks.urn(field, &context.context_provider_urn);
                let field = Field::Part("provided_contexts", index, "context_assertion");
                checks.secret_format(field, &context.context_assertion);
            }
        }
    }
}

/// Session tag: a key of 1 to 128 characters that does not begin with `_sys_`, and a value of 0 to
/// 255 characters.
///
/// The allowed characters are not validated, because the sources differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(Deserialize))]
#[non_exhaustive]
pub struct Tag {
    /// Key.
    pub key: String,
    /// Value, which may be empty.
    pub value: String,
}

impl Tag {
    /// Creates a tag.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }

    fn check(&self, index: usize, checks: &mut Checks) {
        checks.length(Field::Part("tags", index, "key"), &self.key, 1..=128);
        checks.length(Field::Part("tags", index, "value"), &self.value, 0..=255);
        if self.key.starts_with("_sys_") {
            let field = Field::Part("tags", index, "key");
            checks.violation(field, "must not begin with _sys_", given_text(&self.key));
        }
    }
}

/// Context that a trusted provider has signed and encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(Deserialize))]
#[non_exhaustive]
pub struct ProvidedContext {
    /// URN of the provider; at most 1500 characters.
    pub context_provider_urn: String,
    /// Assertion of the provider.
    #[serde(serialize_with = "secret::expose")]
    #[cfg_attr(feature = "server", serde(deserialize_with = "secret::deserialize"))]
    pub context_assertion: Secret,
}

impl ProvidedContext {
    /// Creates a context.
    #[must_use]
    pub fn new(provider_urn: impl Into<String>, assertion: impl Into<Secret>) -> Self {
        Self { context_provider_urn: provider_urn.into(), context_assertion: assertion.into() }
    }
}

/// Output of [`AssumeAgency`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct AssumeAgencyOutput {
    /// Source identity of the session, if set.
    pub source_identity: Option<String>,
    /// Assumed session.
    #[serde(deserialize_with = "object::deserialize")]
    pub assumed_agency: AssumedAgency,
    /// Temporary credentials of the session.
    #[serde(deserialize_with = "credentials::deserialize")]
    pub credentials: Credentials,
}

impl AssumeAgencyOutput {
    /// Creates an output, for servers and tests.
    #[must_use]
    pub fn new(assumed_agency: AssumedAgency, credentials: Credentials) -> Self {
        Self { source_identity: None, assumed_agency, credentials }
    }
}
