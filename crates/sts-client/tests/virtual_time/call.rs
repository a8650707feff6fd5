//! Single calls, in virtual time.

use std::time::Duration;

use crate::world::{
    Event, START, World, context, default_context, error, identity, keys, maybe_sent, not_sent,
    status,
};
use proptest::prelude::{any, prop_assert, proptest};
use sts_client::transport::TransportErrorKind;
use sts_client::{Call, CallContext, CallPolicy, Failure, Now, StateMachine, Step};
use sts_proto::{AssumeAgency, AssumeAgencyWithOidc, ErrorKind, GetCallerIdentity, RetryAdvice};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_success_takes_one_request_and_reports_it() {
    let mut world = World::new(default_context(), [identity()]);
    let completed = world.identity().unwrap();
    let (output, stats) = (completed.output, completed.stats);
    assert_eq!(output.account_id, "0a1b");
    assert_eq!((stats.attempts, stats.failures.len()), (1, 0));
    assert_eq!(stats.elapsed, Duration::from_millis(20));
    assert!(world.waits().is_empty());
}

#[test]
fn every_attempt_is_signed_with_its_own_date() {
    let script = [error(503, &[("retry-after", "3")], "X.1", "m"), identity()];
    let mut world = World::new(default_context(), script);
    world.identity().unwrap();
    let dates = world.dates();
    assert_eq!((dates.len(), dates[0]), (2, "20260305T070809Z"));
    assert!(("20260305T070812Z"..="20260305T070813Z").contains(&dates[1]), "{dates:?}");
}

#[test]
fn after_the_last_attempt_the_last_failure_is_the_outcome() {
    let script = [status(500), status(502), error(504, &[("x-request-id", "r")], "X.1", "slow")];
    let mut world = World::new(default_context(), script);
    let error = world.identity().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(504));
    assert_eq!((error.message(), error.request_id()), (Some("slow"), Some("r")));
    assert_eq!(error.stats().attempts, 3);
    assert_eq!(error.stats().failures.len(), 3);
    assert!(error.to_string().ends_with(" after 3 attempts"), "{error}");
}

#[test]
fn errors_that_the_caller_must_fix_are_not_retried() {
    for code in [400, 403, 404, 405, 409, 410, 413, 422, 501, 505, 301, 307, 204] {
        let mut world = World::new(default_context(), [status(code)]);
        let error = world.identity().unwrap_err();
        assert_eq!((error.stats().attempts, world.waits()), (1, vec![]), "{code}");
    }
}

#[test]
fn permanent_failures_are_not_retried() {
    use TransportErrorKind::{Cancelled, Protocol, TooLarge};
    for kind in [Cancelled, Protocol, TooLarge] {
        let mut world = World::new(default_context(), [maybe_sent(kind)]);
        assert_eq!(world.identity().unwrap_err().stats().attempts, 1, "{kind:?}");
    }
}

#[test]
fn a_call_without_an_endpoint_is_a_configuration_error() {
    let context = CallContext::new([], CallPolicy::default());
    let mut call = Call::new(GetCallerIdentity::new(), &context, 1);
    let start = Now::new(START, Duration::ZERO);
    let Step::Done(Err(error)) = call.step(start) else { panic!("an end") };
    assert!(matches!(error.failure(), Failure::NoEndpoint));
    assert_eq!((error.kind(), error.advice()), (ErrorKind::Configuration, RetryAdvice::Never));
}

#[test]
fn a_rejected_key_is_not_retried_and_then_held_back_for_its_cool_off() {
    let context = default_context();
    let refusal = || error(401, &[], "APIGW.0301", "verify aksk signature fail");
    let mut world = World::new(context.clone(), [refusal()]);
    let error = world.identity().unwrap_err();
    assert_eq!((error.kind(), error.stats().attempts), (ErrorKind::InvalidCredentials, 1));

    // Other calls are not sent either.
    for _ in 0..20 {
        world.now = world.now.after(14 * SECOND);
        let error = world.identity().unwrap_err();
        assert_eq!((error.kind(), error.stats().attempts), (ErrorKind::InvalidCredentials, 0));
        assert!(matches!(error.failure(), Failure::CredentialsRejected { .. }));
    }

    // After it one call probes the key, and a success ends the cool-off.
    world.now = world.now.after(21 * SECOND);
    for _ in 0..2 {
        world.script.push_back(identity());
        world.identity().unwrap();
    }
}

#[test]
fn other_credentials_are_tried_once_after_a_rejection() {
    let expired = || error(400, &[], "IAM.1108", "The securitytoken has expired");
    let mut world = World::new(default_context(), [expired(), identity()]);
    world.keys = [keys("HSTFIRST000000000001"), keys("HSTOTHER000000000002")].into();
    let stats = world.identity().unwrap().stats;
    assert_eq!(stats.attempts, 2);
    assert_eq!(world.keys_used(), ["HSTFIRST000000000001", "HSTOTHER000000000002"]);
    assert!(
        world
            .events
            .contains(&Event::KeysAsked { rejected: Some("HSTFIRST000000000001".to_owned()) })
    );

    let mut world = World::new(default_context(), [expired(), expired()]);
    world.keys = ["A", "B", "C"].map(keys).into();
    let error = world.identity().unwrap_err();
    assert_eq!((error.kind(), error.stats().attempts), (ErrorKind::ExpiredCredentials, 2));
}

#[test]
fn clock_skew_is_corrected_once_and_stays_corrected() {
    // The response's date is 20 minutes ahead; its wording does not mention clocks.
    let ahead = [("date", "Thu, 05 Mar 2026 07:28:09 GMT")];
    let refusal = || error(401, &ahead, "APIGW.0301", "verify aksk signature fail");
    let context = default_context();
    let mut world = World::new(context.clone(), [refusal(), identity()]);
    world.latency = Duration::ZERO;
    let stats = world.identity().unwrap().stats;
    assert_eq!(stats.attempts, 2);
    assert_eq!(world.dates(), ["20260305T070809Z", "20260305T072809Z"]);

    let mut next = World::new(context, [identity()]);
    next.identity().unwrap();
    assert_eq!(next.dates(), ["20260305T072809Z"]);
}

#[test]
fn a_date_that_agrees_or_is_cached_corrects_nothing() {
    let agrees: &[_] = &[("date", "Thu, 05 Mar 2026 07:10:09 GMT")];
    let stored: &[_] = &[("date", "Thu, 05 Mar 2026 05:10:09 GMT"), ("age", "7000")];
    for headers in [agrees, stored] {
        let refusal = error(401, headers, "APIGW.0301", "verify aksk signature fail");
        let mut world = World::new(default_context(), [refusal]);
        assert_eq!(world.identity().unwrap_err().stats().attempts, 1);
    }
}

#[test]
fn a_one_time_code_is_sent_again_only_if_it_was_certainly_not_sent() {
    let operation =
        || AssumeAgency::new("iam::0a1b:agency:a", "name").mfa("iam::0a1b:mfa:dev", "123456");
    for answer in [status(503), status(429), maybe_sent(TransportErrorKind::Closed)] {
        let mut world = World::new(default_context(), [answer]);
        assert_eq!(world.run(operation()).unwrap_err().stats().attempts, 1);
    }
    let script = [not_sent(TransportErrorKind::Connect), status(403)];
    let mut world = World::new(default_context(), script);
    assert_eq!(world.run(operation()).unwrap_err().stats().attempts, 2);
}

#[test]
fn a_request_over_a_limit_is_not_sent_unless_validation_is_disabled() {
    let operation = || AssumeAgency::new("iam::0a1b:agency:a", "x");
    let mut world = World::new(default_context(), []);
    let error = world.run(operation()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("agency_session_name"), "{error}");
    assert_eq!(world.events, []);

    let mut policy = CallPolicy::default();
    policy.validate = false;
    let mut world = World::new(context(policy), [status(400)]);
    world.run(operation()).unwrap_err();
    assert_eq!(world.sent().len(), 1);
}

#[test]
fn temporary_credentials_may_request_an_hour_at_most() {
    let operation =
        AssumeAgency::new("iam::0a1b:agency:a", "name").duration(Duration::from_secs(3601));
    let temporary = keys("HSTFIRST000000000001").as_ref().clone().security_token("token");
    let mut world = World::new(default_context(), []);
    world.keys = [temporary.into()].into();
    let error = world.run(operation).unwrap_err();
    assert!(error.to_string().contains("3600"), "{error}");
    assert_eq!(world.sent().len(), 0);
}

#[test]
fn an_unsigned_operation_requires_no_credentials() {
    let operation = AssumeAgencyWithOidc::new(
        "iam::0a1b:oidcProvider:p",
        "iam::0a1b:agency:a",
        "name",
        "eyJ0.e30.c2ln",
    );
    let mut world = World::new(default_context(), [status(403)]);
    world.keys.clear();
    world.run(operation).unwrap_err();
    assert!(matches!(&*world.events, [Event::Sent { key: None, .. }]), "{:?}", world.events);
}

#[test]
fn without_credentials_nothing_is_sent() {
    let mut world = World::new(default_context(), []);
    world.keys.clear();
    let error = world.identity().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(error.to_string(), "GetCallerIdentity: no credentials");
}

#[test]
fn credentials_that_cannot_sign_are_an_error_with_the_reason() {
    let mut world = World::new(default_context(), []);
    world.keys = [keys(" HSTFIRST")].into();
    let error = world.identity().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    let cause = std::error::Error::source(&*error).expect("a cause").to_string();
    assert!(cause.contains("white space"), "{cause}");
}

#[test]
fn an_outage_is_not_multiplied_by_retries() {
    let context = default_context();
    let mut requests = 0;
    let calls = 1000;
    for seed in 0..calls {
        let mut world = World::new(context.clone(), []);
        world.seed = seed;
        let mut call = Call::new(GetCallerIdentity::new(), &context, seed);
        loop {
            match call.step(world.now) {
                Step::Credentials(_) => call.provide(Ok(keys("HSTFIRST000000000001"))),
                Step::Send(_) => {
                    requests += 1;
                    call.receive(status(503), world.now);
                }
                Step::Wait(duration) => world.now = world.now.after(duration),
                Step::Done(outcome) => break drop(outcome.unwrap_err()),
            }
        }
    }
    assert!(requests <= calls + 50, "{requests} requests for {calls} calls");
}

proptest! {
    #[test]
    fn whatever_comes_a_call_ends_within_its_deadline(
        answers in proptest::collection::vec((0u16..12, any::<u64>()), 20),
        attempts in 1u32..8,
        latency in 0u64..20_000,
    ) {
        let mut policy = CallPolicy::default();
        policy.attempts = attempts;
        let deadline = policy.deadline;
        let start = Now::new(START, Duration::from_secs(1));
        let mut now = start;
        let mut call = Call::new(GetCallerIdentity::new(), &context(policy), 3);
        let mut answers = answers.into_iter();
        let mut sent = 0;
        loop {
            match call.step(now) {
                Step::Credentials(_) => call.provide(Ok(keys("HSTFIRST000000000001"))),
                Step::Send(exchange) => {
                    sent += 1;
                    let took = Duration::from_millis(latency).min(exchange.limits.timeout);
                    now = now.after(took);
                    let (kind, number) = answers.next().unwrap();
                    let retry_after = (number % 40).to_string();
                    let retry_after = [("retry-after", retry_after.as_str())];
                    call.receive(match kind {
                        0 => status(500),
                        1 => error(429, &retry_after, "APIGW.0308", "m"),
                        2 => error(503, &retry_after, "APIGW.0613", "m"),
                        3 => error(401, &[("date", "Thu, 05 Mar 2026 09:28:09 GMT")], "a", "b"),
                        4 => not_sent(TransportErrorKind::Connect),
                        5 => maybe_sent(TransportErrorKind::Closed),
                        6 => maybe_sent(TransportErrorKind::Timeout),
                        7 => status(401),
                        8 => status(200),
                        9 => identity(),
                        _ => status(502),
                    }, now);
                }
                Step::Wait(duration) => {
                    prop_assert!(!duration.is_zero());
                    now = now.after(duration);
                }
                Step::Done(_) => break,
            }
        }
        prop_assert!(sent <= attempts);
        prop_assert!(now.monotonic - start.monotonic <= deadline);
    }
}
