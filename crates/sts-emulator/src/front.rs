//! The front of the STS: reads a request, lets faults strike it, and hands it to the gateway. Here
//! faults have their effect, and nowhere else.

use http::request::Parts;
use http::{Request, Response};
use hyper::body::Incoming;
use sts_proto::Body;

use crate::faults::{Faults, Struck};
use crate::gateway::{self, Call, Gateway, LARGEST_BODY};
use crate::refusal::{Refusal, TooLarge};
use crate::server::{BodyReader, BrokenConnection, Cutter, Respond};

pub(crate) struct Front {
    gateway: Gateway,
    faults: Faults,
    bodies: BodyReader,
}

impl Front {
    pub(crate) fn new(gateway: Gateway, faults: Faults) -> Self {
        Self { gateway, faults, bodies: BodyReader::new(LARGEST_BODY) }
    }

    /// Answers a request that has come whole, at once. What faults do to connections and time has
    /// no effect.
    pub(crate) fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (head, body) = request.into_parts();
        let struck = self.faults.strike(gateway::operation_at(head.uri.path()));
        let mut call = self.gateway.call(&head, &struck);
        let body = (body.len() <= LARGEST_BODY).then_some(body);
        let outcome = gateway::admit(&head).and_then(|()| outcome(&mut call, &struck, head, body));
        finish(call, &struck, outcome)
    }
}

/// What comes of a request that was admitted. There is no body if it was too large.
fn outcome(
    call: &mut Call<'_>,
    struck: &Struck,
    head: Parts,
    body: Option<Body>,
) -> Result<Response<Body>, Refusal> {
    let body = body.ok_or(Refusal::TooLarge(TooLarge::Body))?;
    match struck.refusal() {
        None => call.answer(&Request::from_parts(head, body)),
        Some(refusal) => Err(refusal),
    }
}

fn finish(
    call: Call<'_>,
    struck: &Struck,
    outcome: Result<Response<Body>, Refusal>,
) -> Response<Body> {
    let mut response = call.conclude(outcome);
    struck.spoil(&mut response);
    response
}

impl Respond for Front {
    async fn respond(
        &self,
        request: Request<Incoming>,
        cutter: &Cutter,
    ) -> Result<Response<Body>, BrokenConnection> {
        let (head, body) = request.into_parts();
        let struck = self.faults.strike(gateway::operation_at(head.uri.path()));
        if !struck.latency().is_zero() {
            tokio::time::sleep(struck.latency()).await;
        }
        let mut call = self.gateway.call(&head, &struck);
        let outcome = match gateway::admit(&head) {
            Ok(()) => {
                let body = self.bodies.read(body).await?;
                outcome(&mut call, &struck, head, body)
            }
            Err(refusal) => Err(refusal),
        };
        let response = finish(call, &struck, outcome);
        if let Some(cut) = struck.cut(&response) {
            cutter.set(cut);
        }
        Ok(response)
    }
}
