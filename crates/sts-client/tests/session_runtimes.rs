//! One session on several tokio runtimes: idle ones, and ones that have shut down. Their timers run
//! in virtual time.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that goes wrong panics")]

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use futures_util::FutureExt;
use http::Response;
use sts_client::session::SessionPolicy;
use sts_client::{Client, Clock, Exchange, Now, Session, Transport, TransportError};
use sts_proto::{AssumeAgencyWithOidc, Body};
use time::macros::datetime;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep};

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts panics, including caught ones: where panics abort, each ends the process.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::SeqCst);
            usual(info);
        }));
    });
}

/// Its futures belong to the runtime on which they were polled first. The first request gets its
/// response after an hour, or the first `slow` ones; the others after a second.
#[derive(Clone)]
struct Network {
    requests: Arc<AtomicUsize>,
    slow: usize,
}

impl Default for Network {
    fn default() -> Self {
        Self { requests: Arc::default(), slow: 1 }
    }
}

impl Transport for Network {
    async fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
        let is_slow = self.requests.fetch_add(1, Ordering::SeqCst) < self.slow;
        sleep(Duration::from_secs(if is_slow { 3600 } else { 1 })).await;
        let json = r#"{"credentials":{"access_key_id":"HSTA1","secret_access_key":"secret",
            "security_token":"token","expiration":"2026-03-05T08:00:00Z"},
            "assumed_agency":{"urn":"sts::0a1b:assumed-agency:a/b","id":"i:b"},
            "audience":"sts","provider":"ci","subject_from_id_token":"job"}"#;
        Ok(Response::new(Body::from(json.as_bytes().to_vec())))
    }

    async fn sleep(&self, duration: Duration) {
        sleep(duration).await;
    }
}

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Now {
        Now::new(datetime!(2026-03-05 07:00 UTC), Duration::from_secs(1000))
    }

    fn seed(&self) -> u64 {
        7
    }
}

fn session(network: &Network) -> Session {
    let client = Client::builder(network.clone())
        .clock(StandingClock)
        .region("cn-north-4")
        .build()
        .expect("a client");
    // It is not signed: a cancelled request with an access key that has not been accepted yet would
    // limit further ones, by a clock that stands still here.
    let (provider, agency) = ("iam::0a1b:oidcProvider:ci", "iam::0a1b:agency:backup");
    let agency = AssumeAgencyWithOidc::new(provider, agency, "nightly", "id-token");
    client.session_with(agency, SessionPolicy::default()).unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

/// Requests credentials on a new runtime. Returns how long it took there.
fn ask(session: &Session) -> Duration {
    runtime().block_on(async {
        let start = Instant::now();
        session.credentials().await.expect("credentials");
        start.elapsed()
    })
}

/// How a runtime comes to hold a refresh.
type Begin = fn(&Runtime, &Session);

fn in_passing(runtime: &Runtime, session: &Session) {
    runtime.block_on(async { assert!(session.credentials().now_or_never().is_none()) });
}

fn with_a_limit(runtime: &Runtime, session: &Session) {
    runtime.block_on(async {
        let asked = tokio::time::timeout(Duration::from_secs(1), session.credentials());
        assert!(asked.await.is_err());
    });
}

fn in_a_task(runtime: &Runtime, session: &Session) {
    let session = session.clone();
    runtime.spawn(async move { session.credentials().await.map(drop) });
    runtime.block_on(async { sleep(Duration::from_secs(1)).await });
}

fn in_the_background(runtime: &Runtime, session: &Session) {
    runtime.spawn(session.keep_fresh());
    runtime.block_on(async { sleep(Duration::from_secs(1)).await });
}

const BEGINNINGS: [(&str, Begin); 4] = [
    ("in passing", in_passing),
    ("with a limit", with_a_limit),
    ("in a task", in_a_task),
    ("in the background", in_the_background),
];

#[test]
fn a_refresh_on_an_idle_runtime_is_replaced_within_the_limit_of_waiting_callers() {
    count_panics();
    for (name, begin) in BEGINNINGS {
        let network = Network::default();
        let (session, idle) = (session(&network), runtime());
        begin(&idle, &session);
        let took = ask(&session);
        assert!(took <= Duration::from_secs(42), "{name}: {took:?}");
        assert_eq!(network.requests.load(Ordering::SeqCst), 2, "{name}");
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
}

#[test]
fn a_refresh_on_a_runtime_that_has_shut_down_is_replaced_at_once_and_without_a_panic() {
    count_panics();
    for (name, begin) in BEGINNINGS {
        let network = Network::default();
        let (session, gone) = (session(&network), runtime());
        begin(&gone, &session);
        drop(gone);
        let took = ask(&session);
        assert!(took <= Duration::from_secs(2), "{name}: {took:?}");
        assert_eq!(network.requests.load(Ordering::SeqCst), 2, "{name}");
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
}

#[test]
fn several_runtimes_that_shut_down_in_a_row_do_not_delay_the_next_one() {
    count_panics();
    for (name, begin) in BEGINNINGS {
        for lost in 2..=5 {
            let network = Network { slow: lost, ..Network::default() };
            let session = session(&network);
            for _ in 0..lost {
                begin(&runtime(), &session);
            }
            let took = ask(&session);
            assert!(took <= Duration::from_secs(2), "{name}: {took:?}");
            assert_eq!(network.requests.load(Ordering::SeqCst), lost + 1, "{name}");
        }
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
}

#[test]
fn runtimes_that_shut_down_repeatedly_do_not_cause_a_tight_loop() {
    let network = Network { slow: usize::MAX, ..Network::default() };
    let session = session(&network);
    for _ in 0..100 {
        runtime().block_on(async { drop(session.credentials().now_or_never()) });
    }
    let failure = runtime().block_on(session.credentials()).expect_err("it backs off");
    assert!(failure.retry_in().is_some_and(|wait| wait <= Duration::from_secs(2)));
    assert_eq!(network.requests.load(Ordering::SeqCst), 6);
}

#[test]
fn a_runtime_with_several_threads_may_shut_down_as_well() {
    count_panics();
    let network = Network::default();
    let session = session(&network);
    let gone = Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    gone.block_on(async { assert!(session.credentials().now_or_never().is_none()) });
    drop(gone);
    let next = Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    next.block_on(session.credentials()).expect("credentials");
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
}

#[test]
fn a_background_refresher_may_end_with_its_runtime_while_another_runtime_waits() {
    count_panics();
    for _ in 0..100 {
        let network = Network::default();
        let (session, gone) = (session(&network), runtime());
        in_the_background(&gone, &session);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| ask(&session));
            drop(gone);
            waiting.join().expect("credentials");
        });
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
}
