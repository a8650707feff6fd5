//! The HTTP endpoint of the issuer of ID tokens.

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

impl LocalEndpoint for IssuerEndpoint {
    const MAX_BODY: usize = 64 * 1024;

    fn respond(&self, head: &Parts, body: &Body) -> Response<Body> {
        let found = match (&head.method, head.uri.path()) {
            (&Method::GET, "/.well-known/openid-configuration") => self.discovery(),
            (&Method::GET, "/jwks") => serde_json::from_str(self.issuer.jwks()).unwrap_or_default(),
            (&Method::POST, "/token") => {
                if let Some(rejection) = reject_other_than_json(&head.headers) {
                    return rejection;
                }
                let Some(token) = self.token(body.as_ref()) else {
                    let status = StatusCode::BAD_REQUEST;
                    return error_response(status, "the body must be a JSON object of claims");
                };
                token
            }
            _ => return error_response(StatusCode::NOT_FOUND, "unknown path or method"),
        };
        json_response(StatusCode::OK, &found)
    }
}
