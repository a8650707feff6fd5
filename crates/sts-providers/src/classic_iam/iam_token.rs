//! `CreateTokenWithIdToken`: an IAM token for an ID token.

use http::{HeaderName, Request, Response};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use sts_credentials::{CredentialsError, Secret};
use sts_proto::{Body, Endpoint, ServiceError, json};
use time::OffsetDateTime;

use super::limits::{self, JSON};
use crate::failure::invalid;
use crate::json_request::{Exposed, post};

const PATH: &str = "/v3.0/OS-AUTH/id-token/tokens";
const IDP_ID: HeaderName = HeaderName::from_static("x-idp-id");
const SUBJECT_TOKEN: &str = "X-Subject-Token";

/// Returns an IAM token for an ID token of an identity provider of classic IAM. The request is not
/// signed.
///
/// Without a [scope](Self::scope) the token is unscoped: it can be exchanged for temporary
/// credentials by [`CreateTemporaryAccessKeyByToken`](super::CreateTemporaryAccessKeyByToken), and
/// authorizes nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateTokenWithIdToken {
    /// Id of the identity provider in IAM: its name, not a URN. 1 to 64 characters.
    pub idp_id: String,
    /// ID token of the identity provider.
    pub id_token: Secret,
    /// See [`scope`](Self::scope).
    pub scope: Option<TokenScope>,
}

/// What a token authorizes for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "IAM has these two scopes")]
pub enum TokenScope {
    /// One project.
    Project(NameOrId),
    /// The account.
    Domain(NameOrId),
}

/// A project or an account, by id, by name, or by both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NameOrId {
    /// The id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl NameOrId {
    /// Returns a reference by id.
    #[must_use]
    pub fn of_id(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), name: None }
    }

    /// Returns a reference by name.
    #[must_use]
    pub fn of_name(name: impl Into<String>) -> Self {
        Self { id: None, name: Some(name.into()) }
    }
}

#[derive(Serialize)]
struct Content<'a> {
    auth: Auth<'a>,
}

#[derive(Serialize)]
struct Auth<'a> {
    id_token: IdToken<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<Scope<'a>>,
}

#[derive(Serialize)]
struct IdToken<'a> {
    id: Exposed<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Scope<'a> {
    Project(&'a NameOrId),
    Domain(&'a NameOrId),
}

impl CreateTokenWithIdToken {
    /// Creates a request for an unscoped token.
    #[must_use]
    pub fn new(idp_id: impl Into<String>, id_token: impl Into<Secret>) -> Self {
        Self { idp_id: idp_id.into(), id_token: id_token.into(), scope: None }
    }

    /// Sets the scope of the token.
    #[must_use]
    pub fn scope(self, scope: TokenScope) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Validates the request against the documented limits.
    ///
    /// # Errors
    ///
    /// The error names the field and the rule.
    pub fn validate(&self) -> Result<(), CredentialsError> {
        limits::idp_id(&self.idp_id)?;
        limits::not_empty("the ID token", self.id_token.expose_secret())?;
        match &self.scope {
            Some(TokenScope::Project(of) | TokenScope::Domain(of))
                if *of == NameOrId::default() =>
            {
                Err(invalid("the scope has neither id nor name"))
            }
            _ => Ok(()),
        }
    }

    /// Returns the request. It must not be signed.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, CredentialsError> {
        self.validate()?;
        self.to_request_unvalidated(endpoint)
    }

    /// Returns the request without validation, for limits that the service has changed.
    ///
    /// # Errors
    ///
    /// A header cannot contain the id of the identity provider.
    pub fn to_request_unvalidated(
        &self,
        endpoint: &Endpoint,
    ) -> Result<Request<Body>, CredentialsError> {
        let scope = self.scope.as_ref().map(|scope| match scope {
            TokenScope::Project(of) => Scope::Project(of),
            TokenScope::Domain(of) => Scope::Domain(of),
        });
        let auth = Auth { id_token: IdToken { id: Exposed(&self.id_token) }, scope };
        let size = self.id_token.expose_secret().len() + 256;
        let mut request = post(endpoint, PATH, JSON, size, &Content { auth })?;
        let idp_id = limits::header("the id of the identity provider", &self.idp_id)?;
        request.headers_mut().insert(IDP_ID, idp_id);
        Ok(request)
    }

    /// Reads the response.
    ///
    /// # Errors
    ///
    /// The status is not a 2xx, the header `X-Subject-Token` is missing, or the body is invalid.
    pub fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<IamToken, ServiceError> {
        let TokenResponse { token } = json::read(response)?;
        let value = response.headers().get(SUBJECT_TOKEN).map(http::HeaderValue::as_bytes);
        let subject = value.and_then(|value| std::str::from_utf8(value.trim_ascii()).ok());
        match subject.filter(|subject| is_token(subject)) {
            Some(subject) => {
                Ok(IamToken { token: Secret::from(subject), expires_at: token.expires_at })
            }
            None => Err(ServiceError::of_missing(response, SUBJECT_TOKEN)),
        }
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// IAM token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IamToken {
    /// The token: opaque text of several kilobytes.
    pub token: Secret,
    /// Expiration, if the response contains it.
    pub expires_at: Option<OffsetDateTime>,
}

#[derive(Deserialize)]
struct TokenResponse {
    #[serde(deserialize_with = "json::object")]
    token: TokenBody,
}

/// `roles` and `catalog` are documented as mandatory, and missing in the documented example.
#[derive(Deserialize)]
struct TokenBody {
    #[serde(default, deserialize_with = "optional_timestamp")]
    expires_at: Option<OffsetDateTime>,
}

fn optional_timestamp<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<OffsetDateTime>, D::Error> {
    #[derive(Deserialize)]
    struct Timestamp(#[serde(deserialize_with = "json::timestamp")] OffsetDateTime);

    Ok(Option::<Timestamp>::deserialize(deserializer)?.map(|Timestamp(time)| time))
}
