//! The gateway in front of the service: what it checks, in its order.
//!
//! Path and method, sizes, authentication; only then the service reads the body's parameters.

mod authentication;

use std::sync::Arc;

use http::header::{DATE, HeaderValue, RETRY_AFTER};
use http::request::Parts;
use http::{Request, Response};
use sts_proto::server::{AnyOperation, UnreadableRequest};
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Authentication, Body,
    DecodeAuthorizationMessage, GetCallerIdentity, Operation,
};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::clock::Clock;
use crate::faults::Struck;
use crate::key_lock::KeyLock;
use crate::operations::{Moment, NOTE, Service};
use crate::random;
use crate::refusal::{Refusal, TooLarge};
use crate::request_log::{RequestLog, printable};

/// Limits of the gateway, in bytes.
pub(crate) const LARGEST_BODY: usize = 12 * 1024 * 1024;
const LONGEST_URI: usize = 32 * 1024;
const LONGEST_HEADER: usize = 32 * 1024;
const ALL_HEADERS: usize = 128 * 1024;

pub(crate) type Observer = Box<dyn Fn(&RequestLog) + Send + Sync>;

pub(crate) struct Gateway {
    pub(crate) service: Arc<Service>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) locks: KeyLock,
    /// Whether a wrong signature is answered with the gateway's own canonical request.
    pub(crate) echo: bool,
    pub(crate) observer: Option<Observer>,
}

/// One request on its way through the gateway.
pub(crate) struct Call {
    gateway: Arc<Gateway>,
    struck: Struck,
    /// By the emulator's clock, as far off as a fault makes it.
    now: OffsetDateTime,
    operation: String,
    caller: Option<String>,
}

impl Gateway {
    pub(crate) fn call(self: &Arc<Self>, head: &Parts, struck: Struck) -> Call {
        let now = self.clock.now().saturating_add(struck.clock_offset());
        let path = head.uri.path();
        Call {
            gateway: Arc::clone(self),
            struck,
            now: now.checked_to_offset(UtcOffset::UTC).unwrap_or(now),
            operation: operation_at(path)
                .map_or_else(|| printable(&format!("{} {path}", head.method)), str::to_owned),
            caller: None,
        }
    }
}

impl Call {
    /// The faults that strike it.
    pub(crate) const fn struck(&self) -> &Struck {
        &self.struck
    }

    /// Authenticates the caller and lets the service answer.
    pub(crate) fn answer(&mut self, request: &Request<Body>) -> Result<Response<Body>, Refusal> {
        let path = request.uri().path();
        let caller = match AnyOperation::authentication_of(request.method(), path) {
            // Whatever Authorization it may carry is not looked at.
            Some(Authentication::Unsigned) => None,
            _ => Some(self.authenticate(request)?),
        };
        let operation = AnyOperation::read(request).map_err(Refusal::Unreadable)?;
        let keys_have_ended = self.struck.keys_have_ended();
        let moment = Moment { now: self.now, keys_have_ended };
        self.gateway.service.answer(&operation, caller.as_ref(), moment)
    }

    /// Gives the response its request id and date, and tells the observer.
    pub(crate) fn conclude(&mut self, outcome: Result<Response<Body>, Refusal>) -> Response<Body> {
        let request_id = random::request_id();
        let (mut response, refusal) = match outcome {
            Ok(mut response) => {
                if let Ok(value) = HeaderValue::from_str(&request_id) {
                    response.headers_mut().insert("x-request-id", value);
                }
                (response, None)
            }
            Err(refusal) => {
                let answer = refusal.to_answer(&self.gateway.service.seal);
                let code = answer.code.clone().unwrap_or_default();
                let mut response = answer.request_id(&request_id).to_response();
                if let Some(seconds) = refusal.retry_after() {
                    response.headers_mut().insert(RETRY_AFTER, seconds.into());
                }
                (response, Some(printable(&format!("{code} {refusal}"))))
            }
        };
        if let Some(date) = http_date(self.now.saturating_add(self.struck.date_offset())) {
            response.headers_mut().insert(DATE, date);
        }
        if let Some(observer) = &self.gateway.observer {
            observer(&RequestLog {
                at: self.now,
                operation: std::mem::take(&mut self.operation),
                caller: self.caller.take(),
                status: response.status(),
                refusal,
                note: response
                    .headers()
                    .get(NOTE)
                    .and_then(|note| Some(note.to_str().ok()?.to_owned())),
                faults: self.struck.faults().collect(),
                request_id,
            });
        }
        response
    }
}

/// What can be said before the body has come.
pub(crate) fn admit(head: &Parts) -> Result<(), Refusal> {
    let route = Request::builder().method(&head.method).uri(&head.uri).body("");
    if let Some(Err(unreadable)) = route.ok().as_ref().map(AnyOperation::read)
        && !matches!(unreadable, UnreadableRequest::Body(_))
    {
        return Err(Refusal::Unreadable(unreadable));
    }
    let sizes = || {
        let headers = head.headers.iter();
        headers.map(|(name, value)| name.as_str().len() + value.len())
    };
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target > LONGEST_URI {
        Err(Refusal::TooLarge(TooLarge::Uri))
    } else if sizes().any(|size| size > LONGEST_HEADER) || sizes().sum::<usize>() > ALL_HEADERS {
        Err(Refusal::TooLarge(TooLarge::Headers))
    } else {
        Ok(())
    }
}

/// Paths and names of the operations.
const OPERATIONS: [(&str, &str); 5] = [
    (AssumeAgency::PATH, AssumeAgency::NAME),
    (AssumeAgencyWithOidc::PATH, AssumeAgencyWithOidc::NAME),
    (AssumeAgencyWithSaml::PATH, AssumeAgencyWithSaml::NAME),
    (DecodeAuthorizationMessage::PATH, DecodeAuthorizationMessage::NAME),
    (GetCallerIdentity::PATH, GetCallerIdentity::NAME),
];

/// The operation of a path, before the request is read.
pub(crate) fn operation_at(path: &str) -> Option<&'static str> {
    OPERATIONS.iter().find(|(known, _)| *known == path).map(|(_, name)| *name)
}

/// The operation of this name.
pub(crate) fn operation_named(name: &str) -> Option<&'static str> {
    OPERATIONS.iter().map(|(_, known)| *known).find(|known| *known == name)
}

fn http_date(now: OffsetDateTime) -> Option<HeaderValue> {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let text = now.format(format).ok()?;
    HeaderValue::from_str(&text).ok()
}
