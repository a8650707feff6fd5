//! Classification of the responses of any service.

use http::Response;
use sts_proto::{CodeFamily, ErrorKind, ServiceError};
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
    /// because the bodies of other services are not known.
    fn classify<B: AsRef<[u8]>>(&mut self, response: &Response<B>, now: OffsetDateTime) -> Verdict;
}

impl<P> Classify for Attempts<'_, P> {
    fn classify<B: AsRef<[u8]>>(&mut self, response: &Response<B>, now: OffsetDateTime) -> Verdict {
        self.observe(observation(response, now), now)
    }
}

fn observation<B: AsRef<[u8]>>(response: &Response<B>, now: OffsetDateTime) -> Observation {
    let Some(error) = ServiceError::from_response(response) else {
        return Observation::success();
    };
    // Any intermediary can respond with 401; only the service can reject credentials.
    let is_known = error.code().is_some_and(|code| code.family() != CodeFamily::Other);
    let kind = match error.kind() {
        ErrorKind::InvalidCredentials
        | ErrorKind::ExpiredCredentials
        | ErrorKind::AccessKeyLocked
        | ErrorKind::ClockSkew
            if !is_known =>
        {
            ErrorKind::Other
        }
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
