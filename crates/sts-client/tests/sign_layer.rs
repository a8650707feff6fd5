//! The tower layer, over a mock service that verifies signatures.
#![cfg(feature = "tower")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::error::Error as _;
use std::io;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_lite::future::block_on;
use http::{Request, Response};
use sts_client::sign::{RequestSigner, Signer, verify};
use sts_client::tower::{SignLayer, SignService, SignServiceError};
use sts_client::{
    Clock, Credentials, CredentialsError, CredentialsRequest, Now, ProvideCredentials,
};
use time::OffsetDateTime;
use time::macros::datetime;
use tower_layer::Layer;
use tower_service::Service;

const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

struct Still;

impl Clock for Still {
    fn now(&self) -> Now {
        Now::new(NOW, Duration::ZERO)
    }
}

/// Provider of `OLD` until it was rejected, then of `NEW`.
struct Renewing;

impl ProvideCredentials for Renewing {
    async fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let id = if request.rejected.is_some() { "NEW" } else { "OLD" };
        Ok(Arc::new(Credentials::permanent(id, "secret")))
    }
}

/// Service with a clock that accepts some access keys. It must be ready for each call.
#[derive(Clone)]
struct Mock {
    accepts: &'static [&'static str],
    clock: OffsetDateTime,
    is_ready: bool,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Service<Request<String>> for Mock {
    type Response = Response<Vec<u8>>;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Response<Vec<u8>>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<String>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "called before it was ready");
        let lookup = |presented: &sts_client::sign::Presented<'_>| {
            let id = self.accepts.iter().find(|id| **id == presented.access_key_id)?;
            Some(Signer::from_parts(id, "secret").unwrap())
        };
        let verified = verify(&request, lookup, self.clock, Duration::from_secs(900));
        let body = request.into_body();
        self.bodies.lock().unwrap().push(body.clone());
        if body == "cut" {
            return std::future::ready(Err(io::Error::other("connection closed")));
        }
        let format = time::format_description::well_known::Rfc2822;
        let date = self.clock.format(&format).unwrap().replace("+0000", "GMT");
        let response = Response::builder().header("date", date);
        let error = br#"{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail"}"#;
        std::future::ready(Ok(match verified {
            Ok(_) => response.body(b"{}".to_vec()).unwrap(),
            Err(_) => response.status(401).body(error.to_vec()).unwrap(),
        }))
    }
}

fn mock(accepts: &'static [&'static str], clock: OffsetDateTime) -> Mock {
    Mock { accepts, clock, is_ready: false, bodies: Arc::default() }
}

type Outcome = Result<u16, SignServiceError<io::Error>>;

/// Returns the status of the response and the number of requests.
fn call<P>(service: &mut SignService<Mock, P>, mock: &Mock, body: &str) -> (Outcome, usize)
where
    P: ProvideCredentials + Send + Sync + 'static,
{
    mock.bodies.lock().unwrap().clear();
    let request = Request::post("https://ecs.example.com/v1/0a1b/cloudservers");
    let request = request.body(body.to_owned()).unwrap();
    let outcome = block_on(async {
        std::future::poll_fn(|context| service.poll_ready(context)).await?;
        service.call(request).await
    });
    let bodies = mock.bodies.lock().unwrap();
    assert!(bodies.iter().all(|sent| sent == body), "the body is sent unchanged");
    (outcome.map(|response| response.status().as_u16()), bodies.len())
}

#[test]
fn requests_are_signed_and_sent_once() {
    let mock = mock(&["OLD"], NOW);
    let mut service = SignLayer::new(RequestSigner::new(Renewing), Still).layer(mock.clone());
    for _ in 0..3 {
        let (outcome, requests) = call(&mut service, &mock, "{}");
        assert_eq!((outcome.unwrap(), requests), (200, 1));
    }
}

#[test]
fn a_service_is_cloned_without_its_provider() {
    fn cloned<T: Clone>(value: &T) -> T {
        value.clone()
    }
    // `Renewing` is not `Clone`.
    let mock = mock(&["OLD"], NOW + Duration::from_secs(3600));
    let service = SignLayer::new(RequestSigner::new(Renewing), Still).layer(mock.clone());
    for expected in [2, 1] {
        let (outcome, requests) = call(&mut cloned(&service), &mock, "{}");
        assert_eq!((outcome.unwrap(), requests), (200, expected), "clones share the clock offset");
    }
}

#[test]
fn rejected_credentials_are_replaced_and_a_wrong_clock_is_corrected() {
    for (accepts, clock, expected) in [
        (&["NEW"][..], NOW, 2),
        (&["OLD"], NOW + Duration::from_secs(3600), 2),
        (&["NEW"], NOW - Duration::from_secs(3600), 3),
    ] {
        let mock = mock(accepts, clock);
        let mut service = SignLayer::new(RequestSigner::new(Renewing), Still).layer(mock.clone());
        let (outcome, requests) = call(&mut service, &mock, "{}");
        assert_eq!((outcome.unwrap(), requests), (200, expected));
    }
}

#[test]
fn the_last_rejection_is_the_response() {
    let rejecting = mock(&[], NOW);
    let mut service = SignLayer::new(RequestSigner::new(Renewing), Still).layer(rejecting.clone());
    let (outcome, requests) = call(&mut service, &rejecting, "{}");
    assert_eq!((outcome.unwrap(), requests), (401, 2), "one retry");

    let fixed = Arc::new(Credentials::permanent("AK1", "secret"));
    let mut service = SignLayer::new(RequestSigner::new(fixed), Still).layer(rejecting.clone());
    let (outcome, requests) = call(&mut service, &rejecting, "{}");
    assert_eq!((outcome.unwrap(), requests), (401, 1), "the provider has no others");
}

#[test]
fn errors_name_the_failed_part() {
    let mock = mock(&["OLD"], NOW);
    let mut service = SignLayer::new(RequestSigner::new(Renewing), Still).layer(mock.clone());
    let (outcome, requests) = call(&mut service, &mock, "cut");
    let error = outcome.unwrap_err();
    assert_eq!((error.to_string().as_str(), requests), ("signed request failed", 1));
    assert_eq!(error.source().unwrap().to_string(), "connection closed");

    let empty = Arc::new(Credentials::permanent("AK1", ""));
    let mut service = SignLayer::new(RequestSigner::new(empty), Still).layer(mock.clone());
    let (outcome, requests) = call(&mut service, &mock, "{}");
    assert!(matches!(outcome.unwrap_err(), SignServiceError::Sign(_)));
    assert_eq!(requests, 0);
}
