//! Waits of a session that a rejection of its credentials ends, and waits that it does not.

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

/// A session whose credentials are stale and were accepted for a while.
fn stale(seed: u64) -> (SessionMachine, Now) {
    let start = Now::new(START, Duration::from_secs(50));
    let mut machine = SessionMachine::new(SessionPolicy::default(), seed);
    assert!(machine.begin_refresh(start));
    assert!(machine.refreshed(keys(start), start, start.wall));
    (machine, start.after(Duration::from_secs(3000)))
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
