//! Failover between endpoints, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use sts_client::transport::TransportErrorKind;
use sts_client::{Call, CallContext, CallPolicy, Now, StateMachine, Step};
use sts_proto::{Endpoint, GetCallerIdentity, Region};

use crate::world::{START, World, identity, keys, maybe_sent, not_sent, status};

const FIRST: &str = "sts.ap-southeast-1.myhuaweicloud.com";
const SECOND: &str = "sts.ap-southeast-3.myhuaweicloud.com";

fn two_regions() -> Arc<CallContext> {
    let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
    CallContext::new(order, CallPolicy::default())
}

#[test]
fn a_call_that_cannot_reach_the_first_endpoint_fails_over_at_once() {
    for failure in [not_sent(TransportErrorKind::Connect), status(503)] {
        let mut world = World::new(two_regions(), [failure, identity()]);
        world.identity().unwrap();
        assert_eq!(world.hosts(), [FIRST, SECOND]);
        assert!(world.waits().is_empty());
    }
}

#[test]
fn the_next_call_starts_at_the_healthy_endpoint_and_later_the_first_is_probed() {
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
fn with_all_endpoints_down_the_call_waits_before_the_next_round() {
    let down = || not_sent(TransportErrorKind::Connect);
    let mut world = World::new(two_regions(), [down(), down(), identity()]);
    world.identity().unwrap();
    assert_eq!(world.hosts(), [FIRST, SECOND, FIRST]);
    assert_eq!(world.waits().len(), 1);
}

#[test]
fn a_denied_and_a_throttled_call_stay_at_their_endpoint() {
    let mut world = World::new(two_regions(), [status(403)]);
    world.identity().unwrap_err();
    assert_eq!(world.hosts(), [FIRST]);

    let mut world = World::new(two_regions(), [status(429), identity()]);
    world.identity().unwrap();
    assert_eq!(world.hosts(), [FIRST, FIRST]);
}

#[test]
fn a_call_without_remaining_time_returns_the_previous_failure() {
    let mut world = World::new(two_regions(), [status(500)]);
    world.latency = Duration::from_millis(29_970);
    let error = world.identity().unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(500));
}

#[test]
fn only_the_expiry_of_a_shortened_timeout_does_not_mark_its_endpoint_as_down() {
    use TransportErrorKind::{Closed, Timeout};
    let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
    // Of eight seconds, the second attempt has those after the latency of the first.
    for (seconds, kind, healthy) in [(5, Timeout, SECOND), (5, Closed, FIRST), (4, Timeout, FIRST)]
    {
        let policy = CallPolicy::default().attempts(2).deadline(Duration::from_secs(8));
        let context = CallContext::new(order.clone(), policy);
        let mut world = World::new(context, [status(503), maybe_sent(kind)]);
        world.latency = Duration::from_secs(seconds);
        world.identity().unwrap_err();

        world.events.clear();
        world.latency = Duration::ZERO;
        world.script.push_back(identity());
        world.identity().unwrap();
        assert_eq!(world.hosts(), [healthy], "{kind:?} after {seconds} s");
    }
}

#[test]
fn the_first_call_detects_an_unresponsive_endpoint_under_any_deadline() {
    for seconds in [1, 3, 5, 8, 10, 12, 15, 30] {
        let policy = CallPolicy::default().deadline(Duration::from_secs(seconds));
        let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
        let context = CallContext::new(order, policy);
        // Time passes before the first attempt, as with every real driver.
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
fn callers_that_cancel_early_do_not_use_an_unresponsive_endpoint_forever() {
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
    for seconds in [0, 0, 0] {
        assert_eq!(host(seconds).0, FIRST);
    }
    // A response proves something.
    let (first, mut call) = host(9);
    assert_eq!(first, FIRST);
    call.receive(identity(), now(9));
    for seconds in [10, 15, 20] {
        assert_eq!(host(seconds).0, FIRST, "{seconds}");
    }
    assert_eq!(host(25).0, SECOND);
}

#[test]
fn a_deadline_shorter_than_the_attempt_timeout_still_fails_over() {
    for failure in [not_sent(TransportErrorKind::Connect), maybe_sent(TransportErrorKind::Timeout)]
    {
        let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
        let policy = CallPolicy::default().deadline(Duration::from_secs(5));
        let mut world = World::new(CallContext::new(order, policy), [failure, identity()]);
        world.identity().unwrap();
        assert_eq!(world.hosts(), [FIRST, SECOND]);
    }
}
