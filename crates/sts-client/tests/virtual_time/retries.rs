//! Backoff and the retry budget, in virtual time.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sts_client::transport::TransportErrorKind;
use sts_client::{CallContext, CallPolicy};
use sts_proto::{AssumeAgency, ErrorKind};

use crate::fleet::{Reply, failures, run};
use crate::world::{World, context, default_context, error, identity, keys, maybe_sent, status};

const SECOND: Duration = Duration::from_secs(1);

/// Returns the waits of 40 calls that are throttled at the same moment.
fn waits_of_throttled_calls(policy: &CallPolicy, retry_after: &str) -> Vec<Duration> {
    let context = context(policy.clone());
    // The credentials are proven, so that all calls are sent at the same time.
    World::new(context.clone(), [identity()]).identity().unwrap();
    let mut responses = 0;
    let credentials = keys("HSTFIRST000000000001");
    let outcomes = run(&context, &credentials, [Duration::ZERO; 40], |_, _| -> Reply {
        responses += 1;
        let throttled = || error(429, &[("retry-after", retry_after)], "APIGW.0308", "m");
        (Duration::ZERO, if responses <= 40 { throttled() } else { identity() })
    });
    assert_eq!(failures(&outcomes), 0);
    outcomes.iter().map(|outcome| outcome.took).collect()
}

#[test]
fn throttled_calls_do_not_retry_in_the_same_instant() {
    for (retry_after, least, span) in
        [("5", 5 * SECOND, SECOND), ("0", Duration::ZERO, SECOND / 10)]
    {
        let waits = waits_of_throttled_calls(&CallPolicy::default(), retry_after);
        assert!(waits.iter().all(|wait| (least..=least + span).contains(wait)), "{waits:?}");
        let distinct: HashSet<_> = waits.iter().collect();
        assert!(distinct.len() >= 39, "{waits:?}");
        let (first, last) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
        assert!(*last - *first >= span / 2, "{waits:?}");
    }
}

#[test]
fn jitter_stays_within_the_longest_wait() {
    let policy = CallPolicy::default().longest_wait(5 * SECOND + SECOND / 2);
    let waits = waits_of_throttled_calls(&policy, "5");
    assert!(waits.iter().all(|wait| *wait <= 5 * SECOND + SECOND / 2), "{waits:?}");

    let policy = CallPolicy::default().longest_wait(5 * SECOND);
    assert!(waits_of_throttled_calls(&policy, "5").iter().all(|wait| *wait == 5 * SECOND));
    let script = [error(429, &[("retry-after", "6")], "APIGW.0308", "m")];
    let error = World::new(context(policy), script).identity().unwrap_err();
    assert_eq!((error.kind(), error.stats().attempts), (ErrorKind::Throttled, 1));
}

#[test]
fn waits_that_the_service_does_not_request_stay_within_the_longest_wait() {
    let policy = CallPolicy::default().longest_wait(SECOND / 10);
    for answer in [
        || error(429, &[], "APIGW.0308", "m"),
        || status(503),
        || maybe_sent(TransportErrorKind::Closed),
    ] {
        let waits: HashSet<_> = (0..40)
            .map(|seed| {
                let mut world = World::new(context(policy.clone()), [answer(), identity()]);
                world.seed = seed;
                world.identity().unwrap();
                world.waits()[0]
            })
            .collect();
        assert!(waits.iter().all(|wait| *wait <= SECOND / 10), "{waits:?}");
        assert!(waits.len() >= 38, "{waits:?}");
    }
}

#[test]
fn backoff_differs_from_call_to_call_over_its_whole_span() {
    let waits: HashSet<_> = (0..100)
        .map(|seed| {
            let mut world = World::new(default_context(), [status(503), identity()]);
            world.seed = seed;
            world.identity().unwrap();
            world.waits()[0]
        })
        .collect();
    assert!(waits.len() >= 95, "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= SECOND / 4), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait < SECOND / 20), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait > SECOND / 5), "{waits:?}");
}

/// Returns the attempts of a call whose first one fails.
fn attempts(context: &Arc<CallContext>) -> u32 {
    let mut sent = 0;
    run(context, &keys("HSTFIRST000000000001"), [Duration::ZERO], |_, _| {
        sent += 1;
        (Duration::ZERO, if sent == 1 { status(503) } else { identity() })
    });
    sent
}

#[test]
fn ten_successes_deposit_one_retry() {
    let context = default_context();
    // Each retry withdraws ten tokens of 500, and its success deposits one.
    let retried = (0..1000).take_while(|_| attempts(&context) == 2).count();
    assert_eq!(retried, 55);
    let succeed = |times| {
        for _ in 0..times {
            World::new(context.clone(), [identity()]).identity().unwrap();
        }
    };
    // Five tokens are left of 500 - 55 * 9.
    succeed(4);
    assert_eq!(attempts(&context), 1);
    succeed(1);
    assert_eq!(attempts(&context), 2, "five and five are a retry");
    succeed(8);
    assert_eq!(attempts(&context), 1);
    succeed(1);
    assert_eq!(attempts(&context), 2);
    // The bucket holds 50 retries, however many calls succeed.
    succeed(2000);
    let retried = (0..1000).take_while(|_| attempts(&context) == 2).count();
    assert_eq!(retried, 55);
}

#[test]
fn a_first_attempt_does_not_withdraw_from_the_budget() {
    let context = default_context();
    let spent = (0..1000).find(|_| attempts(&context) == 1);
    assert!(spent.is_some(), "the budget is used up");
    for _ in 0..100 {
        World::new(context.clone(), [identity()]).identity().unwrap();
    }
}

#[test]
fn a_one_time_code_is_not_sent_again_after_a_correction_of_the_clock() {
    let operation =
        AssumeAgency::new("iam::0a1b:agency:a", "name").mfa("iam::0a1b:mfa:dev", "123456");
    let ahead = [("date", "Thu, 05 Mar 2026 07:28:09 GMT")];
    let rejection = error(401, &ahead, "APIGW.0301", "verify aksk signature fail");
    let context = default_context();
    let mut world = World::new(context.clone(), [rejection]);
    assert_eq!(world.run(operation).unwrap_err().stats().attempts, 1);
    // The clock was the cause, so the next call is sent, with the right date.
    let mut world = World::new(context, [identity()]);
    world.identity().unwrap();
    assert!(world.dates()[0].starts_with("20260305T0728"), "{:?}", world.dates());
}

#[test]
fn a_retry_date_is_compared_with_the_clock_of_the_service() {
    let context = default_context();
    // The service is ten minutes ahead: not enough for another signing date, but known.
    let behind = || ("date", "Thu, 05 Mar 2026 07:18:09 GMT");
    let mut world =
        World::new(context.clone(), [error(404, &[behind()], "STS5.1106", "no such agency")]);
    world.latency = Duration::ZERO;
    world.identity().unwrap_err();
    let local = world.now;
    assert_eq!(context.estimated_service_time(local), local.wall + time::Duration::minutes(10));

    let moment = ("retry-after", "Thu, 05 Mar 2026 07:18:19 GMT");
    let mut world = World::new(context, [error(503, &[moment], "APIGW.0613", "m"), identity()]);
    world.latency = Duration::ZERO;
    world.identity().unwrap();
    let waits = world.waits();
    assert!((10 * SECOND..=12 * SECOND).contains(&waits[0]), "{waits:?}");
}

#[test]
fn transient_failures_are_retried_with_growing_jitter() {
    let script = [maybe_sent(TransportErrorKind::Closed), status(503), identity()];
    let mut world = World::new(default_context(), script);
    let stats = world.identity().unwrap().stats;
    assert_eq!(stats.attempts, 3);
    let kinds: Vec<_> = stats.failures.iter().map(|failure| failure.kind).collect();
    assert_eq!(kinds, [ErrorKind::Transport, ErrorKind::Unavailable]);
    let waits = world.waits();
    assert_eq!(waits.len(), 2);
    assert!(waits[0] <= Duration::from_millis(250), "{waits:?}");
    assert!(waits[1] <= Duration::from_millis(500), "{waits:?}");
    assert_eq!(stats.failures[0].waited, Some(waits[0]));
}

#[test]
fn a_cloned_error_has_the_same_facts() {
    let script = [error(403, &[("x-request-id", "r")], "STS5.1001", "m")];
    let error = World::new(default_context(), script).identity().unwrap_err();
    let clone = error.clone();
    assert_eq!((clone.kind(), clone.request_id()), (error.kind(), Some("r")));
    assert_eq!((clone.stats(), clone.to_string()), (error.stats(), error.to_string()));
}
