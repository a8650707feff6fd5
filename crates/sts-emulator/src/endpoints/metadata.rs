//! Local credential endpoints: the metadata service of a machine, and pod identity.

mod ecs;
mod issuer;
mod pod_identity;

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use sts_proto::Body;

use self::issuer::CredentialsIssuer;
use crate::clock::Clock;
use crate::server::{LocalEndpoint, reject_other_than_json, text_response};
use crate::service::CurrentService;

/// Address of the metadata service in the cloud. Requests to it may be redirected to the emulator.
pub(crate) const ADDRESS: &str = "169.254.169.254";

pub(crate) struct Metadata {
    service: CurrentService,
    clock: Arc<dyn Clock>,
}

impl Metadata {
    pub(crate) const fn new(service: CurrentService, clock: Arc<dyn Clock>) -> Self {
        Self { service, clock }
    }
}

impl LocalEndpoint for Metadata {
    /// The bodies are ignored.
    const MAX_BODY: usize = 16 * 1024;

    fn respond(&self, head: &Parts, body: &Body) -> Response<Body> {
        let headers = &head.headers;
        // The body is ignored, so a request without one needs no Content-Type.
        if !body.is_empty()
            && headers.contains_key(CONTENT_TYPE)
            && let Some(rejection) = reject_other_than_json(headers)
        {
            return rejection;
        }
        let clock = Arc::clone(&self.clock);
        let issuer = CredentialsIssuer { service: self.service.get(), clock };
        match (&head.method, head.uri.path()) {
            (&Method::PUT, "/meta-data/latest/api/token") => ecs::token(&issuer, headers),
            (&Method::GET, "/openstack/latest/securitykey") => ecs::security_key(&issuer, headers),
            (&Method::POST, "/pod-identity") => pod_identity::respond(&issuer, headers),
            _ => text_response(StatusCode::NOT_FOUND, "404 Not Found"),
        }
    }
}
