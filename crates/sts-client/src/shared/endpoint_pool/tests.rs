//! Tests of which failures count, and of the order when all endpoints are down.

use std::time::Duration;

use sts_proto::{Endpoint, Region};

use super::{EndpointPool, Pick};

const FIRST: Pick = Pick { index: 0, probe: None };
const SECOND: Pick = Pick { index: 1, probe: None };

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn two_endpoints() -> EndpointPool {
    EndpointPool::new([Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from))
}

/// Picks an endpoint for a call that can afford a probe of ten seconds.
fn pick(pool: &EndpointPool, now: u64) -> Pick {
    pool.pick(&[], Some(at(now + 10)), at(now))
}

#[test]
fn a_request_sent_at_the_moment_of_the_failure_does_not_extend_the_cooldown() {
    let pool = two_endpoints();
    pool.failed(FIRST, at(0), at(5));
    pool.failed(FIRST, at(5), at(6));
    assert_eq!(pick(&pool, 34), SECOND);
    assert_eq!(pick(&pool, 35), Pick { index: 0, probe: Some(at(45)) });
}

#[test]
fn only_the_probe_counts_while_it_is_in_flight() {
    let pool = two_endpoints();
    pool.failed(FIRST, at(0), at(0));
    let probe = pick(&pool, 30);
    // A call whose other endpoint failed uses the same one meanwhile.
    pool.failed(SECOND, at(31), at(31));
    assert_eq!(pool.pick(&[1], None, at(31)), FIRST);
    pool.failed(FIRST, at(31), at(32));
    pool.failed(probe, at(30), at(33));
    pool.responded(SECOND);
    assert_eq!(pick(&pool, 92), SECOND);
    assert_eq!(pick(&pool, 93).index, 0, "60 seconds after the probe");
}

#[test]
fn with_all_endpoints_down_the_one_with_fewer_failures_is_tried_first() {
    let pool = two_endpoints();
    pool.failed(FIRST, at(0), at(0));
    pool.failed(pick(&pool, 30), at(30), at(30));
    pool.failed(SECOND, at(31), at(31));
    assert_eq!(pick(&pool, 40), SECOND);
}
