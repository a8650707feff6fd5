//! Rejected access keys, in virtual time: a wrong secret key never causes a lockout.

use std::sync::Arc;
use std::time::Duration;

use sts_client::transport::TransportErrorKind;
use sts_client::{Call, CallContext, Error, Failure, Now, StateMachine, Step};
use sts_proto::{AssumeAgency, Credentials, ErrorKind, GetCallerIdentity};

use crate::world::{
    Answer, Event, START, World, default_context, error, identity, keys, maybe_sent, status,
};

const LOCK: Duration = Duration::from_secs(300);

fn refusal() -> Answer {
    error(401, &[], "APIGW.0301", "verify aksk signature fail")
}

fn dated_refusal(date: &str) -> Answer {
    error(401, &[("date", date)], "APIGW.0301", "verify aksk signature fail")
}

fn call_of(context: &Arc<CallContext>, world: &mut World, answer: Answer) -> Error {
    world.context = context.clone();
    world.script.push_back(answer);
    *world.identity().unwrap_err()
}

/// A call that waits for its response.
fn begun(
    context: &Arc<CallContext>,
    credentials: &Arc<Credentials>,
    now: Now,
) -> Call<GetCallerIdentity> {
    let mut call = Call::new(GetCallerIdentity::new(), context, 1);
    assert!(matches!(call.step(now), Step::Credentials(_)));
    call.provide(Ok(credentials.clone()));
    call
}

#[test]
fn calls_signed_before_the_clock_was_corrected_do_not_reject_the_key() {
    let context = default_context();
    let credentials = keys("HSTFIRST000000000001");
    let now = Now::new(START, Duration::ZERO);
    let mut first = begun(&context, &credentials, now);
    let mut second = begun(&context, &credentials, now);
    assert!(matches!(first.step(now), Step::Send(_)));
    assert!(matches!(second.step(now), Step::Send(_)));

    first.receive(dated_refusal("Thu, 05 Mar 2026 07:28:09 GMT"), now);
    assert!(matches!(first.step(now), Step::Send(_)), "once more with the right date");
    first.receive(identity(), now);
    assert!(matches!(first.step(now), Step::Done(Ok(_))));

    second.receive(dated_refusal("Thu, 05 Mar 2026 07:28:09 GMT"), now);
    assert!(matches!(second.step(now), Step::Send(_)), "its date was wrong as well");
}

#[test]
fn a_call_is_signed_again_once_even_if_the_clock_is_set_meanwhile() {
    let mut now = Now::new(START, Duration::ZERO);
    let mut call = begun(&default_context(), &keys("HSTFIRST000000000001"), now);
    assert!(matches!(call.step(now), Step::Send(_)));
    call.receive(dated_refusal("Thu, 05 Mar 2026 07:28:09 GMT"), now);
    now.wall += time::Duration::minutes(40);
    assert!(matches!(call.step(now), Step::Send(_)));
    call.receive(dated_refusal("Thu, 05 Mar 2026 07:28:09 GMT"), now);
    assert!(matches!(call.step(now), Step::Done(Err(_))));
}

#[test]
fn clock_skew_does_not_excuse_rejections_forever() {
    // Two gateways whose clocks are hours apart respond in turns.
    let dates = ["Thu, 05 Mar 2026 09:08:09 GMT", "Thu, 05 Mar 2026 03:08:09 GMT"];
    let context = default_context();
    let mut requests = 0;
    for number in 0..20 {
        let mut call =
            begun(&context, &keys("HSTFIRST000000000001"), Now::new(START, Duration::ZERO));
        let mut now = Now::new(START, Duration::from_secs(number));
        loop {
            match call.step(now) {
                Step::Send(_) => {
                    requests += 1;
                    call.receive(dated_refusal(dates[requests % 2]), now);
                }
                Step::Wait(duration) => now = now.after(duration),
                Step::Credentials(_) => call.provide(Ok(keys("HSTFIRST000000000001"))),
                Step::Done(outcome) => break drop(outcome.unwrap_err()),
            }
        }
    }
    assert!(requests <= 3, "{requests} requests with a key that is rejected");
}

#[test]
fn a_response_of_the_service_itself_proves_the_key() {
    let denied = || error(403, &[], "PAP5.0001", "access denied");
    let context = default_context();
    let mut world = World::new(context.clone(), []);
    call_of(&context, &mut world, refusal());
    world.now = world.now.after(LOCK);
    assert_eq!(call_of(&context, &mut world, denied()).kind(), ErrorKind::AccessDenied);
    assert_eq!(call_of(&context, &mut world, denied()).stats().attempts, 1, "it is sent at once");
}

#[test]
fn a_probe_without_evidence_leaves_the_next_one_free() {
    let context = default_context();
    let mut world = World::new(context.clone(), []);
    call_of(&context, &mut world, refusal());
    world.now = world.now.after(LOCK);
    world.script.extend([maybe_sent(TransportErrorKind::Closed), status(503), identity()]);
    world.identity().unwrap();
}

#[test]
fn a_dropped_probe_counts_until_its_slot_expires() {
    let context = default_context();
    let mut world = World::new(context.clone(), []);
    call_of(&context, &mut world, refusal());
    world.now = world.now.after(LOCK);
    let credentials = keys("HSTFIRST000000000001");
    let mut dropped = begun(&context, &credentials, world.now);
    assert!(matches!(dropped.step(world.now), Step::Send(_)));
    let mut other = begun(&context, &credentials, world.now);
    assert!(matches!(other.step(world.now), Step::Wait(_)), "one at a time");
    drop(dropped);
    assert!(matches!(other.step(world.now), Step::Wait(_)), "it may have been received");
    world.now = world.now.after(Duration::from_secs(10));
    let mut next = begun(&context, &credentials, world.now);
    assert!(matches!(next.step(world.now), Step::Send(_)));
}

#[test]
fn callers_that_cancel_and_call_again_do_not_lock_an_unproven_access_key() {
    let context = default_context();
    let credentials = keys("HSTFIRST000000000001");
    let mut now = World::new(context.clone(), []).now;
    let mut sent = 0;
    // A caller with a timeout of 100 ms, for five seconds.
    for _ in 0..50 {
        let mut call = begun(&context, &credentials, now);
        sent += usize::from(matches!(call.step(now), Step::Send(_)));
        drop(call);
        now = now.after(Duration::from_millis(100));
    }
    assert_eq!(sent, 4, "fewer than lock the access key");

    // After a response, cancelled calls hold nothing back.
    now = now.after(Duration::from_secs(10));
    let mut call = begun(&context, &credentials, now);
    assert!(matches!(call.step(now), Step::Send(_)));
    call.receive(identity(), now);
    for _ in 0..50 {
        let mut call = begun(&context, &credentials, now);
        assert!(matches!(call.step(now), Step::Send(_)));
    }
}

#[test]
fn a_rejected_call_with_a_one_time_code_counts_as_well() {
    let operation =
        || AssumeAgency::new("iam::0a1b:agency:a", "name").mfa("iam::0a1b:mfa:dev", "123456");
    let mut world = World::new(default_context(), [refusal()]);
    world.run(operation()).unwrap_err();
    for _ in 0..5 {
        let error = world.run(operation()).unwrap_err();
        assert!(matches!(error.failure(), Failure::CredentialsRejected { .. }));
    }
    assert_eq!(world.sent().len(), 1);
}

#[test]
fn a_rejected_date_without_a_known_clock_offset_counts_as_well() {
    let context = default_context();
    let mut world = World::new(context.clone(), []);
    let skewed = error(401, &[], "APIGW.0303", "signature expired");
    assert_eq!(call_of(&context, &mut world, skewed).kind(), ErrorKind::ClockSkew);
    let error = world.identity().unwrap_err();
    assert!(matches!(error.failure(), Failure::CredentialsRejected { .. }));
}

#[test]
fn several_rejected_keys_are_remembered() {
    let context = default_context();
    let mut world = World::new(context.clone(), [refusal(), refusal()]);
    world.keys = [keys("A"), keys("B")].into();
    world.identity().unwrap_err();
    for _ in 0..5 {
        world.keys = [keys("A"), keys("B")].into();
        world.identity().unwrap_err();
    }
    assert_eq!(world.keys_used(), ["A", "B"]);
}

#[test]
fn the_provider_is_asked_for_others_when_another_call_saw_the_rejection() {
    let context = default_context();
    let mut world = World::new(context.clone(), []);
    call_of(&context, &mut world, refusal());
    world.events.clear();
    world.keys = [keys("HSTFIRST000000000001"), keys("HSTOTHER000000000002")].into();
    world.script.push_back(identity());
    world.identity().unwrap();
    assert!(
        world
            .events
            .contains(&Event::KeysAsked { rejected: Some("HSTFIRST000000000001".to_owned()) })
    );
    assert_eq!(world.keys_used(), ["HSTOTHER000000000002"]);
}

#[test]
fn a_401_is_not_repeated_with_the_same_keys_whatever_its_code() {
    let mut world = World::new(default_context(), [error(401, &[], "APIGW.0601", "failed")]);
    assert_eq!(world.identity().unwrap_err().stats().attempts, 1);
}

#[test]
fn only_a_few_first_calls_are_sent_before_the_key_is_proven() {
    let context = default_context();
    let credentials = keys("HSTFIRST000000000001");
    let now = Now::new(START, Duration::ZERO);
    let mut calls: Vec<_> = (0..100).map(|_| begun(&context, &credentials, now)).collect();
    let sent = |calls: &mut Vec<Call<GetCallerIdentity>>, now| {
        let mut sent = Vec::new();
        for (index, call) in calls.iter_mut().enumerate() {
            if matches!(call.step(now), Step::Send(_)) {
                sent.push(index);
            }
        }
        sent
    };
    let first = sent(&mut calls, now);
    assert_eq!(first.len(), 4);

    // With a wrong secret key no further calls are sent.
    calls[0].receive(refusal(), now);
    assert_eq!(sent(&mut calls, now).len(), 0);

    // With the right one all others follow.
    let context = default_context();
    let mut calls: Vec<_> = (0..100).map(|_| begun(&context, &credentials, now)).collect();
    sent(&mut calls, now);
    calls[0].receive(identity(), now);
    assert_eq!(sent(&mut calls, now).len(), 96);
}
