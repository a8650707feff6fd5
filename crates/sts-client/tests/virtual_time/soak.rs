//! Sixty days of random endpoint failures, throttling and clock changes.

use std::time::Duration;

use fastrand::Rng;
use proptest::prelude::{ProptestConfig, proptest};

use crate::cloud::{Cloud, Health};

const DAY: Duration = Duration::from_secs(86_400);
const HEALED: Duration = Duration::from_secs(120);

/// Returns a random time with that mean.
fn random_time(mean: Duration, rng: &mut Rng) -> Duration {
    mean.mul_f64(-(1.0 - rng.f64()).ln())
}

fn random_fault(rng: &mut Rng) -> Health {
    match rng.u8(..13) {
        0 => Health::Refused,
        1 => Health::BlackHole,
        2 => Health::Unavailable,
        3 => Health::BadGateway,
        4 => Health::Portal,
        5 => Health::Redirect,
        6 => Health::Throttled(None),
        7 => Health::Foreign,
        8..=10 => Health::Changing,
        _ => Health::Throttled(Some(rng.u8(1..40))),
    }
}

/// Endpoints fail for half an hour and are healthy for two hours on average. Clocks are set every
/// eight hours.
fn weather(
    seed: u64,
    endpoints: usize,
) -> impl FnMut(Duration, &mut [Health], &mut time::Duration) {
    let mut rng = Rng::with_seed(seed);
    let hour = Duration::from_secs(3600);
    let mut changes: Vec<_> = (0..endpoints).map(|_| random_time(hour, &mut rng)).collect();
    let mut clock_set = random_time(8 * hour, &mut rng);
    move |elapsed, health, skew| {
        for (change, health) in changes.iter_mut().zip(health) {
            if *change <= elapsed {
                let fails = *health == Health::Healthy;
                *health = if fails { random_fault(&mut rng) } else { Health::Healthy };
                let mean = if fails { hour / 2 } else { 2 * hour };
                *change = elapsed + random_time(mean, &mut rng);
            }
        }
        if clock_set <= elapsed {
            let minutes = [0, 0, rng.i64(-10..10), rng.i64(-120..120), rng.i64(-5000..5000)];
            *skew = time::Duration::minutes(minutes[rng.usize(..minutes.len())]);
            clock_set = elapsed + random_time(8 * hour, &mut rng);
        }
    }
}

#[test]
fn every_caller_has_credentials_when_an_endpoint_has_been_healthy_for_two_minutes() {
    soak(1, 3, 60 * DAY);
}

proptest! {
    // A failing seed is printed; smaller ones are not simpler.
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(4) })]

    #[test]
    fn so_has_every_caller_under_other_weather(seed: u64, endpoints in 1usize..=4) {
        soak(seed, endpoints, 10 * DAY);
    }
}

fn soak(seed: u64, endpoints: usize, duration: Duration) {
    let cloud =
        Cloud::new(vec![Health::Healthy; endpoints]).with_weather(seed, weather(seed, endpoints));
    let session = cloud.session();
    let (mut asked, mut held) = (0, 0);
    while cloud.elapsed() < duration {
        let was_healed = cloud.healthy_for() >= HEALED;
        let start = cloud.elapsed();
        let credentials = session.credentials();
        let is_healed = cloud.healthy_for() >= HEALED + (cloud.elapsed() - start);
        asked += 1;
        if was_healed && is_healed {
            held += 1;
            let elapsed = cloud.elapsed();
            let case = format!("seed {seed}, {endpoints} endpoints, after {elapsed:?}");
            let end = credentials.map(|credentials| credentials.expiration);
            let is_valid = end.as_ref().is_ok_and(|end| *end > Some(cloud.time()));
            assert!(is_valid, "{case}: {end:?}");
        }
        cloud.pass(Duration::from_secs(10));
    }
    assert!(held > asked / 2, "seed {seed}: {held} of {asked} callers had a healthy endpoint");
}
