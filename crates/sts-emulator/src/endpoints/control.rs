//! The control endpoint: injects faults over HTTP, for tests in other languages.

use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde::Serialize;
use sts_proto::Body;

use crate::faults::{Faults, InjectionConfig};
use crate::server::{
    LocalEndpoint, SecretGuard, error_response, json_response, reject_other_than_json,
};
use crate::table::Table;

/// Maximum number of active injections, which bounds the memory that they take.
const MAX_INJECTIONS: usize = 1000;

pub(crate) struct Control {
    faults: Faults,
    secret: SecretGuard,
}

impl Control {
    pub(crate) const fn new(faults: Faults, secret: SecretGuard) -> Self {
        Self { faults, secret }
    }

    fn inject(&self, json: &[u8]) -> Result<(), (StatusCode, String)> {
        let bad_request = |problem| (StatusCode::BAD_REQUEST, problem);
        let Table(written): Table<InjectionConfig> =
            serde_json::from_slice(json).map_err(|error| bad_request(error.to_string()))?;
        let injection =
            written.read().map_err(|(key, problem)| bad_request(format!("{key}: {problem}")))?;
        if self.faults.active().len() >= MAX_INJECTIONS {
            return Err((
                StatusCode::CONFLICT,
                format!("{MAX_INJECTIONS} injections are active; clear them first"),
            ));
        }
        self.faults.inject(injection);
        Ok(())
    }
}

impl LocalEndpoint for Control {
    const MAX_BODY: usize = 16 * 1024;

    fn respond(&self, head: &Parts, body: &Body) -> Response<Body> {
        if let Some(rejection) = self.secret.rejection(&head.headers) {
            return rejection;
        }
        if head.uri.path() != "/faults" {
            return error_response(StatusCode::NOT_FOUND, "unknown path: must be /faults");
        }
        if head.uri.query().is_some() {
            return error_response(
                StatusCode::BAD_REQUEST,
                "unexpected query: /faults has no parameters",
            );
        }
        match head.method {
            Method::GET => {}
            Method::DELETE => self.faults.clear(),
            Method::POST => {
                if let Some(rejection) = reject_other_than_json(&head.headers) {
                    return rejection;
                }
                if let Err((status, text)) = self.inject(body.as_ref()) {
                    return error_response(status, &text);
                }
            }
            _ => return error_response(StatusCode::METHOD_NOT_ALLOWED, "GET, POST or DELETE"),
        }
        let active = self.faults.active();
        let faults: Vec<_> = active.iter().map(InjectionConfig::from).collect();
        json_response(StatusCode::OK, &Listing { faults })
    }
}

#[derive(Serialize)]
struct Listing {
    faults: Vec<InjectionConfig>,
}
