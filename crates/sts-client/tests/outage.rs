//! Outages in virtual time: what callers receive, and what operators see of it.
#![cfg(all(feature = "test-util", feature = "tracing"))]
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod logged;

use std::future::ready;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use http::Response;
use sts_client::session::{CredentialState, SessionHealth, SessionStatus};
use sts_client::test_util::{TestClock, poll_until_idle};
use sts_client::transport::transport_fn;
use sts_client::{Client, Clock, Exchange, Session, TransportError};
use sts_proto::{AssumeAgency, Body, Credentials};
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use tracing::Level;

use crate::logged::logged;

/// The lifetime of credentials in seconds.
const LIFETIME: u64 = 3600;

/// A session, its clock, and a service that can be out of order.
struct World {
    clock: TestClock,
    is_out: Arc<AtomicBool>,
    session: Session,
    keep_fresh: Pin<Box<dyn Future<Output = ()>>>,
}

impl World {
    /// Each seed leads to other times of refreshes.
    fn new(seed: u64) -> Self {
        let clock = TestClock::new(datetime!(2026-03-05 07:00 UTC));
        for _ in 0..seed {
            clock.seed();
        }
        let is_out = Arc::new(AtomicBool::new(false));
        let (service, timer) = ((clock.clone(), Arc::clone(&is_out)), clock.clone());
        let transport = transport_fn(
            move |_: Exchange| ready(Ok::<_, TransportError>(respond(&service.0, &service.1))),
            move |duration| timer.sleep(duration),
        );
        let client = Client::builder(transport)
            .clock(clock.clone())
            .region("cn-north-4")
            .credentials(Credentials::permanent("EXAMPLEAK00000000001", "PLANTED"))
            .build()
            .unwrap();
        let session = client.session(AssumeAgency::new("iam::0a1b:agency:a", "nightly")).unwrap();
        let keep_fresh = Box::pin(session.keep_fresh());
        Self { clock, is_out, session, keep_fresh }
    }

    /// Lets this many seconds pass while `keep_fresh` runs, with a caller in each second. Returns
    /// the number of callers that received an error.
    fn pass(&mut self, seconds: u64) -> usize {
        let mut failed = 0;
        for _ in 0..seconds {
            assert!(poll_until_idle(self.keep_fresh.as_mut()).is_pending());
            let mut caller = pin!(self.session.credentials());
            // A caller in an outage without credentials may wait for a refresh in flight.
            if !matches!(poll_until_idle(caller.as_mut()), Poll::Ready(Ok(_))) {
                failed += 1;
            }
            self.clock.advance(Duration::from_secs(1));
        }
        failed
    }

    /// Runs an outage between these seconds, and returns the callers that received an error, the
    /// status at its end, and the last status.
    fn outage(&mut self, begins: u64, lasts: u64) -> (usize, SessionStatus, SessionStatus) {
        let before = self.pass(begins);
        self.is_out.store(true, Ordering::Relaxed);
        let during = self.pass(lasts);
        let status = self.session.status();
        self.is_out.store(false, Ordering::Relaxed);
        let after = self.pass(120);
        assert_eq!(before, 0);
        (during + after, status, self.session.status())
    }
}

fn respond(clock: &TestClock, is_out: &AtomicBool) -> Response<Body> {
    if is_out.load(Ordering::Relaxed) {
        let body = r#"{"error_code":"STS5.0001","error_msg":"try later"}"#;
        let response = Response::builder().status(503).header("x-request-id", "0f3c-outage");
        return response.body(Body::from(body.as_bytes().to_vec())).unwrap();
    }
    let end = (clock.now().wall + Duration::from_secs(LIFETIME)).format(&Rfc3339).unwrap();
    let json = format!(
        r#"{{"credentials":{{"access_key_id":"HST","secret_access_key":"PLANTED",
        "security_token":"PLANTED","expiration":"{end}"}},
        "assumed_agency":{{"urn":"sts::0a1b:assumed-agency:a/nightly","id":"i:nightly"}}}}"#,
    );
    Response::new(Body::from(json.into_bytes()))
}

/// Level and message of each line.
fn lines(log: &str) -> Vec<String> {
    let line = |line: &str| {
        let line = line.trim().replace(" sts_client:", "");
        let end = line.find(" session=").unwrap();
        assert!(line.contains(" session=\"iam::0a1b:agency:a/nightly\" health="), "{line}");
        line[..end].to_owned()
    };
    log.lines().map(line).collect()
}

#[test]
fn no_caller_notices_an_outage_of_seventy_percent_of_the_lifetime_and_the_log_shows_it() {
    for seed in 0..30 {
        let mut world = World::new(seed);
        let (mut failed, mut at_end, mut last) = (0, None, None);
        let log = logged(Level::INFO, || {
            let (callers, during, after) = world.outage(LIFETIME / 4, LIFETIME * 7 / 10);
            (failed, at_end, last) = (callers, Some(during), Some(after));
        });
        assert_eq!(failed, 0, "callers without credentials, seed {seed}");
        let (at_end, last) = (at_end.unwrap(), last.unwrap());
        let expected = [
            "INFO credentials obtained",
            "WARN credential refresh failed",
            "WARN credentials expire soon, and their refresh fails",
            "INFO credential refresh recovered",
        ];
        assert_eq!(lines(&log), expected, "seed {seed}: {log}");
        let warnings = log.lines().filter(|line| line.contains("WARN"));
        for warning in warnings {
            for field in ["status=503", "code=\"STS5.0001\"", "request_id=\"0f3c-outage\""] {
                assert!(warning.contains(field), "{field} is missing in {warning}");
            }
        }
        assert!(!log.contains("PLANTED"), "{log}");

        assert_eq!(at_end.health, SessionHealth::Expiring);
        assert_eq!(at_end.state, CredentialState::Stale);
        assert_eq!(at_end.consecutive_failures, at_end.counters.failures);
        assert_eq!((at_end.counters.refreshes, at_end.counters.waits), (1, 0));
        assert!(at_end.counters.served_stale > 500, "{}", at_end.counters.served_stale);
        assert!((3..20).contains(&at_end.counters.failures), "{}", at_end.counters.failures);

        assert_eq!((last.health, last.state), (SessionHealth::Healthy, CredentialState::Fresh));
        assert_eq!((last.consecutive_failures, last.counters.refreshes), (0, 2));
        assert!(last.last_success > last.last_failure.map(|failure| failure.at));
    }
}

#[test]
fn an_outage_beyond_the_lifetime_is_one_error_in_the_log() {
    for seed in 0..10 {
        let mut world = World::new(seed);
        let mut failed = 0;
        let log = logged(Level::INFO, || {
            failed = world.outage(LIFETIME / 4, LIFETIME * 2).0;
        });
        let expected = [
            "INFO credentials obtained",
            "WARN credential refresh failed",
            "WARN credentials expire soon, and their refresh fails",
            "ERROR no valid credentials",
            "INFO credential refresh recovered",
        ];
        assert_eq!(lines(&log), expected, "seed {seed}: {log}");
        assert!(failed > 0, "callers received errors");
    }
}
