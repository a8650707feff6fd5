//! Pools of sessions, in virtual time.
#![cfg(feature = "test-util")]
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use futures_lite::future::{block_on, yield_now};
use http::Response;
use sts_client::pool::{SessionPool, blocking};
use sts_client::session::{SessionEvent, SessionHealth, SessionObserver, SessionStatus};
use sts_client::test_util::{TestClock, poll_until_idle};
use sts_client::transport::{BoxFuture, transport_fn};
use sts_client::{Client, ClientBuilder, Clock, Exchange, TransportError};
use sts_proto::{AssumeAgency, Body, Credentials, ErrorKind};
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

/// A service that issues credentials with increasing numbers.
#[derive(Clone)]
struct Service {
    clock: TestClock,
    issued: Arc<AtomicU64>,
    is_out: Arc<Mutex<bool>>,
}

impl Service {
    fn new() -> Self {
        let clock = TestClock::new(datetime!(2026-03-05 07:00 UTC));
        Self { clock, issued: Arc::default(), is_out: Arc::default() }
    }

    fn respond(&self) -> Response<Body> {
        let number = self.issued.fetch_add(1, Ordering::SeqCst);
        if *self.is_out.lock().unwrap() {
            return Response::builder().status(403).body(Body::empty()).unwrap();
        }
        let end = (self.clock.now().wall + Duration::from_secs(900)).format(&Rfc3339).unwrap();
        let json = format!(
            r#"{{"credentials":{{"access_key_id":"HST{number}","secret_access_key":"s",
            "security_token":"t","expiration":"{end}"}},
            "assumed_agency":{{"urn":"sts::0a1b:assumed-agency:a/n","id":"i:n"}}}}"#,
        );
        Response::new(Body::from(json.into_bytes()))
    }

    fn requests(&self) -> u64 {
        self.issued.load(Ordering::SeqCst)
    }

    fn builder(
        &self,
        credentials: Credentials,
    ) -> ClientBuilder<impl sts_client::Transport + Send + Sync + 'static, Arc<Credentials>> {
        let (service, timer) = (self.clone(), self.clock.clone());
        let send = move |_: Exchange| {
            let service = service.clone();
            Box::pin(async move {
                yield_now().await;
                Ok(service.respond())
            }) as BoxFuture<'static, Result<Response<Body>, TransportError>>
        };
        Client::builder(transport_fn(send, move |wait| timer.sleep(wait)))
            .clock(self.clock.clone())
            .region("cn-north-4")
            .credentials(credentials)
    }

    fn pool(&self, capacity: usize) -> SessionPool {
        let client = self.builder(permanent()).build().unwrap();
        SessionPool::builder(&client).capacity(capacity).build()
    }
}

fn permanent() -> Credentials {
    Credentials::permanent("EXAMPLEAK00000000001", "secret")
}

fn request(name: &str) -> AssumeAgency {
    AssumeAgency::new("iam::0a1b:agency:lake", name).duration(Duration::from_secs(900))
}

fn id(pool: &SessionPool, request: AssumeAgency) -> String {
    block_on(pool.credentials(request)).unwrap().access_key_id.clone()
}

#[test]
fn equal_requests_share_credentials_and_different_ones_never_do() {
    let service = Service::new();
    let pool = service.pool(100);
    let base = || request("tenant");
    let requests = [
        base(),
        AssumeAgency::new("iam::0a1b:agency:lake", "tenant"),
        AssumeAgency::new("iam::0a1b:agency:other", "tenant").duration(Duration::from_secs(900)),
        request("tenant-2"),
        base().duration(Duration::from_secs(901)),
        base().external_id("external"),
        base().policy("{}"),
        base().policy("{ }"),
        base().policy_ids(["policy-1"]),
        base().source_identity("alice"),
        base().source_identity("bob"),
        base().tag("team", "a"),
        base().tag("team", "b"),
        base().tag("team", "a").transitive_tag_keys(["team"]),
    ];
    let first: Vec<String> = requests.iter().map(|one| id(&pool, one.clone())).collect();
    let second: Vec<String> = requests.iter().map(|one| id(&pool, one.clone())).collect();
    assert_eq!(first, second);
    let distinct: std::collections::BTreeSet<_> = first.iter().collect();
    assert_eq!(distinct.len(), requests.len());
    assert_eq!(service.requests(), u64::try_from(requests.len()).unwrap());
    let status = pool.status();
    assert_eq!((status.sessions, status.hits, status.misses), (14, 14, 14));
}

#[test]
fn one_call_is_made_for_all_callers_of_a_request() {
    let service = Service::new();
    let pool = service.pool(100);
    let mut first = pin!(pool.credentials(request("tenant")));
    let mut second = pin!(pool.credentials(request("tenant")));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert!(second.as_mut().poll(&mut context).is_pending());
    assert!(matches!(poll_until_idle(first), Poll::Ready(Ok(_))));
    assert!(matches!(poll_until_idle(second), Poll::Ready(Ok(_))));
    assert_eq!(service.requests(), 1);
}

#[test]
fn the_least_recently_used_session_leaves_a_full_pool() {
    let service = Service::new();
    let pool = service.pool(2);
    let (a, b) = (id(&pool, request("aa")), id(&pool, request("bb")));
    assert_eq!(id(&pool, request("aa")), a);
    let held = pool.session(request("bb")).unwrap();
    assert_eq!(id(&pool, request("aa")), a);
    id(&pool, request("cc"));
    assert_eq!(id(&pool, request("aa")), a, "used more recently");
    assert_eq!(block_on(held.credentials()).unwrap().access_key_id, b, "who holds it may use it");
    assert_ne!(id(&pool, request("bb")), b, "a new session");
    let status = pool.status();
    assert_eq!((status.sessions, status.capacity, status.evictions), (2, 2, 2));
}

#[test]
fn removed_sessions_are_made_anew() {
    let service = Service::new();
    let pool = service.pool(10);
    let first = id(&pool, request("tenant"));
    pool.remove(request("other"));
    assert_eq!(pool.status().sessions, 1);
    pool.remove(request("tenant"));
    assert_eq!(pool.status().sessions, 0);
    assert_ne!(id(&pool, request("tenant")), first);
    pool.clear();
    assert_eq!(pool.status().sessions, 0);
    id(&pool, request("tenant"));
    id(&pool, request("tenant"));
    assert_eq!(service.requests(), 3);
}

#[test]
fn an_invalid_request_does_not_enter_the_pool() {
    let service = Service::new();
    let pool = service.pool(10);
    for invalid in [
        AssumeAgency::new("not a urn", "tenant"),
        request("tenant").policy("x".repeat(4097)),
        request("tenant").mfa("iam::0a1b:mfa:device", "123456"),
    ] {
        let error = pool.session(invalid).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    }
    assert_eq!((pool.status().sessions, service.requests()), (0, 0));
}

#[test]
fn the_limit_of_chained_sessions_is_reported_before_a_call() {
    let service = Service::new();
    let end = service.clock.now().wall + Duration::from_secs(86400);
    let temporary = Credentials::temporary("HSTCALLER", "secret", "token", end);
    let client = service.builder(temporary).build().unwrap();
    let pool = SessionPool::builder(&client).build();
    let long = request("tenant").duration(Duration::from_secs(3601));
    let error = block_on(pool.credentials(long)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let text = text_of(&error);
    assert!(text.contains("3600 seconds"), "{text}");
    assert_eq!(service.requests(), 0);
    block_on(pool.credentials(request("tenant").duration(Duration::from_secs(3600)))).unwrap();
}

/// The error with its causes.
fn text_of(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", text_of(source)),
        None => error.to_string(),
    }
}

/// Collects the labels of sessions whose refresh failed.
#[derive(Clone, Default)]
struct Failed(Arc<Mutex<Vec<String>>>);

impl SessionObserver for Failed {
    fn observe(&self, event: SessionEvent, status: &SessionStatus) {
        if matches!(event, SessionEvent::RefreshFailed { .. }) {
            assert_eq!(status.health, SessionHealth::Unavailable);
            self.0.lock().unwrap().push(status.label.to_string());
        }
    }
}

#[test]
fn a_failure_backs_off_for_all_callers_and_names_its_session() {
    let service = Service::new();
    let failed = Failed::default();
    let client = service.builder(permanent()).build().unwrap();
    let pool = SessionPool::builder(&client).observed_by(failed.clone()).build();
    *service.is_out.lock().unwrap() = true;
    for _ in 0..5 {
        let error = block_on(pool.credentials(request("tenant"))).unwrap_err();
        assert!(error.retry_in().is_some());
    }
    assert_eq!(service.requests(), 1);
    assert_eq!(*failed.0.lock().unwrap(), ["iam::0a1b:agency:lake/tenant"]);
}

/// The same service for threads.
struct Blocking(Service);

impl sts_client::blocking::Transport for Blocking {
    fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
        Ok(self.0.respond())
    }

    fn sleep(&self, duration: Duration) {
        self.0.clock.advance(duration);
    }
}

#[test]
fn threads_share_the_sessions_of_a_blocking_pool() {
    let service = Service::new();
    let client = Client::builder(Blocking(service.clone()))
        .clock(service.clock.clone())
        .region("cn-north-4")
        .credentials(permanent())
        .build_blocking()
        .unwrap();
    let pool = blocking::SessionPool::builder(&client).capacity(3).build();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for name in ["aa", "bb", "cc"] {
                    pool.credentials(request(name)).unwrap();
                }
            });
        }
    });
    assert_eq!((service.requests(), pool.status().sessions), (3, 3));
    pool.remove(request("aa"));
    drop(pool.session(request("dd")).unwrap());
    assert_eq!((pool.status().sessions, pool.status().evictions), (3, 0));
    assert!(format!("{pool:?}").contains("sessions: 3"));
    pool.clear();
    assert_eq!(pool.status().sessions, 0);
}

#[test]
fn threads_can_share_pools_and_their_builders() {
    const fn is_shared<T: Send + Sync + 'static>(_: &T) {}
    let service = Service::new();
    let client = service.builder(permanent()).build().unwrap();
    let builder = SessionPool::builder(&client).observed_by(Failed::default());
    is_shared(&builder);
    is_shared(&builder.build());
    let client = Client::builder(Blocking(service.clone()))
        .clock(service.clock)
        .region("cn-north-4")
        .credentials(permanent())
        .build_blocking()
        .unwrap();
    let builder = blocking::SessionPool::builder(&client).observed_by(Failed::default());
    is_shared(&builder);
    is_shared(&builder.build());
}
