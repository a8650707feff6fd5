//! Endpoints for programs on this machine. They have no authentication.

use http::request::Parts;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use sts_proto::Body;

use super::Respond;
use super::body::BodyReader;
use super::connection::Connection;
use super::error::ConnectionError;
use super::loopback::LoopbackGuard;
use super::response::error_response;

/// An endpoint for programs on this machine.
pub(crate) trait LocalEndpoint: Send + Sync + 'static {
    /// Maximum size of a request body, in bytes.
    const MAX_BODY: usize;

    /// Returns the response to a request that no web page of another host has sent.
    fn respond(&self, head: &Parts, body: &Body) -> Response<Body>;
}

/// Reads requests to a local endpoint, and rejects those of web pages.
pub(crate) struct Local<E> {
    endpoint: E,
    guard: LoopbackGuard,
    bodies: BodyReader,
}

impl<E: LocalEndpoint> Local<E> {
    pub(crate) const fn new(endpoint: E, guard: LoopbackGuard) -> Self {
        Self { endpoint, guard, bodies: BodyReader::new(E::MAX_BODY) }
    }
}

impl<E: LocalEndpoint> Respond for Local<E> {
    async fn respond(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> Result<Response<Body>, ConnectionError> {
        let (head, body) = request.into_parts();
        let Some(body) = self.bodies.read(body, connection).await? else {
            return Ok(error_response(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"));
        };
        let rejection = self.guard.rejection(&head.headers, &head.uri);
        Ok(rejection.unwrap_or_else(|| self.endpoint.respond(&head, &body)))
    }
}
