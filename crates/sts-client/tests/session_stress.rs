//! A hundred thousand tasks on two threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Response;
use sts_client::{Client, Clock, Exchange, Now, Transport, TransportError};
use sts_proto::{AssumeAgency, Body, Credentials};
use time::macros::datetime;
use tokio::sync::Semaphore;

const TASKS: usize = 100_000;

/// Responds when the gate is opened.
#[derive(Clone)]
struct Gated {
    requests: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
}

impl Transport for Gated {
    async fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let _open = self.gate.acquire().await;
        let json = r#"{"credentials":{"access_key_id":"HSTA1","secret_access_key":"secret",
            "security_token":"token","expiration":"2026-03-05T08:00:00Z"},
            "assumed_agency":{"urn":"sts::0a1b:assumed-agency:a/b","id":"i:b"}}"#;
        Ok(Response::new(Body::from(json.as_bytes().to_vec())))
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending::<()>().await;
    }
}

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Now {
        Now::new(datetime!(2026-03-05 07:00 UTC), Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        7
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_tasks_on_two_threads_share_one_refresh() {
    let gated = Gated { requests: Arc::default(), gate: Arc::new(Semaphore::new(0)) };
    let client = Client::builder(gated.clone())
        .clock(StandingClock)
        .region("cn-north-4")
        .credentials(Credentials::permanent("HSTCALLER", "secret"))
        .build()
        .expect("a client");
    let session = client.session(AssumeAgency::new("iam::0a1b:agency:backup", "nightly")).unwrap();
    let tasks: Vec<_> = (0..TASKS)
        .map(|index| {
            let (session, gate) = (session.clone(), gated.gate.clone());
            let task = tokio::spawn(async move { session.credentials().await.map(drop) });
            // Half of them start before the response, half while it arrives and later. Some waiting
            // tasks are cancelled, including the first of all.
            if index == TASKS / 2 {
                gate.add_permits(1);
            }
            if index % 1000 == 0 {
                task.abort();
            }
            task
        })
        .collect();
    let mut served = 0;
    for task in tasks {
        match task.await {
            Ok(keys) => {
                keys.expect("keys");
                served += 1;
            }
            Err(error) => assert!(error.is_cancelled(), "{error}"),
        }
    }
    assert!(served >= TASKS - TASKS / 1000, "{served} were served");
    assert_eq!(gated.requests.load(Ordering::SeqCst), 1);
}
