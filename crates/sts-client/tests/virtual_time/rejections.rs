//! Lockout and cool-off of rejected access keys, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use sts_client::{
    Call, CallContext, CallPolicy, CredentialsError, Failure, Now, StateMachine, Step,
};
use sts_proto::codes::known_codes;
use sts_proto::{Body, Credentials, Endpoint, ErrorKind, GetCallerIdentity, Region};
use time::OffsetDateTime;

use crate::fleet::run;
use crate::world::{Answer, Event, START, World, context, default_context, error, identity, keys};

const SECOND: Duration = Duration::from_secs(1);

fn failed_signature() -> Answer {
    error(
        401,
        &[],
        "APIGW.0301",
        "Incorrect IAM authentication information: verify aksk signature fail",
    )
}

fn unknown_key() -> Answer {
    error(401, &[], "APIGW.0301", "Incorrect IAM authentication information: ak A not exist")
}

/// Returns the times of the requests of one call each `period` for `duration`.
fn sent(rejection: fn() -> Answer, period: Duration, duration: Duration) -> Vec<Duration> {
    let count = u32::try_from(duration.as_secs() / period.as_secs()).unwrap();
    let mut sent = Vec::new();
    let starts = (0..count).map(|number| period * number);
    run(&default_context(), &keys("A"), starts, |_, now| {
        sent.push(now.monotonic);
        (Duration::ZERO, rejection())
    });
    sent
}

fn gaps(times: &[Duration]) -> Vec<u64> {
    times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect()
}

/// A call ready for its next step, with its credentials.
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
fn probes_of_a_rejected_key_become_less_frequent() {
    let gaps = gaps(&sent(failed_signature, 10 * SECOND, 7200 * SECOND));
    assert_eq!(gaps, [300, 600, 1200, 1800, 1800]);
}

#[test]
fn an_unknown_key_is_retried_after_seconds() {
    let times = sent(unknown_key, SECOND, 600 * SECOND);
    assert_eq!(gaps(&times)[..6], [3, 6, 12, 24, 48, 60]);

    let mut world = World::new(default_context(), [unknown_key()]);
    world.identity().unwrap_err();
    let error = world.identity().unwrap_err();
    assert!(
        matches!(error.failure(), Failure::CredentialsRejected { wait, .. } if *wait <= 3 * SECOND)
    );
    world.now = world.now.after(3 * SECOND);
    world.script.push_back(identity());
    world.identity().unwrap();
}

#[test]
fn errors_about_expired_and_disabled_keys_are_rejections_too() {
    for (status, code, message) in [
        (400, "IAM.1104", "The access key AK is in the blacklist"),
        (400, "IAM.1105", "The access key AK has expired"),
        (400, "IAM.1106", "The user USER with access key AK cannot be found"),
        (400, "IAM.1107", "The access key AK is inactive"),
        (400, "IAM.1108", "The securitytoken has expired"),
        (401, "IAM.0066", "The token has expired"),
        (401, "APIGW.0307", "The token must be updated"),
        (401, "APIGW.0301", "decrypt token fail"),
        (401, "APIG.0303", "Incorrect app authentication information"),
    ] {
        let mut world = World::new(default_context(), [error(status, &[], code, message)]);
        world.identity().unwrap_err();
        let error = world.identity().unwrap_err();
        assert!(matches!(error.failure(), Failure::CredentialsRejected { .. }), "{code}");
        assert_eq!(world.sent().len(), 1, "{code}");
    }
}

#[test]
fn the_error_names_the_rejection_and_why_the_provider_has_no_other_credentials() {
    let now = Now::new(START, Duration::ZERO);
    let mut call = begun(&default_context(), &keys("A"), now);
    assert!(matches!(call.step(now), Step::Send(_)));
    call.receive(failed_signature(), now);
    assert!(matches!(call.step(now), Step::Credentials(_)));
    call.provide(Err(CredentialsError::new("no connection to the metadata service")));
    let Step::Done(Err(error)) = call.step(now) else { panic!("the call goes on") };
    assert_eq!(error.kind(), ErrorKind::InvalidCredentials);
    assert_eq!(error.code(), Some("APIGW.0301"));
    let provider = error.provider_error().expect("the error of the provider");
    assert_eq!(provider.to_string(), "no connection to the metadata service");
    let text = error.to_string();
    let end = "; the provider has no other credentials: no connection to the metadata service";
    assert!(text.contains("verify aksk signature fail") && text.ends_with(end), "{text}");
}

#[test]
fn the_kind_of_a_known_code_decides_whether_it_is_a_rejection_and_not_the_status() {
    for known in known_codes() {
        let code = known.code();
        for status in [400, 401, 403, 404, 429] {
            let kind = known.kind(StatusCode::from_u16(status).unwrap());
            let is_rejection =
                matches!(kind, ErrorKind::InvalidCredentials | ErrorKind::ExpiredCredentials);
            let (context, credentials) = (default_context(), keys("A"));
            let mut now = Now::new(START, Duration::ZERO);
            let mut call = begun(&context, &credentials, now);
            let asks_for_others = loop {
                match call.step(now) {
                    Step::Send(_) => call.receive(error(status, &[], code.as_str(), "m"), now),
                    Step::Wait(wait) => now = now.after(wait),
                    Step::Credentials(_) => break true,
                    Step::Done(_) => break false,
                }
            };
            assert_eq!(asks_for_others, is_rejection, "{status} {code}");
            let mut next = begun(&context, &credentials, now);
            let is_held_back = !matches!(next.step(now), Step::Send(_));
            assert_eq!(is_held_back, is_rejection, "{status} {code}");
        }
    }
}

#[test]
fn the_cool_off_depends_on_the_reason() {
    for (status, code, message, seconds) in [
        (401, "APIGW.0301", "verify aksk signature fail", 300),
        (401, "APIGW.0301", "AK access failed to reach the limit", 300),
        (403, "APIGW.0301", "AK access failed to reach the limit", 300),
        (401, "APIGW.0301", "the ak is wrong", 300),
        (401, "APIGW.0301", "the project does not exist", 300),
        (401, "APIGW.0301", "ak A not exist", 3),
        (401, "APIGW.0301", "Get secretKey failed,ak:A", 3),
        (400, "IAM.1106", "no such user", 3),
        (400, "IAM.1107", "inactive", 60),
        (400, "IAM.1108", "expired", 60),
        (401, "APIGW.0307", "The token must be updated", 60),
    ] {
        let mut world = World::new(default_context(), [error(status, &[], code, message)]);
        world.identity().unwrap_err();
        let error = world.identity().unwrap_err();
        let Failure::CredentialsRejected { wait, .. } = error.failure() else { panic!("{error}") };
        assert_eq!(*wait, seconds * SECOND, "{code} {message}");
    }
}

#[test]
fn a_401_that_is_not_the_gateways_condemns_no_key() {
    let page = || {
        let response = Response::builder().status(401).header("www-authenticate", "Basic");
        Ok(response.body(Body::from(b"<html>log in</html>".to_vec())).unwrap())
    };
    let unknown = || error(401, &[], "PORTAL.1", "log in");
    for rejection in [page as fn() -> Answer, unknown] {
        let mut world = World::new(default_context(), [rejection()]);
        let failure = world.identity().unwrap_err();
        assert_eq!((failure.status().unwrap().as_u16(), failure.stats().attempts), (401, 1));
        world.script.push_back(identity());
        world.identity().unwrap();
        let asked = Event::KeysAsked { rejected: Some("HSTFIRST000000000001".to_owned()) };
        assert!(!world.events.contains(&asked), "the provider keeps its credentials");
    }
}

#[test]
fn many_other_keys_do_not_end_a_lockout() {
    for others in [8, 12, 40] {
        let context = default_context();
        let mut world = World::new(context.clone(), [failed_signature()]);
        world.keys = [keys("BAD")].into();
        world.identity().unwrap_err();
        for rejected in [false, true] {
            for number in 0..others / 2 {
                world.keys = [keys(&format!("OTHER{rejected}{number}"))].into();
                world.script.push_back(if rejected { failed_signature() } else { identity() });
                drop(world.identity());
            }
        }
        for number in 0..9 {
            world.now = world.now.after(30 * SECOND);
            world.keys = [keys("BAD")].into();
            let error = world.identity().unwrap_err();
            assert!(matches!(error.failure(), Failure::CredentialsRejected { .. }), "{number}");
        }
    }
}

#[test]
fn calls_that_are_no_longer_polled_do_not_keep_the_slots_of_an_unproven_key() {
    let context = default_context();
    let credentials = keys("A");
    let now = Now::new(START, Duration::ZERO);
    let mut forgotten: Vec<_> = (0..4).map(|_| begun(&context, &credentials, now)).collect();
    for call in &mut forgotten {
        assert!(matches!(call.step(now), Step::Send(_)));
    }
    let mut other = begun(&context, &credentials, now);
    assert!(matches!(other.step(now), Step::Wait(_)));
    assert!(matches!(other.step(now.after(9 * SECOND)), Step::Wait(_)));
    assert!(matches!(other.step(now.after(10 * SECOND)), Step::Send(_)));
    drop(forgotten);
}

#[test]
fn the_probe_of_a_rejected_key_does_not_keep_its_slot_forever() {
    let context = default_context();
    let mut world = World::new(context.clone(), [failed_signature()]);
    world.identity().unwrap_err();
    let credentials = keys("HSTFIRST000000000001");
    let now = world.now.after(301 * SECOND);
    let mut probe = begun(&context, &credentials, now);
    assert!(matches!(probe.step(now), Step::Send(_)));
    let mut other = begun(&context, &credentials, now);
    assert!(matches!(other.step(now), Step::Wait(_)));
    assert!(matches!(other.step(now.after(10 * SECOND)), Step::Send(_)));
    drop(probe);
}

#[test]
fn a_long_attempt_timeout_does_not_keep_slots_longer() {
    let mut policy = CallPolicy::default();
    policy.limits = policy.limits.timeout(60 * SECOND);
    let context = context(policy);
    let credentials = keys("A");
    let now = Now::new(START, Duration::ZERO);
    let mut forgotten: Vec<_> = (0..4).map(|_| begun(&context, &credentials, now)).collect();
    for call in &mut forgotten {
        assert!(matches!(call.step(now), Step::Send(_)));
    }
    let mut other = begun(&context, &credentials, now);
    assert!(matches!(other.step(now.after(10 * SECOND)), Step::Send(_)));
}

#[test]
fn an_unavailable_service_and_the_gateway_prove_no_key() {
    for response in [
        error(500, &[], "STS5.0500", "internal error"),
        error(404, &[], "APIGW.0101", "The API does not exist"),
    ] {
        let context = default_context();
        let credentials = keys("A");
        let now = Now::new(START, Duration::ZERO);
        let mut calls: Vec<_> = (0..9).map(|_| begun(&context, &credentials, now)).collect();
        assert!(matches!(calls[0].step(now), Step::Send(_)));
        calls[0].receive(response, now);
        let sent = calls[1..].iter_mut().map(|call| matches!(call.step(now), Step::Send(_)));
        assert_eq!(sent.filter(|sent| *sent).count(), 4);
    }
}

#[test]
fn a_request_that_cannot_be_signed_keeps_no_slot() {
    let context = default_context();
    let credentials = keys("A");
    // The year 9999 in the east is the year 10000 in the west, for which no date can be written.
    let end = OffsetDateTime::new_utc(time::Date::MIN, time::Time::MIDNIGHT);
    let odd = Now::new(end, Duration::ZERO);
    for _ in 0..8 {
        let mut call = begun(&context, &credentials, odd);
        let Step::Done(Err(error)) = call.step(odd) else { panic!("it cannot be signed") };
        assert_eq!(error.kind(), ErrorKind::Credentials);
    }
    let mut call = begun(&context, &credentials, Now::new(START, Duration::ZERO));
    assert!(matches!(call.step(Now::new(START, Duration::ZERO)), Step::Send(_)));
}

#[test]
fn credentials_known_to_be_expired_are_not_signed_with() {
    let temporary = |end| Arc::new(Credentials::temporary("HSTTEMP", "s", "t", end));
    let context = default_context();
    let date = [("date", "Thu, 05 Mar 2026 07:08:09 GMT")];
    let mut world = World::new(context.clone(), [error(404, &date, "STS5.1106", "m")]);
    world.latency = Duration::ZERO;
    world.identity().unwrap_err();

    // By the service's known time they have expired, so other credentials are requested once.
    let minute = time::Duration::minutes(1);
    let (old, new) = (temporary(START - minute), temporary(START + 60 * minute));
    world.events.clear();
    world.keys = [old.clone(), new].into();
    world.script.push_back(identity());
    world.identity().unwrap();
    assert_eq!(world.sent().len(), 1);
    let asked = Event::KeysAsked { rejected: Some("HSTTEMP".to_owned()) };
    assert!(world.events.contains(&asked));

    world.events.clear();
    world.keys = [old.clone()].into();
    let error = world.identity().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ExpiredCredentials);
    assert!(matches!(error.failure(), Failure::CredentialsExpired { .. }));
    assert!(error.to_string().contains("expired at"), "{error}");
    assert_eq!(world.sent().len(), 0);

    // A local clock that was set proves nothing, and neither does one that was never compared.
    world.now.wall += time::Duration::hours(25);
    world.keys = [temporary(START + time::Duration::hours(24))].into();
    world.script.push_back(identity());
    world.identity().unwrap();
    let mut world = World::new(default_context(), [identity()]);
    world.keys = [old].into();
    world.identity().unwrap();
}

#[test]
fn a_key_must_be_proven_again_after_a_jump_of_the_clock() {
    let context = default_context();
    let credentials = keys("A");
    let now = Now::new(START, Duration::ZERO);
    let mut first = begun(&context, &credentials, now);
    assert!(matches!(first.step(now), Step::Send(_)));
    first.receive(identity(), now);

    let later = Now::new(START + time::Duration::hours(1), now.monotonic + SECOND);
    let mut calls: Vec<_> = (0..32).map(|_| begun(&context, &credentials, later)).collect();
    let sent = calls.iter_mut().map(|call| matches!(call.step(later), Step::Send(_)));
    assert_eq!(sent.filter(|sent| *sent).count(), 4, "five failed signatures lock a key");
}

#[test]
fn a_clock_that_is_set_right_ends_the_lockout_of_a_key() {
    // Without a date, the clock skew is unknown.
    let context = default_context();
    let mut world = World::new(context.clone(), [failed_signature()]);
    world.identity().unwrap_err();
    world.identity().unwrap_err();
    world.now.wall += time::Duration::minutes(20);
    world.script.push_back(failed_signature());
    world.identity().unwrap_err();
    let error = world.identity().unwrap_err();
    assert!(matches!(error.failure(), Failure::CredentialsRejected { .. }), "one probe");
    world.now.wall -= time::Duration::minutes(40);
    world.script.push_back(identity());
    world.identity().unwrap();
}

#[test]
fn one_call_may_both_correct_the_clock_and_change_credentials() {
    let ahead = [("date", "Thu, 05 Mar 2026 07:28:09 GMT")];
    let script = [
        error(401, &ahead, "APIGW.0301", "verify aksk signature fail"),
        error(400, &[], "IAM.1108", "The securitytoken has expired"),
        identity(),
    ];
    let region = Endpoint::from(Region::CN_NORTH_4);
    let mut world = World::new(CallContext::new([region], CallPolicy::default()), script);
    world.keys = [keys("A"), keys("B")].into();
    world.identity().unwrap();
    assert_eq!(world.keys_used(), ["A", "A", "B"]);
}
