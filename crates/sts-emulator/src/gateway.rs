//! The API gateway: size limits, authentication and the request log.
//!
//! The checks follow the order of the service: path and method, sizes, authentication, then the
//! parameters of the operation.

pub(crate) mod access_key_lockout;
pub(crate) mod authentication;
pub(crate) mod dates;

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{AUTHORIZATION, DATE, HeaderValue, RETRY_AFTER};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use sts_proto::server::{AnyOperation, RequestError};
use sts_proto::{Authentication, Body};
use sts_sign::Verified;
use time::{OffsetDateTime, UtcOffset};

use self::authentication::{Authenticator, Trace};
use self::dates::Dates;
use crate::any_service;
use crate::clock::Clock;
use crate::faults::RequestFaults;
use crate::iam;
use crate::identity_center;
use crate::model::operation::{self, IamOperation, IdentityCenterOperation, Route};
use crate::model::principal::Principal;
use crate::random;
use crate::rejection::{ErrorFormat, Rejection, TooLarge};
use crate::request_log::{RequestLog, printable};
use crate::server::LoopbackGuard;
use crate::service::{CurrentService, NOTE, RequestTime, Service};

/// Limits of the gateway, in bytes.
pub(crate) const MAX_BODY: usize = 12 * 1024 * 1024;
const MAX_URI: usize = 32 * 1024;
const MAX_HEADER: usize = 32 * 1024;
const MAX_HEADERS: usize = 128 * 1024;

pub(crate) type Observer = Box<dyn Fn(&RequestLog) + Send + Sync>;

pub(crate) struct Gateway {
    pub(crate) service: CurrentService,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) authenticator: Authenticator,
    pub(crate) observer: Option<Observer>,
    pub(crate) dates: Dates,
    /// Protects the pages for browsers.
    pub(crate) guard: LoopbackGuard,
    /// Whether signed requests to other paths get a response.
    pub(crate) any_service: bool,
}

/// A request that is not signed correctly.
pub(crate) struct Unverified {
    pub(crate) code: String,
    pub(crate) reason: String,
    pub(crate) response: Response<Body>,
}

/// One request.
pub(crate) struct Call {
    gateway: Arc<Gateway>,
    service: Arc<Service>,
    faults: RequestFaults,
    /// The emulator's clock, shifted by a fault.
    now: OffsetDateTime,
    operation: Cow<'static, str>,
    /// The operation, if it is not one of STS.
    route: Option<Route>,
    trace: Trace,
}

impl Gateway {
    /// Authenticates a request to another service. It is not logged, and faults do not apply to it.
    pub(crate) fn authenticate(
        &self,
        request: &Request<Body>,
    ) -> Result<(Principal, Verified), Box<Unverified>> {
        let (service, now) = (self.service.get(), self.clock.now());
        let mut trace = Trace::default();
        let outcome = self.authenticator.authenticate(&service, request, now, false, &mut trace);
        outcome.map_err(|rejection| {
            let format = ErrorFormat::of(None);
            let (code, mut response) =
                format.write(&rejection, &service.seal, &random::request_id());
            if let Some(date) = self.dates.header(now) {
                response.headers_mut().insert(DATE, date);
            }
            Box::new(Unverified { code, reason: printable(&rejection.to_string()), response })
        })
    }

    pub(crate) fn call(self: &Arc<Self>, head: &Parts, faults: RequestFaults) -> Call {
        let now = self.clock.now().saturating_add(faults.clock_offset());
        let path = head.uri.path();
        let service = self.service.get();
        // A path of the emulator with another method or spelling is not one of another service.
        let is_any =
            (self.any_service || service.config.any_service()) && !operation::resembles_one(path);
        let route = operation::route(&head.method, path);
        let route = route.or(is_any.then_some(Route::AnyService));
        Call {
            gateway: Arc::clone(self),
            service,
            faults,
            now: now.checked_to_offset(UtcOffset::UTC).unwrap_or(now),
            operation: operation::at_path(path).map_or_else(
                || Cow::Owned(printable(&format!("{} {path}", head.method))),
                Cow::Borrowed,
            ),
            route,
            trace: Trace { is_logged: self.observer.is_some(), ..Trace::default() },
        }
    }
}

impl Call {
    /// Returns the faults of the request.
    pub(crate) const fn faults(&self) -> &RequestFaults {
        &self.faults
    }

    /// Authenticates the caller and executes the operation.
    pub(crate) fn respond(&mut self, request: &Request<Body>) -> Result<Response<Body>, Rejection> {
        let credentials_expired = self.faults.credentials_expired();
        let time = RequestTime { now: self.now, credentials_expired };
        match self.route {
            None => self.respond_as_sts(request, time),
            Some(Route::AnyService) => {
                let (signer, verified) = self.authenticate(request)?;
                Ok(any_service::respond(request, &signer, &verified))
            }
            Some(Route::IdentityCenter(operation)) => {
                if let Some(rejection) = self.reject_foreign_page(operation, request) {
                    return Ok(rejection);
                }
                let service = &self.service;
                identity_center::execute(service, operation, request, time, &mut self.trace.caller)
            }
            Some(Route::Iam(operation)) => {
                let caller = self.iam_caller(operation, request)?;
                iam::execute(&self.service, operation, request, caller.as_ref(), time)
            }
        }
    }

    /// Returns the response to a request that another web page may have sent to a page.
    fn reject_foreign_page(
        &self,
        operation: IdentityCenterOperation,
        request: &Request<Body>,
    ) -> Option<Response<Body>> {
        let (guard, headers) = (&self.gateway.guard, request.headers());
        match operation {
            IdentityCenterOperation::ApprovalPage => guard.rejection(headers, request.uri()),
            IdentityCenterOperation::Approve => guard.form_rejection(headers, request.uri()),
            _ => None,
        }
    }

    fn respond_as_sts(
        &mut self,
        request: &Request<Body>,
        time: RequestTime,
    ) -> Result<Response<Body>, Rejection> {
        let path = request.uri().path();
        let authentication = AnyOperation::authentication_of(request.method(), path);
        // The Authorization header of an unsigned operation is ignored.
        let headers = request.headers();
        let caller = if authentication == Some(Authentication::Unsigned) {
            None
        } else if headers.contains_key(iam::X_AUTH_TOKEN) && !headers.contains_key(AUTHORIZATION) {
            // IAM v5 accepts signatures only.
            return Err(Rejection::Service {
                status: StatusCode::BAD_REQUEST,
                code: Some("PAP5.0046"),
                message: "missing header x-user-profile".to_owned(),
            });
        } else {
            Some(self.authenticate(request)?.0)
        };
        let operation = AnyOperation::read(request).map_err(Rejection::Unreadable)?;
        self.service.execute(&operation, caller.as_ref(), time)
    }

    /// Returns the caller of an operation of classic IAM: the holder of the token in the header, or
    /// else the signer.
    fn iam_caller(
        &mut self,
        operation: IamOperation,
        request: &Request<Body>,
    ) -> Result<Option<iam::Caller>, Rejection> {
        let headers = request.headers();
        if operation.is_federation() {
            Ok(None)
        } else if let Some(token) = headers.get(iam::X_AUTH_TOKEN) {
            let token = iam::read_token(&self.service, token, self.now)?;
            self.trace.caller = Some(token.identity().urn(&token.account));
            Ok(Some(iam::Caller::Token(token)))
        } else if headers.contains_key(AUTHORIZATION) {
            self.authenticate(request).map(|(signer, _)| Some(iam::Caller::Signer(signer)))
        } else {
            Ok(None)
        }
    }

    fn authenticate(
        &mut self,
        request: &Request<Body>,
    ) -> Result<(Principal, Verified), Rejection> {
        // The signature is all that a request to any service can be tested for.
        let echo = self.route == Some(Route::AnyService);
        let authenticator = &self.gateway.authenticator;
        authenticator.authenticate(&self.service, request, self.now, echo, &mut self.trace)
    }

    /// Checks what can be checked before the body is read.
    pub(crate) fn admit(&self, head: &Parts) -> Result<(), Rejection> {
        let path = head.uri.path();
        let is_sts = || AnyOperation::authentication_of(&head.method, path).is_some();
        if self.route.is_none() && !is_sts() {
            return Err(Rejection::Unreadable(match operation::at_path(path) {
                Some(_) => RequestError::WrongMethod,
                None => RequestError::UnknownOperation,
            }));
        }
        check_sizes(head)
    }

    /// Adds the request id and the date to the response, and calls the observer.
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
                let format = ErrorFormat::of(self.route);
                let (code, mut response) =
                    format.write(&rejection, &self.service.seal, &request_id);
                if let Some(seconds) = rejection.retry_after() {
                    response.headers_mut().insert(RETRY_AFTER, seconds.into());
                }
                (response, Some(printable(&format!("{code} {rejection}"))))
            }
        };
        let date = self.now.saturating_add(self.faults.date_offset());
        if let Some(date) = self.gateway.dates.header(date) {
            response.headers_mut().insert(DATE, date);
        }
        if let Some(observer) = &self.gateway.observer {
            observer(&RequestLog {
                at: self.now,
                operation: std::mem::take(&mut self.operation).into_owned(),
                caller: self.trace.caller.take().map(|caller| printable(&caller)),
                status: response.status(),
                error,
                note: response
                    .headers()
                    .get(NOTE)
                    .and_then(|note| Some(note.to_str().ok()?.to_owned())),
                faults: self.faults.faults().collect(),
                diagnosis: self.trace.diagnosis.take(),
                request_id,
            });
        }
        response
    }
}

fn check_sizes(head: &Parts) -> Result<(), Rejection> {
    let sizes = || {
        let headers = head.headers.iter();
        headers.map(|(name, value)| name.as_str().len() + value.len())
    };
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target > MAX_URI {
        Err(Rejection::TooLarge(TooLarge::Uri))
    } else if sizes().any(|size| size > MAX_HEADER) || sizes().sum::<usize>() > MAX_HEADERS {
        Err(Rejection::TooLarge(TooLarge::Headers))
    } else {
        Ok(())
    }
}
