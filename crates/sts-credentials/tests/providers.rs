//! Credential providers and their errors.

use std::error::Error as StdError;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use sts_credentials::{
    Credentials, CredentialsError, CredentialsRequest, ErrorKind, ProvideCredentials, RetryAdvice,
    SharedCredentials, blocking,
};

/// The output of a future that is ready at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let poll = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(output) = poll else { unreachable!("the future is ready at once") };
    output
}

fn permanent() -> Credentials {
    Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3")
}

struct Sealed;

impl ProvideCredentials for Sealed {
    async fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let rejected = request.rejected.map_or("none".to_owned(), |r| r.access_key_id.clone());
        Err(CredentialsError::new(format!("sealed; rejected: {rejected}")))
    }
}

#[test]
fn fixed_credentials_are_returned_without_a_copy() {
    let credentials = Arc::new(permanent());
    let request = || CredentialsRequest::after_rejection(Arc::new(permanent()));
    let provided = ready(ProvideCredentials::credentials(&credentials, request())).unwrap();
    assert!(Arc::ptr_eq(&provided, &credentials));
    let provided = blocking::ProvideCredentials::credentials(&credentials, request()).unwrap();
    assert!(Arc::ptr_eq(&provided, &credentials));
    let shared = Arc::new(SharedCredentials::new(Arc::clone(&credentials)));
    let provided = ready(shared.credentials(request())).unwrap();
    assert!(Arc::ptr_eq(&provided, &credentials));
}

#[test]
fn shared_handles_are_clones_of_one_provider_and_print_nothing_of_it() {
    let shared = SharedCredentials::from(permanent());
    let first = ready(shared.credentials(CredentialsRequest::default())).unwrap();
    let second = ready(shared.clone().credentials(CredentialsRequest::default())).unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(format!("{shared:?}"), "SharedCredentials { .. }");
}

#[test]
fn a_shared_handle_passes_the_request_on() {
    let shared = SharedCredentials::new(Sealed);
    let request = CredentialsRequest::after_rejection(Arc::new(permanent()));
    let error = ready(shared.credentials(request)).unwrap_err();
    assert_eq!(error.to_string(), "sealed; rejected: EXAMPLEAK00000000001");
}

/// A blocking provider without credentials.
struct Closed;

impl blocking::ProvideCredentials for Closed {
    fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let rejected = request.rejected.map_or("none".to_owned(), |r| r.access_key_id.clone());
        Err(CredentialsError::new(format!("closed; rejected: {rejected}"))
            .with_kind(ErrorKind::Throttled)
            .with_retry_in(Duration::from_secs(3)))
    }
}

#[test]
fn a_blocking_handle_shares_one_provider_and_passes_requests_and_errors_on() {
    use blocking::ProvideCredentials as _;
    let shared = blocking::SharedCredentials::from(permanent());
    let first = shared.credentials(CredentialsRequest::default()).unwrap();
    let second = shared.clone().credentials(CredentialsRequest::default()).unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(format!("{shared:?}"), "SharedCredentials { .. }");

    let closed = blocking::SharedCredentials::new(Arc::new(Closed));
    let error = closed.credentials(CredentialsRequest::after_rejection(first)).unwrap_err();
    assert_eq!(error.to_string(), "closed; rejected: EXAMPLEAK00000000001");
    assert_eq!(error.advice(), RetryAdvice::AfterBackoff);
    assert_eq!(error.retry_in(), Some(Duration::from_secs(3)));
}

/// A provider that wraps another one.
struct Cached(SharedCredentials);

impl ProvideCredentials for Cached {
    async fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let credentials = self.0.credentials(request).await;
        credentials
            .map_err(|error| CredentialsError::new("no cached credentials").with_source(error))
    }
}

struct Limited;

impl ProvideCredentials for Limited {
    async fn credentials(
        &self,
        _: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        Err(CredentialsError::new("too many requests")
            .with_kind(ErrorKind::Throttled)
            .with_advice(RetryAdvice::AfterLockout)
            .with_retry_in(Duration::from_secs(9)))
    }
}

#[test]
fn handles_and_wrapping_providers_keep_the_facts_of_an_error() {
    let shared = SharedCredentials::new(Limited);
    let nested = SharedCredentials::new(Cached(SharedCredentials::new(Arc::new(Cached(shared)))));
    let error = ready(nested.credentials(CredentialsRequest::default())).unwrap_err();
    assert_eq!((error.kind(), error.advice()), (ErrorKind::Throttled, RetryAdvice::AfterLockout));
    assert_eq!(error.retry_in(), Some(Duration::from_secs(9)));
    assert_eq!(error.to_string(), "no cached credentials");
    let cause = error.source().and_then(StdError::source).unwrap();
    assert_eq!(cause.to_string(), "too many requests");
}

#[derive(Debug, thiserror::Error)]
#[error("vault request failed")]
struct Foreign(#[source] CredentialsError);

#[test]
fn facts_are_taken_over_from_the_first_cause_that_has_them() {
    let inner = CredentialsError::new("no agency")
        .with_kind(ErrorKind::AccessDenied)
        .with_advice(RetryAdvice::AfterBackoff)
        .with_retry_in(Duration::from_secs(7))
        .with_response(403, Some("PAP5.0001"), Some("0f3c"));
    for error in [
        CredentialsError::new("outer").with_source(inner.clone()),
        CredentialsError::new("outer").with_source(Foreign(inner.clone())),
        CredentialsError::new("outer")
            .with_source(CredentialsError::new("middle").with_source(Foreign(inner.clone()))),
    ] {
        assert_eq!(error.kind(), ErrorKind::AccessDenied);
        assert_eq!(error.advice(), RetryAdvice::AfterBackoff);
        assert_eq!(error.retry_in(), Some(Duration::from_secs(7)));
        assert_eq!(error.status(), Some(403));
        assert_eq!((error.code(), error.request_id()), (Some("PAP5.0001"), Some("0f3c")));
        assert_eq!(error.to_string(), "outer");
        assert!(error.source().is_some());
    }
}

#[test]
fn an_error_without_such_a_cause_is_one_of_the_provider() {
    let error = CredentialsError::new("sealed").with_source(std::io::Error::other("closed"));
    assert!(!error.is_not_configured());
    assert_eq!((error.kind(), error.advice()), (ErrorKind::Credentials, RetryAdvice::Never));
    assert_eq!((error.status(), error.code(), error.request_id()), (None, None, None));
    let error = error.with_kind(ErrorKind::Unavailable);
    assert_eq!(error.advice(), RetryAdvice::AfterBackoff);
    let missing = CredentialsError::not_configured("unset").with_source(error);
    assert_eq!(missing.kind(), ErrorKind::Credentials, "nothing was tried");
    assert!(missing.is_not_configured());
}

#[test]
fn an_error_is_shown_with_its_facts_for_debugging() {
    let error = CredentialsError::new("sealed").with_kind(ErrorKind::Throttled).with_response(
        429,
        Some("APIGW.0308"),
        Some("0f3c"),
    );
    let shown = format!("{error:?}");
    for fact in ["sealed", "Throttled", "AfterBackoff", "429", "APIGW.0308", "0f3c"] {
        assert!(shown.contains(fact), "{shown}");
    }
    assert_eq!(format!("{} {}", error.kind(), error.advice()), "throttled after_backoff");
}

#[test]
fn a_clone_is_not_changed_by_its_original() {
    let error = CredentialsError::new("sealed");
    let clone = error.clone();
    assert_eq!(error.with_kind(ErrorKind::Throttled).kind(), ErrorKind::Throttled);
    assert_eq!(clone.kind(), ErrorKind::Credentials);
}
