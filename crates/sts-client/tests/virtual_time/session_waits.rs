//! Waits of a session: those that a rejection or the end of its credentials ends, and others.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use sts_client::Now;
use sts_client::session::{SessionMachine, SessionPolicy};
use sts_proto::Credentials;

use crate::world::START;

fn keys(now: Now) -> Arc<Credentials> {
    let end = now.wall + Duration::from_secs(3600);
    Arc::new(Credentials::temporary(format!("HSTA{end}"), "secret", "token", end))
}

fn with_credentials(seed: u64, now: Now) -> SessionMachine {
    let mut machine = SessionMachine::new(SessionPolicy::default(), seed);
    assert!(machine.begin_refresh(now));
    assert!(machine.refreshed(keys(now), now, now.wall));
    machine
}

/// A session whose credentials are stale and were accepted for a while.
fn stale(seed: u64) -> (SessionMachine, Now) {
    let start = Now::new(START, Duration::from_secs(50));
    (with_credentials(seed, start), start.after(Duration::from_secs(3000)))
}

fn reject(machine: &mut SessionMachine, now: Now) {
    let rejected = machine.credentials(now).cloned().expect("credentials");
    assert!(machine.invalidate(&rejected, now));
}

proptest! {
    #[test]
    fn a_rejection_makes_a_refresh_due_at_once_only_if_it_is_not_held_back(
        seed in any::<u64>(),
        wait in 0..400_000_u64,
        // After the hold-back, too, and before the credentials expire.
        elapsed in 0..500_000_u64,
        is_held_back in any::<bool>(),
    ) {
        let (wait, elapsed) = (Duration::from_millis(wait), Duration::from_millis(elapsed));
        let (mut machine, now) = stale(seed);
        prop_assert!(machine.begin_refresh(now));
        machine.failed(now);
        if is_held_back {
            machine.hold_back(wait, now);
        }
        let failed = now;
        let now = now.after(elapsed);
        reject(&mut machine, now);
        if is_held_back {
            let shortest = failed.monotonic + wait;
            let longest = failed.monotonic + (wait + wait / 5).max(Duration::from_secs(1));
            let next = machine.next_refresh(now);
            prop_assert!((shortest..=longest).contains(&next), "{next:?}: {shortest:?}");
            prop_assert_eq!(machine.begin_refresh(now), next <= now.monotonic);
        } else {
            prop_assert!(machine.begin_refresh(now));
        }
    }

    #[test]
    fn a_hold_back_ends_with_the_next_refresh(seed in any::<u64>(), succeeds in any::<bool>()) {
        let (mut machine, mut now) = stale(seed);
        prop_assert!(machine.begin_refresh(now));
        machine.failed(now);
        machine.hold_back(Duration::from_secs(30), now);
        now = now.after(machine.next_refresh(now).saturating_sub(now.monotonic));
        prop_assert!(machine.begin_refresh(now));
        if succeeds {
            prop_assert!(machine.refreshed(keys(now), now, now.wall));
        } else {
            machine.failed(now);
        }
        reject(&mut machine, now);
        prop_assert!(machine.begin_refresh(now), "only the spacing or the backoff was left");
    }
}

#[test]
fn a_refresh_is_due_when_the_credentials_expired_while_the_monotonic_clock_stood_still() {
    let now = Now::new(START, Duration::from_secs(50));
    let mut machine = with_credentials(7, now);
    let awake =
        Now::new(now.wall + Duration::from_secs(7200), now.monotonic + Duration::from_secs(2));
    assert!(machine.next_refresh(awake) <= awake.monotonic);
    assert!(machine.begin_refresh(awake));
}

#[test]
fn a_second_rejection_causes_a_wait_unless_the_credentials_are_older_than_the_longest_backoff() {
    let cap = SessionPolicy::default().backoff.cap;
    for (age, is_due) in [(cap, false), (cap + Duration::from_nanos(1), true)] {
        let now = Now::new(START, Duration::from_secs(50));
        let mut machine = with_credentials(7, now);
        let now = now.after(age);
        reject(&mut machine, now);
        assert!(machine.begin_refresh(now), "the first one");
        assert!(machine.refreshed(keys(now), now, now.wall));
        let now = now.after(age);
        reject(&mut machine, now);
        assert_eq!(machine.begin_refresh(now), is_due, "{age:?}");
    }
}
