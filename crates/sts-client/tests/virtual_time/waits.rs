//! Waits between the attempts of a call, its deadline and the timeouts of attempts, in virtual time.

use std::time::Duration;

use sts_client::transport::TransportErrorKind;
use sts_client::{Call, CallPolicy, Failure, Now, StateMachine, Step};
use sts_proto::{ErrorKind, GetCallerIdentity, RetryAdvice};

use crate::world::{
    START, World, context, default_context, error, identity, keys, maybe_sent, status,
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_wait_requested_by_the_service_is_respected() {
    for (header, wait) in [("7", 7), ("Thu, 05 Mar 2026 07:08:20 GMT", 11)] {
        let script = [error(429, &[("retry-after", header)], "APIGW.0308", "m"), identity()];
        let mut world = World::new(default_context(), script);
        world.latency = Duration::ZERO;
        world.identity().unwrap();
        let (waits, wait) = (world.waits(), wait * SECOND);
        assert_eq!(waits.len(), 1, "{header}");
        assert!((wait..=wait + wait / 5).contains(&waits[0]), "{header}: {waits:?}");
    }
}

#[test]
fn the_window_of_a_throttling_message_is_respected() {
    let message = "The throttling threshold has been reached: policy ip over ratelimit,limit:200,\
                   time:4 second";
    let mut world =
        World::new(default_context(), [error(429, &[], "APIGW.0308", message), identity()]);
    world.identity().unwrap();
    let waits = world.waits();
    assert!((4 * SECOND..=5 * SECOND).contains(&waits[0]), "{waits:?}");
}

#[test]
fn throttling_without_a_wait_pauses_for_two_to_five_seconds() {
    for seed in 0..50 {
        let mut world = World::new(default_context(), [status(429), identity()]);
        world.seed = seed;
        world.identity().unwrap();
        let waits = world.waits();
        assert!((2 * SECOND..=5 * SECOND).contains(&waits[0]), "{waits:?}");
    }
}

#[test]
fn a_wait_beyond_the_cap_fails_at_once_and_is_in_the_error() {
    let script = [error(503, &[("retry-after", "3600")], "X.1", "m")];
    let mut world = World::new(default_context(), script);
    let error = world.identity().unwrap_err();
    assert!(world.waits().is_empty());
    let wait = error.service_error().and_then(|answer| answer.wait(START));
    assert_eq!(wait, Some(3600 * SECOND));
    assert_eq!(error.retry_in(), wait);
}

#[test]
fn the_wait_in_an_error_needs_a_date_only_if_the_service_named_one() {
    let at = "Thu, 05 Mar 2026 09:08:09 GMT";
    for (retry_after, date, wait) in [
        ("90", None, Some(90)),
        ("90", Some("Thu, 05 Mar 2026 08:08:09 GMT"), Some(90)),
        (at, Some("Thu, 05 Mar 2026 08:08:09 GMT"), Some(3600)),
        (at, None, None),
    ] {
        let headers = [Some(("retry-after", retry_after)), date.map(|date| ("date", date))];
        let headers: Vec<_> = headers.into_iter().flatten().collect();
        let mut policy = CallPolicy::default();
        policy.attempts = 1;
        let script = [error(503, &headers, "APIGW.0613", "m")];
        let error = World::new(context(policy), script).identity().unwrap_err();
        assert_eq!(error.retry_in(), wait.map(|wait| wait * SECOND), "{retry_after} {date:?}");
    }
}

#[test]
fn no_wait_is_begun_that_would_exceed_the_deadline() {
    let mut policy = CallPolicy::default();
    policy.deadline = 5 * SECOND;
    let script = [error(503, &[("retry-after", "6")], "X.1", "m")];
    let mut world = World::new(context(policy), script);
    assert_eq!(world.identity().unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(world.waits().is_empty());
}

#[test]
fn the_last_attempt_is_limited_to_the_remaining_time() {
    let mut policy = CallPolicy::default();
    policy.deadline = 12 * SECOND;
    let mut call = Call::new(GetCallerIdentity::new(), &context(policy), 1);
    let start = Now::new(START, Duration::ZERO);
    assert!(matches!(call.step(start), Step::Credentials(_)));
    call.provide(Ok(keys("HSTFIRST000000000001")));
    let Step::Send(exchange) = call.step(start) else { panic!("a request") };
    assert_eq!(exchange.limits.timeout, 10 * SECOND);

    call.receive(maybe_sent(TransportErrorKind::Timeout), start.after(10 * SECOND));
    let Step::Wait(wait) = call.step(start.after(10 * SECOND)) else { panic!("a wait") };
    let Step::Send(exchange) = call.step(start.after(10 * SECOND + wait)) else {
        panic!("a request")
    };
    assert_eq!(exchange.limits.timeout, 2 * SECOND - wait);
}

#[test]
fn the_only_endpoint_has_all_the_remaining_time() {
    for (deadline, timeout) in [(5, 5), (15, 10)] {
        let policy = CallPolicy::default().deadline(deadline * SECOND);
        let mut call = Call::new(GetCallerIdentity::new(), &context(policy), 1);
        let start = Now::new(START, Duration::ZERO);
        assert!(matches!(call.step(start), Step::Credentials(_)));
        call.provide(Ok(keys("HSTFIRST000000000001")));
        let Step::Send(exchange) = call.step(start) else { panic!("a request") };
        assert_eq!(exchange.limits.timeout, timeout * SECOND, "{deadline}");
    }
}

#[test]
fn only_the_first_attempt_is_made_in_less_than_fifty_milliseconds() {
    let policy = |deadline| context(CallPolicy::default().deadline(deadline));
    let mut world = World::new(policy(Duration::from_millis(40)), [identity()]);
    world.identity().unwrap();

    let script = [error(503, &[("retry-after", "3")], "X.1", "m")];
    let mut world = World::new(policy(Duration::from_millis(3020)), script);
    world.latency = Duration::ZERO;
    let error = world.identity().unwrap_err();
    assert_eq!((error.kind(), world.waits()), (ErrorKind::Unavailable, vec![3 * SECOND]));
}

#[test]
fn a_rejection_is_the_outcome_if_other_credentials_come_too_late() {
    let start = Now::new(START, Duration::ZERO);
    for (left, is_late) in [(50, true), (51, false)] {
        let mut call = Call::new(GetCallerIdentity::new(), &default_context(), 1);
        assert!(matches!(call.step(start), Step::Credentials(_)));
        call.provide(Ok(keys("HSTFIRST000000000001")));
        assert!(matches!(call.step(start), Step::Send(_)));
        call.receive(error(401, &[], "APIGW.0301", "verify aksk signature fail"), start);
        assert!(matches!(call.step(start), Step::Credentials(_)));
        call.provide(Ok(keys("HSTOTHER000000000001")));
        let end = start.after(30 * SECOND - Duration::from_millis(left));
        match call.step(end) {
            Step::Done(Err(error)) => {
                assert!(is_late);
                assert_eq!(error.kind(), ErrorKind::InvalidCredentials);
            }
            step => assert!(matches!(step, Step::Send(_)) && !is_late, "{step:?}"),
        }
    }
}

#[test]
fn an_attempt_that_exceeds_its_timeout_has_failed_even_if_a_response_arrives() {
    let mut policy = CallPolicy::default();
    policy.attempts = 1;
    let mut call = Call::new(GetCallerIdentity::new(), &context(policy), 1);
    let start = Now::new(START, Duration::ZERO);
    assert!(matches!(call.step(start), Step::Credentials(_)));
    call.provide(Ok(keys("HSTFIRST000000000001")));
    assert!(matches!(call.step(start), Step::Send(_)));
    assert!(matches!(call.step(start.after(SECOND)), Step::Wait(left) if left == 9 * SECOND));
    let Step::Done(Err(error)) = call.step(start.after(10 * SECOND)) else { panic!("an end") };
    assert!(matches!(error.failure(), Failure::Transport(error)
        if error.kind() == TransportErrorKind::Timeout));
    call.receive(identity(), start.after(11 * SECOND));
    let Step::Done(Err(error)) = call.step(start.after(11 * SECOND)) else { panic!("an end") };
    assert!(matches!(error.failure(), Failure::Completed));
    assert_eq!((error.kind(), error.advice()), (ErrorKind::Completed, RetryAdvice::Never));
    assert_eq!(error.to_string(), "GetCallerIdentity: call polled after completion");
}
