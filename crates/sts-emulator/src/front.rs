//! The front of the STS: reads a request, lets faults strike it, and hands it to the gateway.

use http::{Request, Response};
use hyper::body::Incoming;
use sts_proto::Body;

use crate::faults::Faults;
use crate::gateway::{self, Gateway, LARGEST_BODY};
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
}

impl Respond for Front {
    /// The one place where faults have their effect.
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
            Ok(()) => match self.bodies.read(body).await? {
                Some(body) => match struck.refusal() {
                    None => call.answer(&Request::from_parts(head, body)),
                    Some(refusal) => Err(refusal),
                },
                None => Err(Refusal::TooLarge(TooLarge::Body)),
            },
            Err(refusal) => Err(refusal),
        };
        let mut response = call.conclude(outcome);
        struck.spoil(&mut response);
        if let Some(cut) = struck.cut(&response) {
            cutter.set(cut);
        }
        Ok(response)
    }
}
