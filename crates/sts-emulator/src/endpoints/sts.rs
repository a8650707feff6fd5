//! The STS endpoint: reads requests, applies faults and calls the gateway.

use std::sync::Arc;

use http::request::Parts;
use http::{Request, Response};
use hyper::body::Incoming;
use sts_proto::{AssumeAgencyWithSaml, Body, Operation as _};

use crate::faults::Faults;
use crate::gateway::{Call, Gateway, MAX_BODY};
use crate::model::operation;
use crate::rejection::{Rejection, TooLarge};
use crate::server::{BlockingPool, BodyReader, Connection, ConnectionError, Respond, discard_body};

/// Size of a body, in bytes, above which a request is processed on a thread of the pool.
const LARGE_BODY: usize = 16 * 1024;

pub(crate) struct StsEndpoint {
    gateway: Arc<Gateway>,
    faults: Faults,
    bodies: BodyReader,
    pool: BlockingPool,
}

impl StsEndpoint {
    pub(crate) fn new(gateway: Gateway, faults: Faults) -> Self {
        let bodies = BodyReader::new(MAX_BODY);
        Self { gateway: Arc::new(gateway), faults, bodies, pool: BlockingPool::default() }
    }

    pub(crate) fn gateway(&self) -> Arc<Gateway> {
        Arc::clone(&self.gateway)
    }

    /// Returns the response to a complete request immediately. Faults of time and connections have
    /// no effect.
    pub(crate) fn respond_now(&self, request: Request<Body>) -> Response<Body> {
        let (head, body) = request.into_parts();
        let faults = self.faults.for_request(operation::at_path(head.uri.path()));
        let mut call = self.gateway.call(&head, faults);
        let body = (body.len() <= MAX_BODY).then_some(body);
        let outcome = call.admit(&head).and_then(|()| outcome(&mut call, head, body));
        finish(&mut call, outcome)
    }
}

/// Processes a request that was admitted. The body is `None` if it was too large.
fn outcome(call: &mut Call, head: Parts, body: Option<Body>) -> Result<Response<Body>, Rejection> {
    let body = body.ok_or(Rejection::TooLarge(TooLarge::Body))?;
    match Rejection::of_faults(call.faults()) {
        None => call.respond(&Request::from_parts(head, body)),
        Some(rejection) => Err(rejection),
    }
}

fn finish(call: &mut Call, outcome: Result<Response<Body>, Rejection>) -> Response<Body> {
    let mut response = call.conclude(outcome);
    call.faults().replace_body(&mut response);
    response
}

/// Whether processing can take more than a fraction of a millisecond.
fn takes_long(head: &Parts, body: Option<&Body>) -> bool {
    body.is_some_and(|body| body.len() > LARGE_BODY)
        || head.uri.path() == AssumeAgencyWithSaml::PATH
}

impl Respond for StsEndpoint {
    async fn respond(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> Result<Response<Body>, ConnectionError> {
        let (head, body) = request.into_parts();
        let faults = self.faults.for_request(operation::at_path(head.uri.path()));
        if !faults.latency().is_zero() {
            tokio::time::sleep(faults.latency()).await;
        }
        let mut call = self.gateway.call(&head, faults);
        let outcome = match call.admit(&head) {
            Ok(()) => {
                let body = self.bodies.read(body, connection).await?;
                if takes_long(&head, body.as_ref()) {
                    let work = move || {
                        let outcome = outcome(&mut call, head, body);
                        (call, outcome)
                    };
                    let outcome;
                    (call, outcome) = self.pool.run(work).await?;
                    outcome
                } else {
                    outcome(&mut call, head, body)
                }
            }
            Err(rejection) => {
                discard_body(&head, body, connection).await?;
                Err(rejection)
            }
        };
        let response = finish(&mut call, outcome);
        if let Some(cut) = call.faults().cut(&response) {
            connection.scheduled_cut().set(cut);
        }
        Ok(response)
    }
}
