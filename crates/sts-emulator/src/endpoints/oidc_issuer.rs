//! The HTTP endpoint of the issuer of ID tokens.

use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::{Map, Value, json};
use sts_proto::Body;

use crate::oidc::OidcIssuer;
use crate::server::{
    BodyReader, Connection, ConnectionError, LoopbackGuard, Respond, error_response, json_response,
    reject_other_than_json,
};

const MAX_BODY: usize = 64 * 1024;

pub(crate) struct IssuerEndpoint {
    issuer: OidcIssuer,
    guard: LoopbackGuard,
    bodies: BodyReader,
}

impl IssuerEndpoint {
    pub(crate) const fn new(issuer: OidcIssuer, guard: LoopbackGuard) -> Self {
        Self { issuer, guard, bodies: BodyReader::new(MAX_BODY) }
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

impl Respond for IssuerEndpoint {
    async fn respond(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> Result<Response<Body>, ConnectionError> {
        let (head, body) = request.into_parts();
        let Some(body) = self.bodies.read(body, connection).await? else {
            return Ok(error_response(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"));
        };
        if let Some(rejection) = self.guard.rejection(&head) {
            return Ok(rejection);
        }
        let found = match (&head.method, head.uri.path()) {
            (&Method::GET, "/.well-known/openid-configuration") => self.discovery(),
            (&Method::GET, "/jwks") => serde_json::from_str(self.issuer.jwks()).unwrap_or_default(),
            (&Method::POST, "/token") => {
                if let Some(rejection) = reject_other_than_json(&head.headers) {
                    return Ok(rejection);
                }
                let Some(token) = self.token(body.as_ref()) else {
                    let status = StatusCode::BAD_REQUEST;
                    return Ok(error_response(status, "the body must be a JSON object of claims"));
                };
                token
            }
            _ => return Ok(error_response(StatusCode::NOT_FOUND, "unknown path or method")),
        };
        Ok(json_response(StatusCode::OK, &found))
    }
}
