//! The control endpoint: faults injected over HTTP, for tests that are not written in Rust.

use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde::Serialize;
use sts_proto::Body;

use crate::faults::{Faults, WrittenInjection};
use crate::server::{
    BodyReader, BrokenConnection, Connection, LoopbackGuard, Respond, json_answer, problem,
    refuse_other_than_json,
};

/// No injection needs more.
const LARGEST_BODY: usize = 16 * 1024;

/// So many injections are borne at a time, so that memory is bounded.
const MOST: usize = 1000;

pub(crate) struct Control {
    faults: Faults,
    guard: LoopbackGuard,
    bodies: BodyReader,
}

impl Control {
    pub(crate) const fn new(faults: Faults, guard: LoopbackGuard) -> Self {
        Self { faults, guard, bodies: BodyReader::new(LARGEST_BODY) }
    }

    fn inject(&self, json: &[u8]) -> Result<(), (StatusCode, String)> {
        let bad_request = |problem| (StatusCode::BAD_REQUEST, problem);
        let written: WrittenInjection =
            serde_json::from_slice(json).map_err(|error| bad_request(error.to_string()))?;
        let injection =
            written.read().map_err(|(key, problem)| bad_request(format!("{key}: {problem}")))?;
        if self.faults.active().len() >= MOST {
            return Err((StatusCode::CONFLICT, format!("there are {MOST} of them already")));
        }
        self.faults.inject(injection);
        Ok(())
    }
}

impl Respond for Control {
    async fn respond(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> Result<Response<Body>, BrokenConnection> {
        let (head, body) = request.into_parts();
        let Some(body) = self.bodies.read(body, connection).await? else {
            return Ok(problem(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"));
        };
        if let Some(refusal) = self.guard.refusal(&head) {
            return Ok(refusal);
        }
        if head.uri.path() != "/faults" {
            return Ok(problem(StatusCode::NOT_FOUND, "there is /faults, and nothing else"));
        }
        if head.uri.query().is_some() {
            return Ok(problem(StatusCode::BAD_REQUEST, "/faults has no query parameters"));
        }
        match head.method {
            Method::GET => {}
            Method::DELETE => self.faults.clear(),
            Method::POST => {
                if let Some(refusal) = refuse_other_than_json(&head.headers) {
                    return Ok(refusal);
                }
                if let Err((status, text)) = self.inject(body.as_ref()) {
                    return Ok(problem(status, &text));
                }
            }
            _ => return Ok(problem(StatusCode::METHOD_NOT_ALLOWED, "GET, POST or DELETE")),
        }
        let active = self.faults.active();
        let faults: Vec<_> = active.iter().map(WrittenInjection::from).collect();
        Ok(json_answer(StatusCode::OK, &Listing { faults }))
    }
}

#[derive(Serialize)]
struct Listing {
    faults: Vec<WrittenInjection>,
}
