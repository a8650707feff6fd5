//! What the machine of a session never does, whatever happens to it.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use sts_client::Now;
use sts_client::session::{CredentialState, SessionMachine, SessionPolicy};
use sts_proto::Credentials;
use time::OffsetDateTime;

use crate::world::START;

#[derive(Clone, Debug)]
enum Event {
    /// Time passes, for all clocks.
    Pass(u32),
    /// The machine sleeps: its monotonic clock stands still.
    Sleep(u32),
    /// The wall clock is set.
    Set(i32),
    Begin,
    Fetched {
        lifetime: i32,
    },
    Failed,
    Neglected,
    Invalidate,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..4000_u32).prop_map(Event::Pass),
        1 => (0..4000_u32).prop_map(Event::Sleep),
        1 => (-4000..4000).prop_map(Event::Set),
        4 => Just(Event::Begin),
        3 => prop_oneof![-10..2000, Just(900), Just(3600), Just(43200)]
            .prop_map(|lifetime| Event::Fetched { lifetime }),
        1 => Just(Event::Failed),
        1 => Just(Event::Neglected),
        1 => Just(Event::Invalidate),
    ]
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

fn keys(end: OffsetDateTime) -> Arc<Credentials> {
    Arc::new(Credentials::temporary(format!("HSTA{end}"), "secret", "token", end))
}

proptest! {
    #[test]
    fn never_two_fetches_never_keys_beyond_their_end_and_it_recovers(
        seed in any::<u64>(),
        // Clocks that stand still and clocks that are set back at once fool everybody.
        sleeps in any::<bool>(),
        events in proptest::collection::vec(event(), 0..60),
    ) {
        let mut machine = SessionMachine::new(SessionPolicy::default(), seed);
        let mut now = Now::new(START, Duration::from_secs(50));
        let mut truth = START;
        let mut is_fetching = false;
        for event in events {
            match event {
                Event::Pass(time) => {
                    now = now.after(seconds(time));
                    truth += seconds(time);
                }
                Event::Sleep(time) if sleeps => {
                    now.wall += seconds(time);
                    truth += seconds(time);
                }
                Event::Set(change) if !sleeps => {
                    now.wall += time::Duration::seconds(change.into());
                }
                Event::Begin => {
                    let was_fresh = machine.state(now) == CredentialState::Fresh;
                    let begins = machine.begin_fetch(now);
                    prop_assert!(!(begins && is_fetching), "two fetches at once");
                    prop_assert!(!(begins && was_fresh), "nothing was due");
                    is_fetching |= begins;
                }
                Event::Fetched { lifetime } if is_fetching => {
                    let end = truth + time::Duration::seconds(lifetime.into());
                    let is_served = machine.fetched(keys(end), now, truth);
                    prop_assert_eq!(is_served, lifetime > 0);
                    is_fetching = false;
                }
                Event::Failed if is_fetching => {
                    machine.failed(now);
                    is_fetching = false;
                }
                Event::Neglected if is_fetching => {
                    machine.neglected(now);
                    is_fetching = false;
                }
                Event::Invalidate => {
                    let kept = machine.credentials(now).cloned();
                    if let Some(kept) = kept {
                        prop_assert!(machine.invalidate(&kept, now));
                        prop_assert!(!machine.invalidate(&kept, now));
                        prop_assert!(machine.credentials(now).is_none());
                    }
                }
                _ => {}
            }
            if let Some(keys) = machine.credentials(now) {
                prop_assert!(!keys.is_expired(truth), "keys beyond their end");
            }
            prop_assert!(machine.serves_until(now) <= machine.next_fetch(now));
        }

        // The service is well again: a minute later there are keys, whatever happened before.
        if is_fetching {
            machine.failed(now);
        }
        now = now.after(seconds(60));
        if machine.state(now) == CredentialState::Expired {
            prop_assert!(machine.begin_fetch(now), "it never fetches again");
            prop_assert!(machine.fetched(keys(now.wall + seconds(3600)), now, now.wall));
        }
        prop_assert!(machine.credentials(now).is_some());
    }

    #[test]
    fn early_and_repeated_calls_are_harmless(seed in any::<u64>(), times in 0..20_u32) {
        let now = Now::new(START, Duration::ZERO);
        let mut machine = SessionMachine::new(SessionPolicy::default(), seed);
        prop_assert!(machine.begin_fetch(now));
        prop_assert!(machine.fetched(keys(START + seconds(3600)), now, START));
        let next = machine.next_fetch(now);
        for _ in 0..times {
            prop_assert!(!machine.begin_fetch(now));
            prop_assert_eq!(machine.next_fetch(now), next);
        }
        let due = now.after(next);
        prop_assert!(!machine.begin_fetch(now.after(next.saturating_sub(Duration::from_nanos(1)))));
        prop_assert!(machine.begin_fetch(due));
    }
}

#[test]
fn keys_without_an_end_stay_fresh() {
    let now = Now::new(START, Duration::ZERO);
    let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
    assert!(machine.begin_fetch(now));
    assert!(machine.fetched(Credentials::permanent("HSTA", "secret").into(), now, START));
    let later = now.after(Duration::from_secs(20 * 365 * 24 * 3600));
    assert_eq!(machine.state(later), CredentialState::Fresh);
}

#[test]
fn who_has_good_keys_makes_way_after_a_failure_and_who_has_none_does_not() {
    for seed in 0..100 {
        let start = Now::new(START, Duration::ZERO);
        let mut machine = SessionMachine::new(SessionPolicy::default(), seed);
        assert!(machine.begin_fetch(start));
        assert!(machine.fetched(keys(START + seconds(3600)), start, START));
        // 600 seconds before the keys end at their margin.
        let now = start.after(seconds(3600 - 60 - 600));
        assert!(machine.begin_fetch(now));
        machine.failed(now);
        let wait = machine.next_fetch(now) - now.ticks;
        assert!((seconds(150)..=seconds(300)).contains(&wait), "{wait:?}");

        let late = start.after(seconds(3600));
        assert!(machine.begin_fetch(late));
        machine.failed(late);
        assert!(machine.next_fetch(late) - late.ticks <= seconds(2));
    }
}

#[test]
fn keys_that_end_sooner_than_was_thought_end_the_patience() {
    let start = Now::new(START, Duration::ZERO);
    let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
    assert!(machine.begin_fetch(start));
    assert!(machine.fetched(keys(START + seconds(3600)), start, START));
    let now = start.after(seconds(3000));
    assert!(machine.begin_fetch(now));
    machine.failed(now);
    assert!(!machine.begin_fetch(now.after(seconds(60))), "keys are good, and it makes way");

    // The machine slept for an hour, in which its monotonic clock stood still.
    let mut awake = now.after(seconds(60));
    awake.wall += seconds(3600);
    assert_eq!(machine.state(awake), CredentialState::Expired);
    assert!(machine.begin_fetch(awake), "there are no keys any more");
}

#[test]
fn a_neglected_fetch_excuses_one_more_and_no_third() {
    let now = Now::new(START, Duration::ZERO);
    let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
    assert!(machine.begin_fetch(now));
    machine.neglected(now);
    assert!(machine.begin_fetch(now), "the service may be well");
    machine.neglected(now);
    assert!(!machine.begin_fetch(now), "the back-off goes on");
    assert!(machine.begin_fetch(now.after(seconds(2))));
    machine.failed(now.after(seconds(2)));
    assert!(!machine.begin_fetch(now.after(seconds(2))), "a failure is no excuse");
}

#[test]
fn settings_without_sense_do_no_harm() {
    let now = Now::new(START, Duration::ZERO);
    for (from, until, margin) in [
        (f64::NAN, f64::NAN, f64::NAN),
        (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY),
        (-1.0, 2.0, -1.0),
        (0.8, 0.6, 1.0),
    ] {
        let mut policy = SessionPolicy::default();
        (policy.refresh_from, policy.refresh_until, policy.margin) = (from, until, margin);
        let mut machine = SessionMachine::new(policy, 7);
        assert!(machine.begin_fetch(now));
        assert!(machine.fetched(keys(START + seconds(3600)), now, START));
        assert_eq!(machine.state(now.after(seconds(3600))), CredentialState::Expired);
    }
}
