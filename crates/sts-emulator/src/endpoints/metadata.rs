//! Where machines and pods of the cloud get their keys: the metadata service and pod identity.

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

/// The address of the metadata service inside the cloud: clients may be redirected from there.
const ADDRESS: &str = "169.254.169.254";

/// Requests for credentials say nothing in their bodies.
const LARGEST_BODY: usize = 16 * 1024;

pub(crate) struct Metadata {
    issuer: CredentialsIssuer,
    guard: LoopbackGuard,
    bodies: BodyReader,
}

impl Metadata {
    pub(crate) fn new(service: Arc<Service>, clock: Arc<dyn Clock>, guard: LoopbackGuard) -> Self {
        let guard = guard.with_host_of(ADDRESS);
        let issuer = CredentialsIssuer { service, clock };
        Self { issuer, guard, bodies: BodyReader::new(LARGEST_BODY) }
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
        // Nothing is read from a body, so there is no need for a type where there is none.
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
