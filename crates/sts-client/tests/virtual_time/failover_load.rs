//! Failover under load and over time: unreachable endpoints affect few callers, and recover.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sts_client::{CallContext, CallPolicy};
use sts_proto::{Endpoint, Region};

use crate::cloud::{Cloud, Health};
use crate::fleet::{Reply, black_hole, failures, healthy, host, refused, run};
use crate::world::keys;

const REGIONS: [&str; 4] = ["ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"];

fn context(endpoints: usize, policy: CallPolicy) -> Arc<CallContext> {
    let region = |region: &&str| Endpoint::from(Region::try_from(*region).unwrap());
    CallContext::new(REGIONS[..endpoints].iter().map(region), policy)
}

fn is_at(host: &str, index: usize) -> bool {
    host.contains(REGIONS[index])
}

fn every(period: Duration, count: u32) -> impl Iterator<Item = Duration> {
    (0..count).map(move |number| period * number)
}

const MINUTE: Duration = Duration::from_secs(60);
type Dead = fn() -> Reply;

#[test]
fn a_session_keeps_its_credentials_for_60_days_with_a_dead_first_endpoint() {
    let others = [
        Health::BlackHole,
        Health::Unavailable,
        Health::BadGateway,
        Health::Portal,
        Health::Redirect,
        Health::Throttled(None),
        Health::Throttled(Some(2)),
        Health::Throttled(Some(60)),
    ];
    let others = others.map(|dead| (dead, 5));
    for (dead, days) in [(Health::Refused, 60)].into_iter().chain(others) {
        let cloud = Cloud::new([dead, Health::Healthy]);
        let session = cloud.session();
        let mut lost = 0;
        for _ in 0..days * 24 * 360 {
            lost += u32::from(session.credentials().is_err());
            cloud.pass(Duration::from_secs(10));
        }
        assert_eq!(lost, 0, "{dead:?}");
    }
}

#[test]
fn one_call_a_minute_succeeds_with_an_unreachable_first_endpoint() {
    for dead in [refused as Dead, black_hole] {
        let context = context(2, CallPolicy::default());
        let outcomes = run(&context, &keys("A"), every(MINUTE, 600), |exchange, _| {
            if is_at(host(exchange), 0) { dead() } else { healthy() }
        });
        assert_eq!(failures(&outcomes), 0);
    }
}

#[test]
fn a_hundred_calls_in_flight_fail_over() {
    for dead in [refused as Dead, black_hole] {
        let context = context(2, CallPolicy::default());
        let starts = every(Duration::ZERO, 100);
        let outcomes = run(&context, &keys("A"), starts, |exchange, _| {
            if is_at(host(exchange), 0) { dead() } else { healthy() }
        });
        assert_eq!(failures(&outcomes), 0);
    }
}

#[test]
fn few_calls_wait_for_an_unresponsive_endpoint() {
    let context = context(2, CallPolicy::default());
    let starts = every(Duration::from_millis(200), 5 * 3600);
    let mut swallowed = Vec::new();
    let outcomes = run(&context, &keys("A"), starts, |exchange, now| {
        if is_at(host(exchange), 0) {
            swallowed.push(now.monotonic);
            black_hole()
        } else {
            healthy()
        }
    });
    assert_eq!(failures(&outcomes), 0);
    let is_slow = |start: &usize| outcomes[*start].took > Duration::from_secs(1);
    // In the first seconds nothing is known about the endpoint. Then there are occasional probes.
    let late = (100..outcomes.len()).filter(is_slow).count();
    assert!(late <= 16, "{late} of {} calls were slow", outcomes.len());
    let probes: Vec<_> = swallowed.iter().filter(|at| **at > Duration::from_secs(20)).collect();
    assert_eq!(probes.len(), late);
    let gaps: Vec<_> = probes.windows(2).map(|pair| *pair[1] - *pair[0]).collect();
    assert!(gaps.iter().all(|gap| *gap >= MINUTE), "{gaps:?}");
    assert!(gaps.iter().all(|gap| *gap <= 6 * MINUTE), "{gaps:?}");
    assert!(gaps.is_sorted_by(|one, next| *one <= *next + Duration::from_secs(1)), "{gaps:?}");
}

#[test]
fn a_healthy_fourth_endpoint_is_found_behind_three_unreachable_ones() {
    for dead in [refused as Dead, black_hole] {
        for (attempts, most) in [(3, 0), (2, 0), (1, 3)] {
            let context = context(4, CallPolicy::default().attempts(attempts));
            let outcomes = run(&context, &keys("A"), every(MINUTE, 60), |exchange, _| {
                if is_at(host(exchange), 3) { healthy() } else { dead() }
            });
            assert_eq!(failures(&outcomes), most, "{attempts} attempts");
            assert_eq!(failures(&outcomes[3..]), 0, "{attempts} attempts");
        }
    }
}

#[test]
fn a_deadline_that_one_attempt_would_use_up_leaves_time_for_another_endpoint() {
    let policy = CallPolicy::default().deadline(Duration::from_secs(5));
    let outcomes = run(&context(2, policy), &keys("A"), every(MINUTE, 100), |exchange, _| {
        if is_at(host(exchange), 0) { black_hole() } else { healthy() }
    });
    assert_eq!(failures(&outcomes), 0);
}

#[test]
fn one_failure_of_the_healthy_endpoint_does_not_send_all_calls_to_the_unreachable_one() {
    let context = context(2, CallPolicy::default());
    let starts = every(Duration::from_millis(200), 5 * 600);
    let mut sent = 0;
    let outcomes = run(&context, &keys("A"), starts, |exchange, _| {
        sent += 1;
        match (is_at(host(exchange), 0), sent % 500) {
            (true, _) => black_hole(),
            (false, 0) => (Duration::from_millis(20), crate::world::status(503)),
            (false, _) => healthy(),
        }
    });
    assert_eq!(failures(&outcomes), 0);
    let slow = outcomes.iter().skip(100).filter(|outcome| outcome.took > MINUTE / 60).count();
    assert!(slow <= 20, "{slow}");
}

#[test]
fn load_during_an_outage_stays_bounded() {
    let context = context(2, CallPolicy::default());
    let mut requests = HashMap::<String, u32>::new();
    let outcomes = run(&context, &keys("A"), every(Duration::from_secs(1), 3000), |exchange, _| {
        *requests.entry(host(exchange).to_owned()).or_default() += 1;
        refused()
    });
    assert_eq!(failures(&outcomes), 3000);
    // One attempt per call and endpoint, and the retries of the budget.
    assert!(requests.values().sum::<u32>() <= 2 * 3000 + 50, "{requests:?}");
}
