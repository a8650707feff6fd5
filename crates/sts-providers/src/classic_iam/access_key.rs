//! `CreateTemporaryAccessKeyByToken` and `CreateTemporaryAccessKeyByAgency`.

use std::time::Duration;

use http::{Request, Response};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sts_credentials::{
    Credentials, CredentialsError, Secret, validate_access_key_id, validate_secret_access_key,
    validate_security_token,
};
use sts_proto::{Body, Endpoint, ServiceError, json};
use time::OffsetDateTime;

use super::caller::IamCaller;
use super::limits::{self, JSON};
use crate::failure::invalid;
use crate::json_request::{Exposed, post, valid};

const PATH: &str = "/v3.0/OS-CREDENTIAL/securitytokens";

/// Returns temporary credentials for an IAM token.
///
/// The token is in the body, or in a header as [`IamCaller::Token`]. IAM documents that an unscoped
/// token should be in the body, and that a token in a header and a signature take precedence over
/// it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateTemporaryAccessKeyByToken {
    /// IAM token; `None` if a header contains it.
    pub token: Option<Secret>,
    /// See [`duration`](Self::duration).
    pub duration_seconds: Option<u32>,
    /// See [`policy`](Self::policy).
    pub policy: Option<String>,
}

/// Returns temporary credentials of an agency, which is named by its name and account. The caller is
/// a signer or has a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateTemporaryAccessKeyByAgency {
    /// Name of the agency, not a URN.
    pub agency_name: String,
    /// Id of the account that owns the agency.
    pub domain_id: Option<String>,
    /// Name of the account that owns the agency.
    pub domain_name: Option<String>,
    /// See [`duration`](Self::duration).
    pub duration_seconds: Option<u32>,
    /// See [`session_user`](Self::session_user).
    pub session_user: Option<String>,
    /// See [`policy`](Self::policy).
    pub policy: Option<String>,
}

#[derive(Serialize)]
struct Content<'a> {
    auth: Auth<'a>,
}

#[derive(Serialize)]
struct Auth<'a> {
    identity: Identity<'a>,
}

#[derive(Serialize)]
struct Identity<'a> {
    methods: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<TokenMethod<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assume_role: Option<AssumeRole<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct TokenMethod<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Exposed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<u32>,
}

#[derive(Serialize)]
struct AssumeRole<'a> {
    agency_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_user: Option<SessionUser<'a>>,
}

#[derive(Serialize)]
struct SessionUser<'a> {
    name: &'a str,
}

impl CreateTemporaryAccessKeyByToken {
    /// Creates a request with the token in its body.
    #[must_use]
    pub fn new(token: impl Into<Secret>) -> Self {
        Self { token: Some(token.into()), ..Self::default() }
    }

    /// Creates a request whose token is in a header.
    #[must_use]
    pub fn with_token_in_header() -> Self {
        Self::default()
    }

    /// Sets the lifetime of the credentials: 900 to 86400 seconds, 900 by default. Fractions of a
    /// second are rounded down.
    #[must_use]
    pub fn duration(self, duration: Duration) -> Self {
        Self { duration_seconds: Some(whole_seconds(duration)), ..self }
    }

    /// Sets a policy that restricts the credentials: a JSON object of at most 2048 characters. Only
    /// the object storage service enforces it.
    #[must_use]
    pub fn policy(self, policy: impl Into<String>) -> Self {
        Self { policy: Some(policy.into()), ..self }
    }

    /// Validates the request against the documented limits.
    ///
    /// # Errors
    ///
    /// The error names the field and the rule.
    pub fn validate(&self) -> Result<(), CredentialsError> {
        if let Some(token) = &self.token {
            limits::not_empty("the IAM token", token.expose_secret())?;
        }
        limits::duration(self.duration_seconds)?;
        limits::policy(self.policy.as_deref())
    }

    /// Returns the request of `caller`, which is [`IamCaller::Anonymous`] if the token is in the
    /// body.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate), and a policy that is not a JSON object.
    pub fn to_request(
        &self,
        endpoint: &Endpoint,
        caller: &IamCaller,
    ) -> Result<Request<Body>, CredentialsError> {
        self.validate()?;
        self.to_request_unvalidated(endpoint, caller)
    }

    /// Returns the request without validation, for limits that the service has changed.
    ///
    /// # Errors
    ///
    /// The policy is not a JSON object, or a part of the caller cannot be sent in a header.
    pub fn to_request_unvalidated(
        &self,
        endpoint: &Endpoint,
        caller: &IamCaller,
    ) -> Result<Request<Body>, CredentialsError> {
        let identity = Identity {
            methods: ["token"],
            token: Some(TokenMethod {
                id: self.token.as_ref().map(Exposed),
                duration_seconds: self.duration_seconds,
            }),
            assume_role: None,
            policy: self.policy.as_deref().map(limits::policy_object).transpose()?,
        };
        let size = self.token.as_ref().map_or(0, |token| token.expose_secret().len());
        request(endpoint, size, identity, caller)
    }

    /// Reads the response.
    ///
    /// # Errors
    ///
    /// The status is not a 2xx, or a part of the credentials is missing or invalid.
    pub fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<IssuedAccessKey, ServiceError> {
        json::read(response)
    }
}

impl CreateTemporaryAccessKeyByAgency {
    /// Creates a request for the agency of an account with this name.
    #[must_use]
    pub fn of_account_name(
        agency_name: impl Into<String>,
        account_name: impl Into<String>,
    ) -> Self {
        Self { domain_name: Some(account_name.into()), ..Self::of(agency_name.into()) }
    }

    /// Creates a request for the agency of an account with this id.
    #[must_use]
    pub fn of_account_id(agency_name: impl Into<String>, account_id: impl Into<String>) -> Self {
        Self { domain_id: Some(account_id.into()), ..Self::of(agency_name.into()) }
    }

    fn of(agency_name: String) -> Self {
        Self {
            agency_name,
            domain_id: None,
            domain_name: None,
            duration_seconds: None,
            session_user: None,
            policy: None,
        }
    }

    /// Sets the lifetime of the credentials: 900 to 86400 seconds, 900 by default. Fractions of a
    /// second are rounded down.
    #[must_use]
    pub fn duration(self, duration: Duration) -> Self {
        Self { duration_seconds: Some(whole_seconds(duration)), ..self }
    }

    /// Sets the name of the session user, which becomes part of the security token: 5 to 64 ASCII
    /// letters, digits, `-` and `_`, a letter first.
    #[must_use]
    pub fn session_user(self, name: impl Into<String>) -> Self {
        Self { session_user: Some(name.into()), ..self }
    }

    /// Sets a policy that restricts the credentials: a JSON object of at most 2048 characters. Only
    /// the object storage service enforces it.
    #[must_use]
    pub fn policy(self, policy: impl Into<String>) -> Self {
        Self { policy: Some(policy.into()), ..self }
    }

    /// Validates the request against the documented limits.
    ///
    /// # Errors
    ///
    /// The error names the field and the rule.
    pub fn validate(&self) -> Result<(), CredentialsError> {
        limits::not_empty("the agency name", &self.agency_name)?;
        match (&self.domain_id, &self.domain_name) {
            (None, None) => return Err(invalid("the account of the agency is missing")),
            (id, name) => {
                for account in [id, name].into_iter().flatten() {
                    limits::not_empty("the account of the agency", account)?;
                }
            }
        }
        if let Some(name) = &self.session_user {
            limits::session_user(name)?;
        }
        limits::duration(self.duration_seconds)?;
        limits::policy(self.policy.as_deref())
    }

    /// Returns the request of `caller`. Sign it unless the caller has a token.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate), and a policy that is not a JSON object.
    pub fn to_request(
        &self,
        endpoint: &Endpoint,
        caller: &IamCaller,
    ) -> Result<Request<Body>, CredentialsError> {
        self.validate()?;
        self.to_request_unvalidated(endpoint, caller)
    }

    /// Returns the request without validation, for limits that the service has changed.
    ///
    /// # Errors
    ///
    /// The policy is not a JSON object, or a part of the caller cannot be sent in a header.
    pub fn to_request_unvalidated(
        &self,
        endpoint: &Endpoint,
        caller: &IamCaller,
    ) -> Result<Request<Body>, CredentialsError> {
        let assume_role = AssumeRole {
            agency_name: &self.agency_name,
            domain_id: self.domain_id.as_deref(),
            domain_name: self.domain_name.as_deref(),
            duration_seconds: self.duration_seconds,
            session_user: self.session_user.as_deref().map(|name| SessionUser { name }),
        };
        let identity = Identity {
            methods: ["assume_role"],
            token: None,
            assume_role: Some(assume_role),
            policy: self.policy.as_deref().map(limits::policy_object).transpose()?,
        };
        request(endpoint, 0, identity, caller)
    }

    /// Reads the response.
    ///
    /// # Errors
    ///
    /// The status is not a 2xx, or a part of the credentials is missing or invalid.
    pub fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<IssuedAccessKey, ServiceError> {
        json::read(response)
    }
}

fn request(
    endpoint: &Endpoint,
    size: usize,
    identity: Identity<'_>,
    caller: &IamCaller,
) -> Result<Request<Body>, CredentialsError> {
    let policy = identity.policy.as_ref().map_or(0, |policy| policy.get().len());
    let content = Content { auth: Auth { identity } };
    let mut request = post(endpoint, PATH, JSON, size.saturating_add(policy) + 512, &content)?;
    caller.add_to(request.headers_mut())?;
    Ok(request)
}

fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

/// Temporary credentials in a response.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct IssuedAccessKey {
    /// Valid temporary credentials, with their expiration.
    #[serde(rename = "credential", deserialize_with = "credentials")]
    pub credentials: Credentials,
}

/// Each field is validated when it is read, so that errors contain the path of the field.
#[derive(Deserialize)]
struct Credential {
    #[serde(deserialize_with = "access")]
    access: String,
    #[serde(deserialize_with = "secret")]
    secret: Secret,
    #[serde(deserialize_with = "security_token")]
    securitytoken: Secret,
    #[serde(deserialize_with = "json::timestamp")]
    expires_at: OffsetDateTime,
}

fn credentials<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Credentials, D::Error> {
    let issued: Credential = json::object(deserializer)?;
    let Credential { access, secret, securitytoken, expires_at } = issued;
    Ok(Credentials::temporary(access, secret, securitytoken, expires_at))
}

fn access<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let id = String::deserialize(deserializer)?;
    validate_access_key_id(&id).map_err(D::Error::custom)?;
    Ok(id)
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    valid(deserializer, validate_secret_access_key)
}

fn security_token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    valid(deserializer, validate_security_token)
}
