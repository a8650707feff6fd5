//! Responses in the formats of the protocols.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{Response, StatusCode};
use huaweicloud_sts::Credentials;
use huaweicloud_sts::proto::server::ToResponse as _;
use huaweicloud_sts::proto::{AssumeAgencyWithOidcOutput, AssumedAgency, Body, BodyWriter};
use huaweicloud_sts::sts_client::Secret;
use serde::Serialize;
use time::OffsetDateTime;

use super::secret::request_id;
use super::timestamp::{milliseconds, seconds};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");

/// Temporary credentials that can be written: they have a security token and an expiration.
pub(super) struct Issued<'a> {
    credentials: &'a Credentials,
    security_token: &'a Secret,
    expiration: OffsetDateTime,
}

impl<'a> Issued<'a> {
    /// Returns `None` for permanent credentials.
    pub(super) fn new(credentials: &'a Credentials) -> Option<Self> {
        let security_token = credentials.security_token.as_ref()?;
        Some(Self { credentials, security_token, expiration: credentials.expiration? })
    }

    fn secret(&self) -> &'a str {
        self.credentials.secret_access_key.expose_secret()
    }

    /// Response to `CreateTemporaryAccessKeyByToken`.
    pub(super) fn access_key(&self) -> Option<Response<Body>> {
        #[derive(Serialize)]
        struct Wire<'a> {
            credential: Fields<'a>,
        }
        #[derive(Serialize)]
        struct Fields<'a> {
            access: &'a str,
            secret: &'a str,
            securitytoken: &'a str,
            expires_at: String,
        }
        let credential = Fields {
            access: &self.credentials.access_key_id,
            secret: self.secret(),
            securitytoken: self.security_token.expose_secret(),
            expires_at: milliseconds(self.expiration)?,
        };
        json(StatusCode::CREATED, &Wire { credential })
    }

    /// Response of a pod identity agent.
    pub(super) fn pod_identity(&self) -> Option<Response<Body>> {
        #[derive(Serialize)]
        struct Wire<'a> {
            credentials: Fields<'a>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Fields<'a> {
            access_key_id: &'a str,
            secret_access_key: &'a str,
            security_token: &'a str,
            expiration: String,
        }
        let credentials = Fields {
            access_key_id: &self.credentials.access_key_id,
            secret_access_key: self.secret(),
            security_token: self.security_token.expose_secret(),
            expiration: milliseconds(self.expiration)?,
        };
        json(StatusCode::OK, &Wire { credentials })
    }

    /// Response of an AWS container endpoint.
    pub(super) fn container(&self) -> Option<Response<Body>> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            access_key_id: &'a str,
            secret_access_key: &'a str,
            token: &'a str,
            expiration: String,
        }
        let wire = Wire {
            access_key_id: &self.credentials.access_key_id,
            secret_access_key: self.secret(),
            token: self.security_token.expose_secret(),
            expiration: seconds(self.expiration)?,
        };
        json(StatusCode::OK, &wire)
    }

    /// Response to `AssumeAgencyWithOIDC`.
    pub(super) fn oidc(&self) -> Option<Response<Body>> {
        let mut credentials = self.credentials.clone();
        // The message has more than three decimal digits if the time does.
        let milliseconds = self.expiration.millisecond();
        credentials.expiration = Some(self.expiration.replace_millisecond(milliseconds).ok()?);
        let session =
            AssumedAgency::new("sts::local:assumed-agency:local/sts-local", "local:sts-local");
        let output =
            AssumeAgencyWithOidcOutput::new(session, credentials, "local", "local", "sts-local");
        Some(secured(output.to_response()))
    }
}

/// Response to both operations that create an IAM token.
pub(super) fn iam_token(token: &Secret, expiration: OffsetDateTime) -> Option<Response<Body>> {
    let expires_at = milliseconds(expiration)?;
    let body = serde_json::json!({"token": {"expires_at": expires_at, "methods": ["mapped"]}});
    let mut response = json(StatusCode::CREATED, &body)?;
    let value = Body::from(token.expose_secret().as_bytes().to_vec()).into_bytes();
    let mut value = HeaderValue::from_maybe_shared(value).ok()?;
    value.set_sensitive(true);
    response.headers_mut().insert(SUBJECT_TOKEN, value);
    Some(response)
}

/// Response to a look-up: one entry with this id and name.
pub(super) fn list(list: &str, id: &str, name: &str) -> Option<Response<Body>> {
    json(StatusCode::OK, &serde_json::json!({ list: [{"id": id, "name": name, "enabled": true}] }))
}

/// Error with the members that the clients of the protocols display.
pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let body = serde_json::json!({
        "code": code, "message": message, "error_code": code, "error_msg": message,
    });
    json(status, &body).unwrap_or_else(|| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

fn json(status: StatusCode, wire: &impl Serialize) -> Option<Response<Body>> {
    // Large enough for a security token, so that it is not moved.
    let mut body = BodyWriter::with_capacity(4096);
    serde_json::to_writer(&mut body, wire).ok()?;
    let mut response = Response::new(body.finish());
    *response.status_mut() = status;
    Some(secured(response))
}

fn secured(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The official SDK for Go requires it.
    if let Ok(id) = HeaderValue::from_str(&request_id()) {
        headers.insert(REQUEST_ID, id);
    }
    response
}
