//! The gateway in front of the service: what it checks, in its order.
//!
//! Path and method, sizes, authentication; only then the service reads the body's parameters.

pub(crate) mod access_key_lockout;
pub(crate) mod authentication;

use std::sync::Arc;

use http::header::{DATE, HeaderValue, RETRY_AFTER};
use http::request::Parts;
use http::{Request, Response};
use sts_proto::server::{AnyOperation, RequestError};
use sts_proto::{Authentication, Body};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use self::authentication::Authenticator;
use crate::clock::Clock;
use crate::faults::RequestFaults;
use crate::model::operation;
use crate::random;
use crate::rejection::{Rejection, TooLarge};
use crate::request_log::{RequestLog, printable};
use crate::service::{NOTE, RequestTime, Service};

/// Limits of the gateway, in bytes.
pub(crate) const LARGEST_BODY: usize = 12 * 1024 * 1024;
const LONGEST_URI: usize = 32 * 1024;
const LONGEST_HEADER: usize = 32 * 1024;
const ALL_HEADERS: usize = 128 * 1024;

pub(crate) type Observer = Box<dyn Fn(&RequestLog) + Send + Sync>;

pub(crate) struct Gateway {
    pub(crate) service: Arc<Service>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) authenticator: Authenticator,
    pub(crate) observer: Option<Observer>,
}

/// One request on its way through the gateway.
pub(crate) struct Call {
    gateway: Arc<Gateway>,
    faults: RequestFaults,
    /// By the emulator's clock, as far off as a fault makes it.
    now: OffsetDateTime,
    operation: String,
    caller: Option<String>,
}

impl Gateway {
    pub(crate) fn call(self: &Arc<Self>, head: &Parts, faults: RequestFaults) -> Call {
        let now = self.clock.now().saturating_add(faults.clock_offset());
        let path = head.uri.path();
        Call {
            gateway: Arc::clone(self),
            faults,
            now: now.checked_to_offset(UtcOffset::UTC).unwrap_or(now),
            operation: operation::at_path(path)
                .map_or_else(|| printable(&format!("{} {path}", head.method)), str::to_owned),
            caller: None,
        }
    }
}

impl Call {
    /// The faults that strike it.
    pub(crate) const fn faults(&self) -> &RequestFaults {
        &self.faults
    }

    /// Authenticates the caller and lets the service answer.
    pub(crate) fn respond(&mut self, request: &Request<Body>) -> Result<Response<Body>, Rejection> {
        let path = request.uri().path();
        let authentication = AnyOperation::authentication_of(request.method(), path);
        // The Authorization header of an unsigned operation is ignored.
        let caller = if authentication == Some(Authentication::Unsigned) {
            None
        } else {
            let authenticator = &self.gateway.authenticator;
            Some(authenticator.authenticate(request, self.now, &mut self.caller)?)
        };
        let operation = AnyOperation::read(request).map_err(Rejection::Unreadable)?;
        let credentials_expired = self.faults.credentials_expired();
        let time = RequestTime { now: self.now, credentials_expired };
        self.gateway.service.execute(&operation, caller.as_ref(), time)
    }

    /// Gives the response its request id and date, and tells the observer.
    pub(crate) fn conclude(
        &mut self,
        outcome: Result<Response<Body>, Rejection>,
    ) -> Response<Body> {
        let request_id = random::request_id();
        let (mut response, error) = match outcome {
            Ok(mut response) => {
                if let Ok(value) = HeaderValue::from_str(&request_id) {
                    response.headers_mut().insert("x-request-id", value);
                }
                (response, None)
            }
            Err(rejection) => {
                let answer = rejection.to_answer(&self.gateway.service.seal);
                let code = answer.code.clone().unwrap_or_default();
                let mut response = answer.request_id(&request_id).to_response();
                if let Some(seconds) = rejection.retry_after() {
                    response.headers_mut().insert(RETRY_AFTER, seconds.into());
                }
                (response, Some(printable(&format!("{code} {rejection}"))))
            }
        };
        if let Some(date) = http_date(self.now.saturating_add(self.faults.date_offset())) {
            response.headers_mut().insert(DATE, date);
        }
        if let Some(observer) = &self.gateway.observer {
            observer(&RequestLog {
                at: self.now,
                operation: std::mem::take(&mut self.operation),
                caller: self.caller.take(),
                status: response.status(),
                error,
                note: response
                    .headers()
                    .get(NOTE)
                    .and_then(|note| Some(note.to_str().ok()?.to_owned())),
                faults: self.faults.faults().collect(),
                request_id,
            });
        }
        response
    }
}

/// What can be said before the body has come.
pub(crate) fn admit(head: &Parts) -> Result<(), Rejection> {
    let route = Request::builder().method(&head.method).uri(&head.uri).body("");
    if let Some(Err(unreadable)) = route.ok().as_ref().map(AnyOperation::read)
        && !matches!(unreadable, RequestError::InvalidBody(_))
    {
        return Err(Rejection::Unreadable(unreadable));
    }
    let sizes = || {
        let headers = head.headers.iter();
        headers.map(|(name, value)| name.as_str().len() + value.len())
    };
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target > LONGEST_URI {
        Err(Rejection::TooLarge(TooLarge::Uri))
    } else if sizes().any(|size| size > LONGEST_HEADER) || sizes().sum::<usize>() > ALL_HEADERS {
        Err(Rejection::TooLarge(TooLarge::Headers))
    } else {
        Ok(())
    }
}

fn http_date(now: OffsetDateTime) -> Option<HeaderValue> {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let text = now.format(format).ok()?;
    HeaderValue::from_str(&text).ok()
}
