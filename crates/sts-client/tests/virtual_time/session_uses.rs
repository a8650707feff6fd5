//! Further uses of a session, in virtual time: watching, refreshing in the background, and as a
//! credential provider.

use std::fmt::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Response;
use sts_client::session::{CredentialState, SessionPolicy};
use sts_client::transport::transport_fn;
use sts_client::{Backoff, Client, Exchange, ProvideCredentials, TransportError};
use sts_client::{CredentialsError, CredentialsRequest};
use sts_proto::{Body, Credentials, ErrorKind};

use crate::session_tasks::{Tasks, at_once, get};
use crate::session_world::{Place, Reply, number};

#[test]
fn watchers_see_every_change() {
    let place = Place::new();
    let session = place.session();
    let mut watcher = session.watch();
    let mut tasks = Tasks::new();
    tasks.spawn(async move {
        let mut seen = Vec::new();
        while let Some(keys) = watcher.changed().await {
            seen.push(number(&Ok(keys)));
        }
        seen
    });
    tasks.run();
    let keys = get(&session).unwrap();
    tasks.run();
    get(&session).unwrap();
    session.invalidate(&keys);
    tasks.run();
    get(&session).unwrap();
    tasks.run();
    place.pass(4000);
    get(&session).unwrap();
    tasks.run();
    drop(session);
    assert_eq!(tasks.run().output(0).expect("the watcher ends with the session"), &[1, 2, 3]);
}

#[test]
fn a_refresh_with_the_same_credentials_is_no_change() {
    let place = Place::new();
    let expiration = place.now().wall + Duration::from_secs(40 * 24 * 3600);
    let fixed = Credentials::temporary("HSTFIXED000000000001", "secret", "token", expiration);
    let session = place.client().session(fixed).unwrap();
    let mut watcher = session.watch();
    let mut tasks = Tasks::new();
    tasks.spawn(async move {
        let mut seen = Vec::new();
        while let Some(credentials) = watcher.changed().await {
            seen.push(credentials.access_key_id.clone());
        }
        seen
    });
    for _ in 0..4 {
        get(&session).unwrap();
        tasks.run();
        place.pass(24 * 3600);
    }
    assert!(session.status().counters.refreshes >= 3);
    drop(session);
    assert_eq!(tasks.run().output(0).expect("the session has ended").len(), 1);
}

#[test]
fn keep_fresh_refreshes_without_callers_and_ends_with_the_session() {
    let place = Place::new();
    let session = place.session();
    let mut tasks = Tasks::new();
    let refresher = tasks.spawn(session.keep_fresh());
    for _ in 0..24 * 60 {
        tasks.run();
        assert_ne!(session.state(), CredentialState::Expired);
        place.pass(60);
    }
    assert!((28..=60).contains(&place.requests()), "{} requests", place.requests());
    let requests = place.requests();
    tasks.run();
    drop(session);
    tasks.run();
    assert!(!tasks.is_pending(refresher), "it does not sleep on");
    assert!(place.requests() <= requests + 1);
}

#[test]
fn keep_fresh_refreshes_at_once_when_credentials_are_rejected() {
    let place = Place::new();
    let session = place.session();
    let mut tasks = Tasks::new();
    tasks.spawn(session.keep_fresh());
    tasks.run();
    session.invalidate(&at_once(&session).unwrap().unwrap());
    tasks.run();
    assert_eq!(number(&at_once(&session).expect("no caller waits")), 2);
}

#[test]
fn keep_fresh_spaces_its_refreshes_in_an_outage() {
    let place = Place::new();
    place.habit(Reply::Unavailable);
    let session = place.session();
    let mut tasks = Tasks::new();
    tasks.spawn(session.keep_fresh());
    for _ in 0..600 {
        tasks.run();
        place.pass(1);
    }
    assert!((10..=26).contains(&place.requests()), "{} requests", place.requests());
    place.habit(Reply::Keys);
    place.pass(60);
    tasks.run();
    assert_eq!(session.state(), CredentialState::Fresh);
}

#[test]
fn a_session_is_a_provider_of_another() {
    let place = Place::new();
    let first = place.session();
    let client = sts_client::Client::builder(place.clone())
        .clock(place.clone())
        .region("cn-north-4")
        .credentials_provider(first.clone())
        .build()
        .unwrap();
    let second = client.session(place.operation()).unwrap();
    assert_eq!(number(&get(&second)), 2);
    assert_eq!(number(&get(&first)), 1);

    // Temporary credentials can assume for an hour at most, so nothing is sent.
    let third = client.session(place.operation().duration(Duration::from_secs(3601))).unwrap();
    assert_eq!(get(&third).unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(place.requests(), 2);
}

#[test]
fn a_session_without_credentials_passes_its_error_to_the_session_above() {
    let place = Place::new();
    place.habit(Reply::Unavailable);
    let source = place.session();
    let client = sts_client::Client::builder(place.clone())
        .clock(place.clone())
        .region("cn-north-4")
        .credentials_provider(source)
        .build()
        .unwrap();
    let error = get(&client.session(place.operation()).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(cause.contains("503"), "{error}: {cause}");
}

#[test]
fn a_provider_that_learns_of_a_rejection_returns_other_credentials() {
    let place = Place::new();
    let session = place.session();
    let refused = get(&session).unwrap();
    let mut tasks = Tasks::new();
    tasks.spawn(async move {
        let mut request = CredentialsRequest::default();
        request.rejected = Some(refused);
        ProvideCredentials::credentials(&session, request).await.unwrap().access_key_id.clone()
    });
    assert_eq!(tasks.run().output(0).unwrap(), "HSTA0000000000000002");
}

/// A provider that fails at once, without a request.
#[derive(Clone, Default)]
struct Failing(Arc<AtomicUsize>);

impl ProvideCredentials for Failing {
    async fn credentials(
        &self,
        _: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(CredentialsError::new("the vault is sealed"))
    }
}

fn without_backoff() -> SessionPolicy {
    SessionPolicy::default().backoff(Backoff::new(Duration::ZERO, Duration::ZERO))
}

#[test]
fn keep_fresh_has_a_minimum_wait_where_the_policy_has_no_backoff() {
    let (place, failing) = (Place::new(), Failing::default());
    let client = Client::builder(place.clone())
        .clock(place.clone())
        .region("cn-north-4")
        .credentials_provider(failing.clone())
        .build()
        .unwrap();
    let session = client.session_with(place.operation(), without_backoff()).unwrap();
    let mut tasks = Tasks::new();
    tasks.spawn(session.keep_fresh());
    for _ in 0..300 {
        tasks.run();
        place.pass_for(Duration::from_millis(10));
    }
    let refreshes = failing.0.load(Ordering::SeqCst);
    assert!((10..=13).contains(&refreshes), "{refreshes} refreshes in 3 s");
}

#[test]
fn a_session_has_a_minimum_wait_where_the_policy_has_no_backoff() {
    let place = Place::new();
    let session = place.session_with(without_backoff());
    place.habit(Reply::Unavailable);
    for _ in 0..100 {
        get(&session).unwrap_err();
    }
    assert_eq!(place.requests(), 1);
    place.habit(Reply::Keys);
    place.pass(1);
    // Credentials whose refresh is due on arrival.
    let mut policy = without_backoff();
    (policy.refresh_from, policy.refresh_until) = (0.0, 0.0);
    let session = place.session_with(policy);
    for _ in 0..100 {
        get(&session).unwrap();
    }
    assert_eq!(place.requests(), 2);
    place.habit(Reply::Keys);
    for _ in 0..100 {
        if let Ok(credentials) = get(&session) {
            session.invalidate(&credentials);
        }
    }
    assert_eq!(place.requests(), 3, "rejected again and again");
}

#[test]
fn keep_fresh_lets_other_tasks_run_when_provider_and_timer_are_ready_at_once() {
    let (place, failing) = (Place::new(), Failing::default());
    let transport = transport_fn(
        |_: Exchange| async { Ok::<_, TransportError>(Response::new(Body::empty())) },
        |_| std::future::ready(()),
    );
    let client = Client::builder(transport)
        .clock(place.clone())
        .region("cn-north-4")
        .credentials_provider(failing)
        .build()
        .unwrap();
    let session = client.session_with(place.operation(), without_backoff()).unwrap();
    let mut tasks = Tasks::new();
    let refresher = tasks.spawn(session.keep_fresh());
    for _ in 0..10 {
        assert!(tasks.poll(refresher), "it yields, and is woken again");
    }
}

/// Calls all non-blocking methods of the session while it is formatted.
struct Asking<F>(F);

impl<F: Fn()> Write for Asking<F> {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        (self.0)();
        Ok(())
    }
}

#[test]
fn a_writer_may_use_the_session_that_it_prints() {
    let place = Place::new();
    let session = place.session();
    let credentials = get(&session).unwrap();
    let asking = || {
        let _ = session.state();
        at_once(&session);
        session.invalidate(&credentials);
    };
    write!(Asking(asking), "{session:?} {session:#?}").unwrap();
    let blocking = place.blocking_session();
    let credentials = blocking.credentials().unwrap();
    let asking = || {
        let _ = blocking.state();
        blocking.invalidate(&credentials);
        let _ = blocking.credentials();
    };
    write!(Asking(asking), "{blocking:?} {blocking:#?}").unwrap();
}

#[test]
fn a_writer_may_use_the_client_that_it_prints() {
    let place = Place::new();
    let client = place.client();
    let asking = || {
        let mut tasks = Tasks::new();
        let (client, operation) = (client.clone(), place.operation());
        tasks.spawn(async move { client.assume_agency(operation).await.map(drop) });
        assert!(tasks.run().output(0).unwrap().is_ok());
    };
    asking();
    write!(Asking(asking), "{client:?} {client:#?}").unwrap();
}

#[test]
fn a_writer_may_use_the_session_while_it_refreshes() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    assert!(at_once(&session).is_none());
    let asked = session.clone();
    place.during_poll(move || {
        assert!(at_once(&asked).is_none(), "the poll goes on");
        let _ = asked.state();
    });
    assert!(at_once(&session).is_none());
    place.habit(Reply::Keys);
    get(&session).unwrap();
}

#[test]
fn a_session_is_shown_with_its_state_and_without_secrets() {
    let place = Place::new();
    let session = place.session();
    assert!(format!("{session:?}").contains("Expired"));
    let keys = get(&session).unwrap();
    let shown = format!("{session:?}");
    assert!(shown.contains("Fresh"), "{shown}");
    assert!(!shown.contains(keys.secret_access_key.expose_secret()), "{shown}");
}
