//! The HTTP endpoint of the issuer of ID tokens.

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};
use sts_proto::Body;

use crate::oidc::OidcIssuer;
use crate::server::{LocalEndpoint, error_response, json_response, reject_other_than_json};

pub(crate) struct IssuerEndpoint {
    issuer: OidcIssuer,
}

impl IssuerEndpoint {
    pub(crate) const fn new(issuer: OidcIssuer) -> Self {
        Self { issuer }
    }

    /// The `OpenID` Connect Discovery document, limited to what verifiers of ID tokens need.
    fn discovery(&self) -> Value {
        let url = self.issuer.url();
        json!({
            "issuer": url,
            "jwks_uri": format!("{url}/jwks"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        })
    }

    fn token(&self, claims: &[u8]) -> Option<Value> {
        let claims: Map<String, Value> = serde_json::from_slice(claims).ok()?;
        let token = self.issuer.id_token_with(claims)?;
        Some(json!({"id_token": token.expose_secret()}))
    }
}

impl IssuerEndpoint {
    /// Returns the two variables of a CI job.
    fn job_variables(&self, claims: &[u8]) -> Option<Value> {
        let claims: Map<String, Value> = serde_json::from_slice(claims).ok()?;
        let token = self.issuer.actions_request_token(claims)?;
        Some(json!({
            "ACTIONS_ID_TOKEN_REQUEST_URL": self.issuer.actions_request_url(),
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": token.expose_secret(),
        }))
    }

    /// Returns an ID token to a CI job that sends its request token.
    fn job_token(&self, head: &Parts) -> Option<Value> {
        let authorization = head.headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = authorization.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let query = head.uri.query().unwrap_or_default();
        let audience =
            form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "audience");
        let audience = audience.as_ref().map(|(_, audience)| audience.as_ref());
        let token = self.issuer.actions_id_token(token.trim(), audience)?;
        let token = token.expose_secret();
        Some(json!({"count": token.len(), "value": token}))
    }
}

impl LocalEndpoint for IssuerEndpoint {
    const MAX_BODY: usize = 64 * 1024;

    fn respond(&self, head: &Parts, body: &Body) -> Response<Body> {
        let found = match (&head.method, head.uri.path()) {
            (&Method::GET, "/.well-known/openid-configuration") => self.discovery(),
            (&Method::GET, "/jwks") => serde_json::from_str(self.issuer.jwks()).unwrap_or_default(),
            (&Method::GET, "/actions/id-token") => {
                let Some(token) = self.job_token(head) else {
                    let message = "the request token is missing, invalid or has expired";
                    let message = json!({"message": message});
                    return json_response(StatusCode::UNAUTHORIZED, &message);
                };
                token
            }
            (&Method::POST, path @ ("/token" | "/actions/request-token")) => {
                if let Some(rejection) = reject_other_than_json(&head.headers) {
                    return rejection;
                }
                let found = match path {
                    "/token" => self.token(body.as_ref()),
                    _ => self.job_variables(body.as_ref()),
                };
                let Some(found) = found else {
                    let status = StatusCode::BAD_REQUEST;
                    return error_response(status, "the body must be a JSON object of claims");
                };
                found
            }
            _ => return error_response(StatusCode::NOT_FOUND, "unknown path or method"),
        };
        json_response(StatusCode::OK, &found)
    }
}
