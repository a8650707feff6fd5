//! Invariants of the state machine of a session.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use sts_client::session::{CredentialState, SessionMachine, SessionPolicy};
use sts_client::{Backoff, Now};
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
    fn never_two_refreshes_never_expired_credentials_and_it_recovers(
        seed in any::<u64>(),
        // Wall clocks that are set back while monotonic clocks stand still cannot be detected.
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
                    let begins = machine.begin_refresh(now);
                    prop_assert!(!(begins && is_fetching), "two refreshes at once");
                    prop_assert!(!(begins && was_fresh), "nothing was due");
                    is_fetching |= begins;
                }
                Event::Fetched { lifetime } if is_fetching => {
                    let end = truth + time::Duration::seconds(lifetime.into());
                    let is_served = machine.refreshed(keys(end), now, truth);
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
                prop_assert!(!keys.is_expired(truth), "expired credentials");
            }
            prop_assert!(machine.serves_until(now) <= machine.next_refresh(now));
        }

        // The service is healthy again: a minute later there are credentials in any case.
        if is_fetching {
            machine.failed(now);
        }
        now = now.after(seconds(60));
        if machine.state(now) == CredentialState::Expired {
            prop_assert!(machine.begin_refresh(now), "it never refreshes again");
            prop_assert!(machine.refreshed(keys(now.wall + seconds(3600)), now, now.wall));
        }
        prop_assert!(machine.credentials(now).is_some());
    }

    #[test]
    fn early_and_repeated_calls_are_harmless(seed in any::<u64>(), times in 0..20_u32) {
        let now = Now::new(START, Duration::ZERO);
        let mut machine = SessionMachine::new(SessionPolicy::default(), seed);
        prop_assert!(machine.begin_refresh(now));
        prop_assert!(machine.refreshed(keys(START + seconds(3600)), now, START));
        let next = machine.next_refresh(now);
        for _ in 0..times {
            prop_assert!(!machine.begin_refresh(now));
            prop_assert_eq!(machine.next_refresh(now), next);
        }
        let due = now.after(next);
        prop_assert!(!machine.begin_refresh(now.after(next.saturating_sub(Duration::from_nanos(1)))));
        prop_assert!(machine.begin_refresh(due));
    }
}

#[test]
fn credentials_without_an_expiration_stay_fresh() {
    let now = Now::new(START, Duration::ZERO);
    let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
    assert!(machine.begin_refresh(now));
    assert!(machine.refreshed(Credentials::permanent("HSTA", "secret").into(), now, START));
    let later = now.after(Duration::from_secs(20 * 365 * 24 * 3600));
    assert_eq!(machine.state(later), CredentialState::Fresh);
}

#[test]
fn a_failure_delays_sessions_with_valid_credentials_longer() {
    for seed in 0..100 {
        let start = Now::new(START, Duration::ZERO);
        let mut machine = SessionMachine::new(SessionPolicy::default(), seed);
        assert!(machine.begin_refresh(start));
        assert!(machine.refreshed(keys(START + seconds(3600)), start, START));
        // 600 seconds before the margin of the credentials.
        let now = start.after(seconds(3600 - 60 - 600));
        assert!(machine.begin_refresh(now));
        machine.failed(now);
        let wait = machine.next_refresh(now) - now.monotonic;
        assert!((seconds(150)..=seconds(450)).contains(&wait), "{wait:?}");

        // The second wait is a smaller part of the time that is left.
        let again = now.after(wait);
        let left = seconds(600) - wait;
        assert!(machine.begin_refresh(again));
        machine.failed(again);
        let wait = machine.next_refresh(again) - again.monotonic;
        assert!((left / 4..=left / 2).contains(&wait), "{wait:?} of {left:?}");

        let late = start.after(seconds(3600));
        assert!(machine.begin_refresh(late));
        machine.failed(late);
        assert!(machine.next_refresh(late) - late.monotonic <= seconds(4));
    }
}

#[test]
fn credentials_that_expire_sooner_than_expected_end_the_longer_wait() {
    let start = Now::new(START, Duration::ZERO);
    let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
    assert!(machine.begin_refresh(start));
    assert!(machine.refreshed(keys(START + seconds(3600)), start, START));
    let now = start.after(seconds(3000));
    assert!(machine.begin_refresh(now));
    machine.failed(now);
    assert!(
        !machine.begin_refresh(now.after(seconds(60))),
        "credentials are valid, so the wait is longer"
    );

    // The machine slept for an hour, in which its monotonic clock stood still.
    let mut awake = now.after(seconds(60));
    awake.wall += seconds(3600);
    assert_eq!(machine.state(awake), CredentialState::Expired);
    assert!(machine.begin_refresh(awake), "the credentials have expired");
}

#[test]
fn a_neglected_refresh_allows_one_more_and_not_a_third() {
    let now = Now::new(START, Duration::ZERO);
    let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
    assert!(machine.begin_refresh(now));
    machine.neglected(now);
    assert!(machine.begin_refresh(now), "the service may be healthy");
    machine.neglected(now);
    assert!(!machine.begin_refresh(now), "the backoff continues");
    assert!(machine.begin_refresh(now.after(seconds(2))));
    machine.failed(now.after(seconds(2)));
    assert!(!machine.begin_refresh(now.after(seconds(2))), "a failure grants no exception");
}

#[test]
fn invalid_settings_are_harmless() {
    let now = Now::new(START, Duration::ZERO);
    for (from, until, margin) in [
        (f64::NAN, f64::NAN, f64::NAN),
        (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY),
        (-1.0, 2.0, -1.0),
        (0.8, 0.6, 1.0),
    ] {
        let policy =
            SessionPolicy::default().refresh_from(from).refresh_until(until).margin(margin);
        let mut machine = SessionMachine::new(policy, 7);
        assert!(machine.begin_refresh(now));
        assert!(machine.refreshed(keys(START + seconds(3600)), now, START));
        assert_eq!(machine.state(now.after(seconds(3600))), CredentialState::Expired);
    }
}

#[test]
fn a_lifetime_of_decades_is_capped_at_a_day() {
    let now = Now::new(START, Duration::ZERO);
    let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
    assert!(machine.begin_refresh(now));
    assert!(machine.refreshed(keys(START + time::Duration::days(30 * 365)), now, START));
    assert_eq!(machine.state(now.after(seconds(34_000))), CredentialState::Fresh);
    assert_eq!(machine.state(now.after(seconds(70_000))), CredentialState::Stale);
    assert_eq!(machine.state(now.after(seconds(86_400 - 59))), CredentialState::Expired);

    let policy = SessionPolicy::default().longest_lifetime(seconds(100));
    let mut machine = SessionMachine::new(policy, 7);
    assert!(machine.begin_refresh(now));
    assert!(machine.refreshed(keys(START + seconds(3600)), now, START));
    assert_eq!(machine.state(now.after(seconds(98))), CredentialState::Expired);
}

#[test]
fn a_success_resets_failures_and_the_longer_wait() {
    for seed in 0..50 {
        let mut now = Now::new(START, seconds(50));
        let mut machine = SessionMachine::new(SessionPolicy::default(), seed);
        for _ in 0..10 {
            assert!(machine.begin_refresh(now));
            machine.failed(now);
            now = now.after(machine.next_refresh(now) - now.monotonic);
        }
        assert!(machine.begin_refresh(now));
        assert!(machine.refreshed(keys(now.wall + seconds(3600)), now, now.wall));

        // A failure while the credentials are valid for long: the next refresh waits longer.
        now = now.after(seconds(2900));
        assert!(machine.begin_refresh(now));
        machine.failed(now);
        assert!(machine.next_refresh(now) - now.monotonic >= seconds(140));
        let rejected = machine.credentials(now).unwrap().clone();
        assert!(machine.invalidate(&rejected, now));

        // The backoff is that of a first failure, and the longer wait ends with the next success.
        now = now.after(seconds(2));
        assert!(machine.begin_refresh(now), "the failures of the outage are reset");
        assert!(machine.refreshed(keys(now.wall + seconds(100)), now, now.wall));
        assert!(machine.next_refresh(now) - now.monotonic <= seconds(80));
    }
}

#[test]
fn old_rejections_do_not_count() {
    let mut now = Now::new(START, seconds(50));
    let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
    for _ in 0..10 {
        assert!(machine.begin_refresh(now), "credentials that were accepted for a while");
        assert!(machine.refreshed(keys(now.wall + seconds(3600)), now, now.wall));
        now = now.after(seconds(61));
        let rejected = machine.credentials(now).unwrap().clone();
        assert!(machine.invalidate(&rejected, now));
    }
    // Recent ones count, and credentials that were accepted for a while reset the count.
    for round in 0..3 {
        for (age, may_begin) in [(1, true), (1, false), (61, true)] {
            let wait = machine.next_refresh(now).saturating_sub(now.monotonic);
            now = now.after(wait);
            assert!(machine.begin_refresh(now));
            assert!(machine.refreshed(keys(now.wall + seconds(3600)), now, now.wall));
            now = now.after(seconds(age));
            let rejected = machine.credentials(now).unwrap().clone();
            assert!(machine.invalidate(&rejected, now));
            let waits = machine.next_refresh(now) > now.monotonic;
            assert_eq!(!waits, may_begin, "round {round}, age {age}");
        }
    }
}

#[test]
fn repeated_immediate_rejections_do_not_cause_a_tight_loop_under_any_policy() {
    let millisecond = Duration::from_millis(1);
    for (base, cap) in [(0, 0), (0, 60_000), (1, 60_000), (60_000, 0), (10, 20)] {
        let policy =
            SessionPolicy::default().backoff(Backoff::new(millisecond * base, millisecond * cap));
        let mut machine = SessionMachine::new(policy, 7);
        let mut now = Now::new(START, seconds(50));
        let mut refreshes = 0;
        for _ in 0..10_000 {
            now = now.after(millisecond);
            if machine.begin_refresh(now) {
                refreshes += 1;
                now = now.after(millisecond);
                assert!(machine.refreshed(keys(now.wall + seconds(3600)), now, now.wall));
                now = now.after(millisecond);
                let rejected = machine.credentials(now).unwrap().clone();
                assert!(machine.invalidate(&rejected, now));
            }
        }
        assert!(refreshes <= 42, "{refreshes} in ten seconds with {base} {cap}");
    }
}

#[test]
fn no_wait_is_shorter_than_a_quarter_of_a_second() {
    for (base, cap) in [(0, 0), (0, 60_000), (1, 60_000), (60_000, 0), (10, 20)] {
        let policy = SessionPolicy::default()
            .backoff(Backoff::new(Duration::from_millis(base), Duration::from_millis(cap)));
        let mut machine = SessionMachine::new(policy, 7);
        let mut now = Now::new(START, Duration::ZERO);
        for _ in 0..5 {
            assert!(machine.begin_refresh(now));
            machine.failed(now);
            assert!(!machine.begin_refresh(now.after(Duration::from_millis(249))), "{base} {cap}");
            now = now.after(machine.next_refresh(now) - now.monotonic);
        }
    }
}

#[test]
fn the_backoff_of_a_neglected_refresh_counts_from_its_start() {
    let start = Now::new(START, seconds(1000));
    let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
    assert!(machine.begin_refresh(start));
    machine.neglected(start);
    assert!(machine.next_refresh(start) > start.monotonic, "it began just now");
    assert!(machine.begin_refresh(start), "by its exception");
    let later = start.after(seconds(40));
    machine.neglected(later);
    assert!(machine.begin_refresh(later), "it began long ago");
    machine.failed(later);
    assert!(!machine.begin_refresh(later));
}

#[test]
fn a_success_resets_failures_and_exceptions() {
    for seed in 0..50 {
        let mut now = Now::new(START, seconds(1000));
        let mut machine = SessionMachine::new(SessionPolicy::default(), seed);
        for _ in 0..10 {
            assert!(machine.begin_refresh(now));
            machine.failed(now);
            now = now.after(machine.next_refresh(now) - now.monotonic);
        }
        assert!(machine.begin_refresh(now));
        machine.neglected(now);
        for _ in 0..2 {
            assert!(machine.begin_refresh(now), "by the exception, then after the rejection");
            assert!(machine.refreshed(keys(now.wall + seconds(3600)), now, now.wall));
            let rejected = machine.credentials(now).unwrap().clone();
            assert!(machine.invalidate(&rejected, now));
        }
        assert!(!machine.begin_refresh(now), "the exception is used up");

        now = now.after(machine.next_refresh(now) - now.monotonic);
        assert!(machine.begin_refresh(now));
        machine.failed(now);
        assert!(
            machine.next_refresh(now) - now.monotonic <= seconds(1),
            "as after a first failure"
        );
    }
}
