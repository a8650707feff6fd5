//! Where machines and pods of the cloud get their keys: the metadata service and pod identity.

mod ecs;
mod pod_identity;

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use sts_proto::{Body, Credentials};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::clock::Clock;
use crate::operations::{Moment, Service, Wanted};
use crate::server::{
    BodyReader, BrokenConnection, Connection, LoopbackGuard, Respond, refuse_other_than_json,
    text_answer,
};

/// The address of the metadata service inside the cloud: clients may be redirected from there.
const ADDRESS: &str = "169.254.169.254";

/// Requests for credentials say nothing in their bodies.
const LARGEST_BODY: usize = 16 * 1024;

/// How long keys last at most, in seconds.
const LONGEST: u32 = 21_600;

/// Whose keys are given to whom.
#[derive(Clone, Debug)]
pub(crate) struct MetadataRules {
    /// The URN of the agency of the machine and its pods.
    pub(crate) agency_urn: String,
    /// Whether the machine's service has tokens.
    pub(crate) has_tokens: bool,
    /// The content of a pod's token file.
    pub(crate) pod_token: Option<sts_proto::Secret>,
}

pub(crate) struct Metadata {
    service: Arc<Service>,
    clock: Arc<dyn Clock>,
    guard: LoopbackGuard,
    bodies: BodyReader,
}

impl Metadata {
    pub(crate) fn new(service: Arc<Service>, clock: Arc<dyn Clock>, guard: LoopbackGuard) -> Self {
        let guard = guard.with_host_of(ADDRESS);
        Self { service, clock, guard, bodies: BodyReader::new(LARGEST_BODY) }
    }

    fn rules(&self) -> Option<&MetadataRules> {
        self.service.world.metadata()
    }

    /// Fresh keys of the agency that the rules name, and their end as it is written.
    fn keys(&self, session_name: &str) -> Option<(Credentials, String)> {
        let agency = self.service.world.agency(&self.rules()?.agency_urn)?;
        let wanted = Wanted {
            name: session_name,
            duration_seconds: Some(agency.max_duration.min(LONGEST)),
            source_identity: None,
            transitive_tags: std::collections::BTreeMap::new(),
        };
        let moment = Moment { now: self.clock.now(), keys_have_ended: false };
        let (_, keys) = self.service.issue(agency, wanted, moment).ok()?;
        let end = keys.expiration.and_then(written)?;
        Some((keys, end))
    }
}

impl Respond for Metadata {
    async fn respond(
        &self,
        request: Request<Incoming>,
        connection: &Connection,
    ) -> Result<Response<Body>, BrokenConnection> {
        let (head, body) = request.into_parts();
        let Some(body) = self.bodies.read(body, connection).await? else {
            return Ok(text_answer(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"));
        };
        if let Some(refusal) = self.guard.refusal(&head) {
            return Ok(refusal);
        }
        let headers = &head.headers;
        // Nothing is read from a body, so there is no need for a type where there is none.
        if !body.is_empty()
            && headers.contains_key(CONTENT_TYPE)
            && let Some(refusal) = refuse_other_than_json(headers)
        {
            return Ok(refusal);
        }
        Ok(match (&head.method, head.uri.path()) {
            (&Method::PUT, "/meta-data/latest/api/token") => ecs::token(self, headers),
            (&Method::GET, "/openstack/latest/securitykey") => ecs::security_key(self, headers),
            (&Method::POST, "/pod-identity") => pod_identity::answer(self, headers),
            _ => text_answer(StatusCode::NOT_FOUND, "404 Not Found"),
        })
    }
}

/// In UTC with six digits of a second, as the metadata service writes it.
fn written(end: OffsetDateTime) -> Option<String> {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
    end.checked_to_offset(time::UtcOffset::UTC)?.format(format).ok()
}
