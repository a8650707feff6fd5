//! The clock and the driver for tests in virtual time.
#![cfg(feature = "test-util")]

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use sts_client::Clock;
use sts_client::test_util::{TestClock, TestEnvironment, poll_until_idle};
use time::macros::datetime;

fn clock() -> TestClock {
    TestClock::new(datetime!(2026-03-05 07:00 UTC))
}

#[test]
fn timers_are_over_when_the_clock_has_advanced_and_not_before() {
    let clock = clock();
    let mut short = pin!(clock.sleep(Duration::from_secs(2)));
    let mut long = pin!(clock.sleep(Duration::from_secs(5)));
    assert_eq!(poll_until_idle(short.as_mut()), Poll::Pending);
    assert_eq!(poll_until_idle(long.as_mut()), Poll::Pending);
    clock.advance(Duration::from_secs(1));
    assert_eq!(poll_until_idle(short.as_mut()), Poll::Pending);
    assert!(clock.advance_to_next_timer());
    assert_eq!(clock.now().wall, datetime!(2026-03-05 07:00:02 UTC));
    assert_eq!(poll_until_idle(short.as_mut()), Poll::Ready(()));
    assert_eq!(poll_until_idle(long.as_mut()), Poll::Pending);
    assert!(clock.advance_to_next_timer());
    assert_eq!(poll_until_idle(long.as_mut()), Poll::Ready(()));
    assert!(!clock.advance_to_next_timer(), "there is none");
}

#[test]
fn a_dropped_timer_is_forgotten() {
    let clock = clock();
    {
        let mut timer = pin!(clock.sleep(Duration::from_secs(2)));
        assert_eq!(poll_until_idle(timer.as_mut()), Poll::Pending);
    }
    assert!(!clock.advance_to_next_timer());
}

#[test]
fn the_wall_clock_is_set_alone() {
    let clock = clock();
    let monotonic = clock.monotonic();
    clock.set_wall(datetime!(2020-01-01 00:00 UTC));
    assert_eq!((clock.now().wall.year(), clock.monotonic()), (2020, monotonic));
    assert_ne!(clock.seed(), clock.clone().seed());
}

#[test]
fn debug_output_of_an_environment_contains_names_only() {
    let environment = TestEnvironment::new();
    environment.set("NAME", "planted");
    environment.set_invalid("INVALID");
    environment.write("/token", "planted");
    let printed = format!("{environment:?}");
    assert!(printed.contains("NAME") && printed.contains("/token"), "{printed}");
    assert!(!printed.contains("planted"), "{printed}");
}
