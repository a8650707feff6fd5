//! Endpoints in order, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use crate::world::{World, identity, maybe_sent, not_sent, status};
use sts_client::transport::TransportErrorKind;
use sts_client::{CallContext, CallPolicy};
use sts_proto::{Endpoint, Region};

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
