//! Clock skew and concurrent calls, in virtual time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use http::Response;
use sts_client::{Call, CallContext, Exchange, Now, StateMachine, Step};
use sts_proto::{AssumeAgencyWithOidc, Body, GetCallerIdentity};
use time::OffsetDateTime;

use crate::cloud::{http_date, signing_date};
use crate::fleet::{Reply, failures, run, run_by, run_from};
use crate::world::{Answer, START, World, default_context, error, identity, keys};

const LATENCY: Duration = Duration::from_millis(20);

/// A gateway with its own clock, which locks access keys.
struct Gateway {
    ahead: time::Duration,
    failed: RefCell<HashMap<String, u32>>,
}

impl Gateway {
    fn new(ahead: time::Duration) -> Self {
        Self { ahead, failed: RefCell::default() }
    }

    fn respond(&self, exchange: &Exchange, now: Now) -> Reply {
        let time = now.wall + self.ahead;
        let (date, key) = (signing_date(exchange), access_key(exchange));
        let mut failed = self.failed.borrow_mut();
        let failed = failed.entry(key).or_default();
        let dated = http_date(time);
        let headers = [("date", &*dated)];
        let is_right = (date - time).abs() <= time::Duration::minutes(15);
        let response = if *failed > 5 {
            error(401, &headers, "APIGW.0301", "AK access failed to reach the limit")
        } else if is_right {
            *failed = 0;
            with_date(identity(), &dated)
        } else {
            *failed += 1;
            error(401, &headers, "APIGW.0301", "verify aksk signature fail")
        };
        (LATENCY, response)
    }
}

fn access_key(exchange: &Exchange) -> String {
    let header = exchange.request.headers()["authorization"].to_str().unwrap();
    header.split_once("Access=").unwrap().1.split_once(',').unwrap().0.to_owned()
}

fn with_date(response: Answer, date: &str) -> Answer {
    let mut response = response.unwrap();
    response.headers_mut().insert("date", date.parse().unwrap());
    Ok(response)
}

/// The service's time at the start, as far as the context knows it.
fn service_time(context: &CallContext) -> OffsetDateTime {
    context.estimated_service_time(Now::new(START, Duration::from_secs(100)))
}

/// A page of an intermediary, with the `Date` of its own clock.
fn page(status: u16, date: &str) -> Answer {
    let response = Response::builder().status(status).header("date", date);
    Ok(response.body(Body::from(b"<html>Bad Gateway</html>".to_vec())).unwrap())
}

#[test]
fn thirty_two_concurrent_calls_with_clock_skew_all_succeed() {
    for minutes in [20, -20, 60 * 24, -60 * 24 * 365] {
        let gateway = Gateway::new(time::Duration::minutes(minutes));
        let context = default_context();
        let starts = (0..32).map(Duration::from_millis);
        let outcomes =
            run(&context, &keys("A"), starts, |exchange, now| gateway.respond(exchange, now));
        assert_eq!(failures(&outcomes), 0, "{minutes}");
    }
}

#[test]
fn a_clock_that_is_set_during_calls_fails_none_of_them() {
    let context = default_context();
    let credentials = keys("A");
    let mut skew = time::Duration::ZERO;
    for (number, change) in (1..).zip([0, 20, -60, 600, -600]) {
        skew += time::Duration::minutes(change);
        let gateway = Gateway::new(-skew);
        let elapsed = Duration::from_secs(100 * number);
        let origin = Now::new(START + elapsed + skew, elapsed);
        let starts = (0..32).map(Duration::from_millis);
        let outcomes = run_from(origin, &context, &credentials, starts, |exchange, now| {
            gateway.respond(exchange, now)
        });
        assert_eq!(failures(&outcomes), 0, "{change}");
    }
}

#[test]
fn a_clock_that_is_set_back_and_forth_during_calls_fails_no_call_and_locks_no_key() {
    for (period, minutes, latency, gap) in [
        (1000, 20, 1500, 50),
        (3000, 20, 2000, 100),
        (5000, -60, 3000, 200),
        (7000, 31, 300, 20),
        (10_000, 14, 2000, 100),
        (10_000, 16, 2000, 100),
        (60_000, 60 * 24, 500, 1000),
    ] {
        let clock = |elapsed: Duration| {
            let is_wrong = (elapsed.as_millis() / period) % 2 == 1;
            let skew = time::Duration::minutes(if is_wrong { minutes } else { 0 });
            Now::new(START + elapsed + skew, elapsed)
        };
        let (mut rng, mut failed, mut most) = (fastrand::Rng::with_seed(7), 0, 0);
        let starts = (0..120_000 / gap).map(|number| Duration::from_millis(number * gap));
        let outcomes = run_by(clock, &default_context(), &keys("A"), starts, |exchange, now| {
            let latency = Duration::from_millis(latency / 2 + rng.u64(..latency));
            let time = START + now.monotonic + latency / 2;
            let date = http_date(time);
            let response = if (signing_date(exchange) - time).abs() <= time::Duration::minutes(15) {
                failed = 0;
                with_date(identity(), &date)
            } else {
                failed += 1;
                error(401, &[("date", &date)], "APIGW.0301", "verify aksk signature fail")
            };
            most = most.max(failed);
            (latency, response)
        });
        assert_eq!(failures(&outcomes), 0, "{minutes} minutes each {period} ms");
        assert!(most < 5, "{most} failed signatures in a row: five lock the key");
    }
}

#[test]
fn the_date_of_an_intermediary_does_not_change_the_clock_offset() {
    let wrong = "Thu, 05 Mar 2026 10:08:09 GMT";
    let cases = [502, 503, 401, 403, 200, 302].map(|status| [(status, false), (status, true)]);
    for (number, has_id) in cases.concat() {
        let context = default_context();
        let mut response = page(number, wrong);
        if has_id && let Ok(response) = &mut response {
            response.headers_mut().insert("x-request-id", "4bf92f35".parse().unwrap());
        }
        let mut world = World::new(context.clone(), [response]);
        if number >= 500 {
            world.script.push_back(identity());
        }
        drop(world.identity());
        let mut world = World::new(context.clone(), [identity()]);
        world.identity().unwrap();
        assert_eq!(world.dates(), ["20260305T070809Z"], "{number}");
        assert_eq!(service_time(&context), START, "{number}");
    }
}

#[test]
fn two_pages_that_agree_are_trusted_unless_a_signature_was_accepted() {
    let wrong = "Thu, 05 Mar 2026 10:08:09 GMT";
    let pages = || [page(502, wrong), page(502, wrong), page(502, wrong)];
    let context = default_context();
    World::new(context.clone(), pages()).identity().unwrap_err();
    assert_ne!(service_time(&context), START);

    let context = default_context();
    let accepted = with_date(identity(), "Thu, 05 Mar 2026 07:08:10 GMT");
    World::new(context.clone(), [accepted]).identity().unwrap();
    World::new(context.clone(), pages()).identity().unwrap_err();
    let off = service_time(&context) - START;
    assert!(off.abs() <= time::Duration::seconds(2), "{off}");
}

#[test]
fn a_rejection_is_excused_regardless_of_which_call_corrected_the_clock() {
    let context = default_context();
    let right = "Thu, 05 Mar 2026 07:28:09 GMT";
    let now = Now::new(START, Duration::ZERO);
    let mut calls: Vec<_> =
        (0..4).map(|seed| Call::new(GetCallerIdentity::new(), &context, seed)).collect();
    for call in &mut calls {
        assert!(matches!(call.step(now), Step::Credentials(_)));
        call.provide(Ok(keys("A")));
        assert!(matches!(call.step(now), Step::Send(_)));
    }
    let rejected = || error(401, &[("date", right)], "APIGW.0301", "verify aksk signature fail");
    for (call, response) in
        calls.iter_mut().zip([page(502, right), page(502, right), rejected(), rejected()])
    {
        call.receive(response, now);
    }
    for call in &mut calls[2..] {
        assert!(matches!(call.step(now), Step::Send(_)), "signed with the corrected clock");
    }
    calls[2].receive(rejected(), now);
    assert!(!matches!(calls[2].step(now), Step::Send(_)), "its date was right");
}

#[test]
fn an_error_of_the_service_changes_the_clock_offset() {
    let ahead = ("date", "Thu, 05 Mar 2026 07:28:09 GMT");
    let with_id = || {
        let response = Response::builder().status(503).header("x-request-id", "r");
        response.header("date", ahead.1).body(Body::empty()).map_err(|_| unreachable!())
    };
    for failure in [error(503, &[ahead], "APIGW.0613", "m"), with_id()] {
        let context = default_context();
        let mut world = World::new(context, [failure, identity()]);
        world.identity().unwrap();
        assert!(world.dates()[1].starts_with("20260305T0728"), "{:?}", world.dates());
    }
}

#[test]
fn unsigned_calls_learn_the_clock_offset_from_the_service_only() {
    let ahead = "Thu, 05 Mar 2026 09:08:09 GMT";
    let issued = r#"{"credentials":{"access_key_id":"HSTA","secret_access_key":"s",
        "security_token":"t","expiration":"2026-03-05T10:08:09Z"},
        "assumed_agency":{"urn":"sts::0a1b:assumed-agency:a/name","id":"i:name"},
        "audience":"a","provider":"p","subject_from_id_token":"s"}"#;
    let issued = with_date(Ok(Response::new(Body::from(issued.as_bytes().to_vec()))), ahead);
    let denied = error(403, &[("date", ahead)], "STS5.1001", "denied");
    for (response, is_learned) in [(issued, true), (denied, true), (page(403, ahead), false)] {
        let context = default_context();
        let operation = AssumeAgencyWithOidc::new(
            "iam::0a1b:oidcProvider:p",
            "iam::0a1b:agency:a",
            "name",
            "eyJ0.e30.c2ln",
        );
        drop(World::new(context.clone(), [response]).run(operation));
        assert_eq!(service_time(&context) != START, is_learned);
    }
}

#[test]
fn a_date_that_contradicts_an_accepted_signature_does_not_change_the_clock_offset() {
    let context = default_context();
    World::new(context.clone(), [identity()]).identity().unwrap();
    let ahead = [("date", "Thu, 05 Mar 2026 09:08:09 GMT")];
    let rejection = error(401, &ahead, "APIGW.0301", "verify aksk signature fail");
    let mut world = World::new(context.clone(), [rejection]);
    assert_eq!(world.identity().unwrap_err().stats().attempts, 1);
    assert_eq!(service_time(&context), START);
}
