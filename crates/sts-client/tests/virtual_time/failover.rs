//! Endpoints in order, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use sts_client::transport::TransportErrorKind;
use sts_client::{Call, CallContext, CallPolicy, Now, Step};
use sts_proto::{Endpoint, GetCallerIdentity, Region};

use crate::world::{START, World, identity, keys, maybe_sent, not_sent, status};

const FIRST: &str = "sts.ap-southeast-1.myhuaweicloud.com";
const SECOND: &str = "sts.ap-southeast-3.myhuaweicloud.com";

fn two_regions() -> Arc<CallContext> {
    let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
    CallContext::new(order, CallPolicy::default())
}

#[test]
fn a_call_that_cannot_reach_the_first_goes_on_to_the_second_at_once() {
    for failure in [not_sent(TransportErrorKind::Connect), status(503)] {
        let mut world = World::new(two_regions(), [failure, identity()]);
        world.identity().unwrap();
        assert_eq!(world.hosts(), [FIRST, SECOND]);
        assert!(world.waits().is_empty());
    }
}

#[test]
fn the_next_call_starts_where_the_last_one_succeeded_and_later_the_first_is_tried_again() {
    let context = two_regions();
    let script = [not_sent(TransportErrorKind::Connect), identity()];
    let mut world = World::new(context.clone(), script);
    world.identity().unwrap();

    world.events.clear();
    world.script.push_back(identity());
    world.identity().unwrap();
    assert_eq!(world.hosts(), [SECOND]);

    world.events.clear();
    world.now = world.now.after(Duration::from_secs(31));
    world.script.push_back(identity());
    world.identity().unwrap();
    assert_eq!(world.hosts(), [FIRST]);
}

#[test]
fn when_all_are_out_the_call_waits_before_it_goes_round() {
    let down = || not_sent(TransportErrorKind::Connect);
    let mut world = World::new(two_regions(), [down(), down(), identity()]);
    world.identity().unwrap();
    assert_eq!(world.hosts(), [FIRST, SECOND, FIRST]);
    assert_eq!(world.waits().len(), 1);
}

#[test]
fn a_denial_and_a_throttled_call_stay_where_they_are() {
    let mut world = World::new(two_regions(), [status(403)]);
    world.identity().unwrap_err();
    assert_eq!(world.hosts(), [FIRST]);

    let mut world = World::new(two_regions(), [status(429), identity()]);
    world.identity().unwrap();
    assert_eq!(world.hosts(), [FIRST, FIRST]);
}

#[test]
fn a_call_that_has_no_time_left_tells_what_happened() {
    let mut world = World::new(two_regions(), [status(500)]);
    world.latency = Duration::from_millis(29_970);
    let error = world.identity().unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(500));
}

#[test]
fn an_attempt_that_was_cut_short_blames_no_endpoint() {
    let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
    let policy = CallPolicy::default().with_attempts(2).with_deadline(Duration::from_secs(8));
    let context = CallContext::new(order, policy);
    let script = [status(503), maybe_sent(TransportErrorKind::Timeout)];
    let mut world = World::new(context, script);
    // The second attempt has three seconds of eight.
    world.latency = Duration::from_secs(5);
    world.identity().unwrap_err();

    world.events.clear();
    world.latency = Duration::ZERO;
    world.script.push_back(identity());
    world.identity().unwrap();
    assert_eq!(world.hosts(), [SECOND]);
}

#[test]
fn a_black_hole_is_found_out_by_the_first_call_whatever_the_deadline() {
    for seconds in [1, 3, 5, 8, 10, 12, 15, 30] {
        let policy = CallPolicy::default().with_deadline(Duration::from_secs(seconds));
        let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
        let context = CallContext::new(order, policy);
        // Time passes before the first attempt, as it does for every real driver.
        let tried = (0..10).filter(|number| {
            let start = Now::new(START, Duration::from_secs(100 + number));
            let mut call = Call::new(GetCallerIdentity::new(), &context, *number);
            assert!(matches!(call.step(start), Step::Credentials(_)));
            call.provide(Ok(keys("HSTFIRST000000000001")));
            let sent = start.after(Duration::from_millis(1));
            let Step::Send(exchange) = call.step(sent) else { panic!("there is time") };
            let is_black_hole = exchange.request.uri().host() == Some(FIRST);
            if is_black_hole {
                let timeout = sent.after(exchange.limits.timeout);
                call.receive(maybe_sent(TransportErrorKind::Timeout), timeout);
                assert!(matches!(call.step(timeout), Step::Send(_)), "there is time for another");
            } else {
                call.receive(identity(), sent);
            }
            is_black_hole
        });
        assert_eq!(tried.count(), 1, "a deadline of {seconds} s");
    }
}

#[test]
fn callers_that_give_up_early_do_not_meet_a_black_hole_for_ever() {
    let context = two_regions();
    let now = |seconds| Now::new(START, Duration::from_secs(100 + seconds));
    let host = |seconds| {
        let mut call = Call::new(GetCallerIdentity::new(), &context, seconds);
        assert!(matches!(call.step(now(seconds)), Step::Credentials(_)));
        call.provide(Ok(keys("HSTFIRST000000000001")));
        let Step::Send(exchange) = call.step(now(seconds)) else { panic!("there is time") };
        (exchange.request.uri().host().unwrap().to_owned(), call)
    };
    // Each is dropped without a response; a burst of them proves nothing.
    for seconds in [0, 0, 0, 0, 9] {
        assert_eq!(host(seconds).0, FIRST);
    }
    // A response does.
    let (_, mut call) = host(9);
    call.receive(identity(), now(9));
    for seconds in [10, 15, 20] {
        assert_eq!(host(seconds).0, FIRST, "{seconds}");
    }
    assert_eq!(host(25).0, SECOND);
}

#[test]
fn a_deadline_shorter_than_the_limit_of_an_attempt_still_fails_over() {
    for failure in [not_sent(TransportErrorKind::Connect), maybe_sent(TransportErrorKind::Timeout)]
    {
        let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
        let policy = CallPolicy::default().with_deadline(Duration::from_secs(5));
        let mut world = World::new(CallContext::new(order, policy), [failure, identity()]);
        world.identity().unwrap();
        assert_eq!(world.hosts(), [FIRST, SECOND]);
    }
}
