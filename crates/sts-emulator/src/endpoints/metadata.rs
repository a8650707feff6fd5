//! Local credential endpoints: the metadata service of a machine, and pod identity.

mod ecs;
mod issuer;
mod pod_identity;

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use sts_proto::Body;

use self::issuer::CredentialsIssuer;
use crate::clock::Clock;
use crate::server::{
    BodyReader, Connection, ConnectionError, LoopbackGuard, Respond, reject_other_than_json,
    text_response,
};
use crate::service::Service;

/// Address of the metadata service in the cloud. Requests to it may be redirected to the emulator.
const ADDRESS: &str = "169.254.169.254";

/// Maximum size of a request body, in bytes. The bodies are ignored.
const MAX_BODY: usize = 16 * 1024;

pub(crate) struct Metadata {
    issuer: CredentialsIssuer,
    guard: LoopbackGuard,
    bodies: BodyReader,
}

impl Metadata {
    pub(crate) fn new(service: Arc<Service>, clock: Arc<dyn Clock>, guard: LoopbackGuard) -> Self {
        let guard = guard.with_host_of(ADDRESS);
        let issuer = CredentialsIssuer { service, clock };
        Self { issuer, guard, bodies: BodyReader::new(MAX_BODY) }
    }
}

impl Respond for Metadata {
    async fn respond(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> Result<Response<Body>, ConnectionError> {
        let (head, body) = request.into_parts();
        let Some(body) = self.bodies.read(body, connection).await? else {
            return Ok(text_response(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"));
        };
        if let Some(rejection) = self.guard.rejection(&head) {
            return Ok(rejection);
        }
        let headers = &head.headers;
        // The body is ignored, so a request without one needs no Content-Type.
        if !body.is_empty()
            && headers.contains_key(CONTENT_TYPE)
            && let Some(rejection) = reject_other_than_json(headers)
        {
            return Ok(rejection);
        }
        Ok(match (&head.method, head.uri.path()) {
            (&Method::PUT, "/meta-data/latest/api/token") => ecs::token(&self.issuer, headers),
            (&Method::GET, "/openstack/latest/securitykey") => {
                ecs::security_key(&self.issuer, headers)
            }
            (&Method::POST, "/pod-identity") => pod_identity::respond(&self.issuer, headers),
            _ => text_response(StatusCode::NOT_FOUND, "404 Not Found"),
        })
    }
}
