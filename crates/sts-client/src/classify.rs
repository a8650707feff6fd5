//! Classification of the responses of any service.

use http::Response;
use sts_proto::{CodeFamily, ErrorCode, ErrorKind, ServiceError};
use sts_sign::{Attempts, Observation, Verdict};
use time::OffsetDateTime;

/// Classifies the responses to signed requests: extends [`Attempts`] of `sts-sign` by the error codes
/// of all services behind the gateway.
///
/// ```
/// use http::{Request, Response};
/// use sts_client::Classify;
/// use sts_client::sign::{RequestSignError, RequestSigner};
/// use sts_client::SharedCredentials;
/// use time::OffsetDateTime;
/// # async fn send(_: Request<Vec<u8>>) -> Response<Vec<u8>> { Response::default() }
/// # fn now() -> OffsetDateTime { OffsetDateTime::UNIX_EPOCH }
///
/// async fn call(
///     signer: &RequestSigner<SharedCredentials>,
///     mut request: Request<Vec<u8>>,
/// ) -> Result<Response<Vec<u8>>, RequestSignError> {
///     let mut attempts = signer.attempts();
///     attempts.sign(&mut request, now()).await?;
///     let mut response = send(request.clone()).await;
///     while attempts.classify(&response, now()).is_retry()
///         && attempts.sign(&mut request, now()).await.is_ok()
///     {
///         response = send(request.clone()).await;
///     }
///     Ok(response)
/// }
/// ```
///
/// The loop ends: `classify` requests at most one retry with new credentials and one with a
/// corrected clock.
pub trait Classify {
    /// Classifies the response to the last attempt, learns from it, and returns what to do. `now` is
    /// the local time at which it was received.
    ///
    /// Credentials and clock offset depend only on error codes of the service and its gateway. An
    /// error response of a proxy or a captive portal is a [`Verdict::Failed`]. Every 2xx is a success,
    /// because the bodies of other services are not known. An error of a service behind the gateway,
    /// such as a 404 with a code of the service and a request id, shows that the signature was
    /// accepted: the access key is not held back any more.
    fn classify<B: AsRef<[u8]>>(&mut self, response: &Response<B>, now: OffsetDateTime) -> Verdict;
}

impl<P> Classify for Attempts<'_, P> {
    fn classify<B: AsRef<[u8]>>(&mut self, response: &Response<B>, now: OffsetDateTime) -> Verdict {
        let Some(error) = ServiceError::from_response(response) else {
            return self.observe(Observation::success(), now);
        };
        if is_behind_gateway(&error) {
            self.observe(Observation::success(), now);
            return Verdict::Failed;
        }
        self.observe(observation(&error, now), now)
    }
}

/// Returns whether a service behind the gateway wrote the error: the gateway has accepted the
/// signature. Of other services, codes alone do not show it, because an intermediary may have any.
fn is_behind_gateway(error: &ServiceError) -> bool {
    let is_of_service = match error.code().map(ErrorCode::family) {
        Some(CodeFamily::Sts5 | CodeFamily::Pap5) => true,
        Some(CodeFamily::Other) => error.request_id().is_some(),
        _ => false,
    };
    let is_about_signature = error.kind().rejects_credentials()
        || matches!(error.status().as_u16(), 401 | 407)
        || error.kind() == ErrorKind::Throttled;
    is_of_service && error.status().is_client_error() && !is_about_signature
}

fn observation(error: &ServiceError, now: OffsetDateTime) -> Observation {
    // Any intermediary can respond with 401; only the service can reject credentials.
    let is_known = error.code().is_some_and(|code| code.family() != CodeFamily::Other);
    let kind = match error.kind() {
        kind if kind.rejects_credentials() && !is_known => ErrorKind::Other,
        kind => kind,
    };
    let mut observation = Observation::error(kind);
    if let Some(date) = error.date().filter(|_| !error.from_cache()) {
        observation = observation.date(date);
    }
    match error.wait(now) {
        Some(wait) => observation.wait(wait),
        None => observation,
    }
}
