//! Errors of a session, through every layer above it.

use std::error::Error as StdError;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use sts_client::blocking::ProvideCredentials as _;
use sts_client::session::SessionError;
use sts_client::transport::{TransportErrorKind, transport_fn};
use sts_client::{CallPolicy, Client, Error, Exchange, TransportError};
use sts_client::{
    CredentialsError, CredentialsRequest, ProvideCredentials, SharedCredentials, blocking,
};
use sts_proto::{Credentials, ErrorKind, RetryAdvice};

use crate::session_tasks::{Tasks, get};
use crate::session_world::{Place, Reply};
use crate::world::{error, keys};

fn in_full(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn wait<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let mut tasks = Tasks::new();
    let task = tasks.spawn(future);
    tasks.run();
    tasks.take(task).expect("an end")
}

/// The facts that every layer must keep.
#[derive(Debug, PartialEq)]
struct Facts {
    kind: ErrorKind,
    advice: RetryAdvice,
    code: Option<String>,
    request_id: Option<String>,
    status: Option<u16>,
    has_wait: bool,
}

macro_rules! facts {
    ($error:expr) => {{
        let error = &$error;
        Facts {
            kind: error.kind(),
            advice: error.advice(),
            code: error.code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            status: error.status().map(Into::into),
            has_wait: error.retry_in().is_some(),
        }
    }};
}

fn outage() -> Facts {
    Facts {
        kind: ErrorKind::Unavailable,
        advice: RetryAdvice::AfterBackoff,
        code: Some("STS5.0001".to_owned()),
        request_id: Some("0f3c-outage".to_owned()),
        status: Some(503),
        has_wait: true,
    }
}

fn client_of<S: ProvideCredentials>(place: &Place, source: S) -> Client<Place, S> {
    Client::builder(place.clone())
        .clock(place.clone())
        .region("cn-north-4")
        .credentials_provider(source)
        .build()
        .unwrap()
}

fn of_source(source: impl ProvideCredentials + Send + Sync + 'static) -> CredentialsError {
    wait(async move { source.credentials(CredentialsRequest::default()).await }).unwrap_err()
}

#[test]
fn an_outage_keeps_kind_advice_code_and_request_id_through_every_layer() {
    let place = Place::new();
    place.habit(Reply::Outage);
    let session = place.session();
    let error = get(&session).unwrap_err();
    assert_eq!(facts!(error), outage());
    assert_eq!(facts!(of_source(session.clone())), outage(), "a session as a provider");
    let boxed = SharedCredentials::new(session.clone());
    assert_eq!(facts!(of_source(boxed.clone())), outage(), "a shared handle");

    let client = client_of(&place, boxed);
    let caller = client.clone();
    let error: Error = wait(async move { caller.caller_identity().await }).unwrap_err();
    assert_eq!(facts!(error), outage(), "a client");
    let text = in_full(&error);
    assert_eq!(text.matches("0f3c-outage").count(), 1, "{text}");
    assert_eq!(text.matches("session has no credentials").count(), 1, "{text}");

    let further = client.session(place.operation()).unwrap();
    let error: SessionError = get(&further).unwrap_err();
    assert_eq!(facts!(error), outage(), "a session above");
    assert_eq!(facts!(of_source(further)), outage(), "a session above as a provider");
}

#[test]
fn an_outage_keeps_its_facts_through_blocking_layers() {
    let place = Place::new();
    place.habit(Reply::Outage);
    let session = place.blocking_session();
    let error = session.credentials().unwrap_err();
    assert_eq!(facts!(error), outage());
    let boxed: Arc<dyn blocking::ProvideCredentials + Send + Sync> = Arc::new(session);
    let error = boxed.credentials(CredentialsRequest::default()).unwrap_err();
    assert_eq!(facts!(error), outage());
}

/// A provider outside of this crate, with its own error type in between.
struct Wrapping(sts_client::Session);

#[derive(Debug, thiserror::Error)]
#[error("the vault is sealed")]
struct Sealed(#[source] SessionError);

impl ProvideCredentials for Wrapping {
    async fn credentials(
        &self,
        _: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let sealed = |error| CredentialsError::new("no secret").with_source(Sealed(error));
        self.0.credentials().await.map_err(sealed)
    }
}

#[test]
fn a_client_keeps_the_facts_of_the_cause_of_a_custom_provider() {
    let place = Place::new();
    place.habit(Reply::Outage);
    let client = client_of(&place, Wrapping(place.session()));
    let error: Error = wait(async move { client.caller_identity().await }).unwrap_err();
    assert_eq!(facts!(error), outage());
}

/// A provider over the network that a proxy does not let through.
struct Behind;

impl ProvideCredentials for Behind {
    async fn credentials(
        &self,
        _: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let refused = TransportError::not_sent(TransportErrorKind::Proxy);
        Err(CredentialsError::new("no secret").with_source(refused))
    }
}

#[test]
fn a_client_keeps_the_wait_of_a_transport_error_of_a_custom_provider() {
    let client = client_of(&Place::new(), Behind);
    let error: Error = wait(async move { client.caller_identity().await }).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.retry_in(), Some(Duration::from_secs(300)));
}

#[test]
fn an_error_without_a_known_cause_is_of_kind_credentials() {
    let error = CredentialsError::new("sealed").with_source(std::io::Error::other("closed"));
    assert_eq!((error.kind(), error.advice()), (ErrorKind::Credentials, RetryAdvice::Never));
    let error = error.with_kind(ErrorKind::Unavailable);
    assert_eq!(error.advice(), RetryAdvice::AfterBackoff);
    let missing = CredentialsError::not_configured("unset").with_source(error);
    assert_eq!(missing.kind(), ErrorKind::Credentials, "nothing was tried");
}

#[test]
fn credentials_that_are_rejected_again_at_once_return_the_time_to_retry() {
    for _ in 0..20 {
        let place = Place::new();
        let session = place.session();
        for _ in 0..2 {
            let credentials = get(&session).unwrap();
            place.pass(1);
            session.invalidate(&credentials);
        }
        let error = get(&session).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert_eq!(error.advice(), RetryAdvice::AfterBackoff);
        let wait = error.retry_in().expect("a wait");
        assert!((Duration::from_millis(250)..=Duration::from_secs(1)).contains(&wait), "{wait:?}");
        assert_eq!(place.requests(), 2);
        place.pass_for(wait - Duration::from_nanos(1));
        assert_eq!(get(&session).unwrap_err().retry_in(), Some(Duration::from_nanos(1)));
        place.pass_for(Duration::from_nanos(1));
        get(&session).expect("the wait is over");
    }
}

#[test]
fn early_rejections_with_accepted_credentials_in_between_do_not_add_up() {
    let place = Place::new();
    let session = place.session();
    for _ in 0..10 {
        // New credentials are not known everywhere yet; their replacement is accepted for an hour.
        let credentials = get(&session).unwrap();
        session.invalidate(&credentials);
        get(&session).expect("the first rejection in a row causes no wait");
        place.pass(3600);
    }
}

#[test]
fn a_failed_refresh_returns_the_time_of_the_next_one() {
    let place = Place::new();
    place.habit(Reply::Unavailable);
    let session = place.session();
    let mut last = Duration::ZERO;
    for _ in 0..8 {
        let wait = get(&session).unwrap_err().retry_in().expect("a wait");
        assert!(wait > last / 2, "{wait:?} after {last:?}");
        let requests = place.requests();
        place.pass_for(wait - Duration::from_nanos(1));
        get(&session).unwrap_err();
        assert_eq!(place.requests(), requests, "not before");
        place.pass_for(Duration::from_nanos(1));
        last = wait;
    }
    assert!(last >= Duration::from_secs(30), "{last:?}");
}

#[test]
fn the_next_refresh_waits_as_long_as_an_overloaded_service_requests_up_to_a_minute() {
    for (status, requested, from, to) in
        [(429, "45", 45, 54), (503, "3600", 60, 72), (503, "0", 0, 1), (404, "45", 0, 1)]
    {
        let transport = transport_fn(
            move |_: Exchange| ready(error(status, &[("retry-after", requested)], "X.1", "m")),
            |_| ready(()),
        );
        let place = Place::new();
        let client = Client::builder(transport)
            .clock(place.clone())
            .region("cn-north-4")
            .credentials(keys("HSTCALLER00000000001"))
            .policy(CallPolicy::default().attempts(1))
            .build()
            .unwrap();
        let session = client.session(place.operation()).unwrap();
        let further = client_of(&place, session.clone()).session(place.operation()).unwrap();
        let expected = Duration::from_secs(from)..=Duration::from_secs(to);
        let wait = get(&session).unwrap_err().retry_in().expect("a wait");
        assert!(expected.contains(&wait), "{status} {requested}: {wait:?}");
        let longer = get(&further).unwrap_err().retry_in().expect("a wait");
        assert!(longer >= wait || status == 404, "a session above: {longer:?}, {wait:?}");
    }
}

#[test]
fn a_success_clears_the_error_of_the_previous_refresh() {
    let place = Place::new();
    place.habit(Reply::Unavailable);
    let session = place.session();
    assert_eq!(get(&session).unwrap_err().kind(), ErrorKind::Unavailable);
    place.habit(Reply::Keys);
    for _ in 0..2 {
        place.pass(60);
        let credentials = get(&session).unwrap();
        session.invalidate(&credentials);
    }
    assert_eq!(get(&session).unwrap_err().kind(), ErrorKind::Throttled);
}
