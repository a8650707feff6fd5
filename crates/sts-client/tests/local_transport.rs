//! A transport whose futures are not `Send`, on executors that run on one thread.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_lite::future::{block_on, yield_now};
use http::Response;
use send_wrapper::SendWrapper;
use sts_client::session::SessionPolicy;
use sts_client::transport::MaybeSend;
use sts_client::{Client, Clock, Exchange, Now, Session, Transport, TransportError};
use sts_proto::{AssumeAgency, Body, Credentials};
use time::macros::datetime;
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::sleep;

/// HTTP stack of one thread, such as one over `io_uring`.
#[derive(Default)]
struct Stack {
    requests: Cell<u32>,
}

impl Stack {
    /// The future contains an `Rc`, so it is not `Send`.
    async fn exchange(self: Rc<Self>, _: Exchange) -> Result<Response<Body>, TransportError> {
        self.requests.set(self.requests.get() + 1);
        yield_now().await;
        let json = format!(
            r#"{{"credentials":{{"access_key_id":"HSTA{}","secret_access_key":"secret",
            "security_token":"token","expiration":"2026-03-05T08:00:00Z"}},
            "assumed_agency":{{"urn":"sts::0a1b:assumed-agency:a/b","id":"i:b"}}}}"#,
            self.requests.get()
        );
        Ok(Response::new(Body::from(json.into_bytes())))
    }
}

#[derive(Clone)]
struct LocalTransport(SendWrapper<Rc<Stack>>);

impl Transport for LocalTransport {
    fn send(
        &self,
        exchange: Exchange,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + MaybeSend {
        SendWrapper::new(Rc::clone(&self.0).exchange(exchange))
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend {
        SendWrapper::new(sleep(duration))
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

fn transport() -> LocalTransport {
    LocalTransport(SendWrapper::new(Rc::default()))
}

fn client(transport: &LocalTransport) -> Client<LocalTransport, Arc<Credentials>> {
    Client::builder(transport.clone())
        .clock(StandingClock)
        .region("cn-north-4")
        .credentials(Credentials::permanent("HSTCALLER", "secret"))
        .build()
        .unwrap()
}

fn session(transport: &LocalTransport) -> Session {
    let agency = AssumeAgency::new("iam::0a1b:agency:backup", "nightly");
    client(transport).session_with(agency, SessionPolicy::default()).unwrap()
}

#[test]
fn local_tasks_share_a_session_and_its_background_refresh() {
    let transport = transport();
    let session = session(&transport);
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let background = spawn_local(session.keep_fresh());
        let callers = [session.clone(), session.clone(), session.clone()]
            .map(|session| spawn_local(async move { session.credentials().await }));
        for caller in callers {
            assert_eq!(caller.await.unwrap().unwrap().access_key_id, "HSTA1");
        }
        let first = session.credentials().await.unwrap();
        session.invalidate(&first);
        assert_eq!(session.credentials().await.unwrap().access_key_id, "HSTA2");
        background.abort();
    });
    assert_eq!(transport.0.requests.get(), 2, "one refresh for all callers");
}

#[test]
fn a_client_calls_on_an_executor_of_one_thread() {
    let transport = transport();
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let _timers = runtime.enter();
    let agency = AssumeAgency::new("iam::0a1b:agency:backup", "nightly");
    let assumed = block_on(client(&transport).assume_agency(agency)).unwrap();
    assert_eq!(assumed.credentials.access_key_id, "HSTA1");
}

#[test]
fn a_session_reports_the_panic_of_a_use_on_another_thread() {
    let transport = transport();
    let session = session(&transport);
    let used =
        thread::scope(|scope| scope.spawn(|| block_on(session.credentials()).map(drop)).join());
    let error = used.unwrap().unwrap_err();
    assert!(error.to_string().contains("panicked"), "{error}");
    assert_eq!(transport.0.requests.get(), 0);
}
