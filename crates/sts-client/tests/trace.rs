//! `tracing` output of calls: enough to follow them, and no secret at any level.
#![cfg(feature = "tracing")]
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod logged;

use std::future::ready;
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use http::Response;
use sts_client::blocking;
use sts_client::transport::{TransportErrorKind, transport_fn};
use sts_client::{Client, Clock, Exchange, Now, TransportError};
use sts_proto::{AssumeAgency, AssumeAgencyWithOidc, Body, Credentials, ErrorKind};
use time::macros::datetime;
use tracing::Level;

use crate::logged::logged;

const SECRETS: [&str; 5] =
    ["PLANTED-secret-key", "PLANTED-token", "123456", "PLANTED-issued", "PLANTED-cause"];

/// A clock that advances by a second with each reading.
#[derive(Default)]
struct TestHost(AtomicU64);

impl Clock for TestHost {
    fn now(&self) -> Now {
        let seconds = Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed));
        Now::new(datetime!(2026-03-05 07:08:09 UTC), Duration::ZERO).after(seconds)
    }

    fn seed(&self) -> u64 {
        7
    }
}

/// Uses `script` as the responses of successive calls, and returns their log.
fn told_of(script: fn(usize) -> Result<Response<Body>, TransportError>) -> (String, ErrorKind) {
    let number = AtomicUsize::new(0);
    let transport = transport_fn(
        move |_: Exchange| ready(script(number.fetch_add(1, Ordering::Relaxed))),
        |_| ready(()),
    );
    let keys = Credentials::permanent("EXAMPLEAK00000000001", "PLANTED-secret-key")
        .security_token("PLANTED-token");
    let client = Client::builder(transport)
        .clock(TestHost::default())
        .region("cn-north-4")
        .credentials(keys)
        .build()
        .unwrap();
    let operation =
        AssumeAgency::new("iam::0a1b:agency:a", "name").mfa("iam::0a1b:mfa:dev", "123456");
    let mut kind = ErrorKind::Other;
    let log = logged(Level::TRACE, || {
        if let Err(error) = futures_lite::future::block_on(client.assume_agency(operation)) {
            kind = error.kind();
        }
    });
    (log, kind)
}

fn answer(status: u16, body: &str) -> Response<Body> {
    let response = Response::builder().status(status).header("x-request-id", "r-1");
    response.body(Body::from(body.as_bytes().to_vec())).unwrap()
}

fn assert_no_secret(log: &str) {
    for secret in SECRETS {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn each_attempt_is_logged_with_kind_status_and_request_id() {
    let (log, kind) = told_of(|_| {
        Ok(answer(
            401,
            r#"{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail,canonicalRequest:POST|/|x-security-token:PLANTED-token||"}"#,
        ))
    });
    assert_eq!(kind, ErrorKind::InvalidCredentials);
    for part in [
        "sts.call{operation=\"AssumeAgency\"}",
        "sent attempt=1",
        "kind=\"invalid_credentials\"",
        "status=401",
        "code=\"APIGW.0301\"",
        "request_id=\"r-1\"",
    ] {
        assert!(log.contains(part), "{part} is missing in {log}");
    }
    assert_no_secret(&log);
}

#[test]
fn waits_and_transport_failures_are_logged() {
    let (log, _) = told_of(|number| match number {
        0 => Err(TransportError::not_sent(TransportErrorKind::Connect)
            .with_source(io::Error::other("PLANTED-cause"))),
        _ => Ok(answer(403, "{}")),
    });
    assert!(log.contains("transport=\"connect\"") && log.contains("wait_ms="), "{log}");
    assert_no_secret(&log);
}

#[test]
fn a_success_does_not_log_the_issued_credentials() {
    let (log, kind) = told_of(|_| {
        Ok(answer(
            200,
            r#"{"assumed_agency":{"urn":"u","id":"i"},"credentials":{"access_key_id":"HST","secret_access_key":"PLANTED-issued","security_token":"PLANTED-token","expiration":"2026-03-05T08:08:09Z"}}"#,
        ))
    });
    assert_eq!(kind, ErrorKind::Other, "it succeeds");
    assert!(log.contains("succeeded attempt=1"), "{log}");
    assert_no_secret(&log);
}

/// Rejects all requests.
struct Refusing;

impl blocking::Transport for Refusing {
    fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
        Ok(answer(403, "{}"))
    }

    fn sleep(&self, _: Duration) {}
}

#[test]
fn the_attempts_of_a_refresh_are_logged_under_the_name_of_its_provider() {
    let agency = || {
        AssumeAgencyWithOidc::new(
            "iam::0a1b:oidcProvider:p",
            "iam::0a1b:agency:a",
            "name",
            "PLANTED-token",
        )
    };
    let transport = transport_fn(|_: Exchange| ready(Ok(answer(403, "{}"))), |_| ready(()));
    let client = Client::builder(transport).clock(TestHost::default()).region("cn-north-4");
    let session = client.build().unwrap().session(agency()).unwrap();
    let awaiting = logged(Level::TRACE, || {
        futures_lite::future::block_on(session.credentials()).unwrap_err();
    });
    let client = Client::builder(Refusing).clock(TestHost::default()).region("cn-north-4");
    let session = client.build_blocking().unwrap().session(agency()).unwrap();
    let blocking = logged(Level::TRACE, || {
        session.credentials().unwrap_err();
    });
    for log in [awaiting, blocking] {
        let (attempts, health): (Vec<&str>, Vec<&str>) =
            log.lines().partition(|line| line.contains("DEBUG"));
        assert!(!attempts.is_empty());
        for line in attempts {
            let span = "sts.refresh{session=\"iam::0a1b:agency:a/name\"}";
            assert!(line.contains(span), "{line}");
        }
        let [health] = health[..] else { panic!("one line: {health:?}") };
        assert!(health.contains("ERROR sts_client: no valid credentials"), "{health}");
        for field in ["session=\"iam::0a1b:agency:a/name\"", "status=403", "request_id=\"r-1\""] {
            assert!(health.contains(field), "{field} is missing in {health}");
        }
        assert_no_secret(&log);
    }
}

/// Issues planted credentials this many times, and then responds with text that echoes the request.
struct Echoing(AtomicUsize);

impl Echoing {
    fn session(issues: usize) -> blocking::Session {
        let client = Client::builder(Self(AtomicUsize::new(issues)))
            .clock(TestHost::default())
            .region("cn-north-4")
            .credentials(
                Credentials::permanent("EXAMPLEAK00000000001", "PLANTED-secret-key")
                    .security_token("PLANTED-token"),
            )
            .build_blocking()
            .unwrap();
        client.session(AssumeAgency::new("iam::0a1b:agency:a", "name")).unwrap()
    }
}

impl blocking::Transport for Echoing {
    fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
        Ok(match left {
            1.. => answer(
                200,
                r#"{"assumed_agency":{"urn":"u","id":"i"},"credentials":{"access_key_id":"HST","secret_access_key":"PLANTED-issued","security_token":"PLANTED-token","expiration":"2026-03-05T08:08:09Z"}}"#,
            ),
            0 => answer(
                401,
                r#"{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail,canonicalRequest:POST|/|x-security-token:PLANTED-token|a:PLANTED-secret-key|"}"#,
            ),
        })
    }

    fn sleep(&self, _: Duration) {}
}

#[test]
fn the_events_of_a_session_contain_no_secret_at_any_level() {
    let session = Echoing::session(1);
    let log = logged(Level::TRACE, || {
        let issued = session.credentials().unwrap();
        session.invalidate(&issued);
        session.credentials().unwrap_err();
    });
    for line in ["INFO sts_client: credentials obtained", "WARN sts_client: rejected", "ERROR "] {
        assert!(log.contains(line), "{line} is missing in {log}");
    }
    // The clock advances by whole seconds.
    let (_, took) = log.split_once("took_ms=").unwrap();
    let took: f64 = took.split_whitespace().next().unwrap().parse().unwrap();
    assert!(took >= 1000.0 && took % 1000.0 == 0.0, "{took}");
    assert_no_secret(&log);
    assert_no_secret(&format!("{:?} {session:?}", session.status()));
}

#[test]
fn only_the_first_refresh_is_logged_at_info() {
    let session = Echoing::session(2);
    let log = logged(Level::TRACE, || {
        let issued = session.credentials().unwrap();
        session.invalidate(&issued);
        session.credentials().unwrap();
    });
    let levels = log.lines().filter_map(|line| {
        let (level, message) = line.trim().split_once(" sts_client: credentials ")?;
        Some((level, message.split_whitespace().next()?))
    });
    assert_eq!(levels.collect::<Vec<_>>(), [("INFO", "obtained"), ("DEBUG", "refreshed")], "{log}");
}
