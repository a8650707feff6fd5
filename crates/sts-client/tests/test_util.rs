//! The clock and the driver for tests in virtual time.
#![cfg(feature = "test-util")]

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use sts_client::proto::Body;
use sts_client::test_util::{TestClock, TestEnvironment, poll_until_idle};
use sts_client::{Clock, Command, CommandOutput, Environment};
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

#[test]
fn an_environment_has_commands_private_files_and_locks() {
    let environment = TestEnvironment::new();
    let command = Command::new("print").arguments(["anything"]);
    assert!(environment.run_command(&command).is_err());
    environment.set_command(
        "print",
        CommandOutput::new(Some(0), Body::from(b"x".to_vec()), Body::empty()),
    );
    assert_eq!(environment.run_command(&command).unwrap().stdout.as_ref(), b"x");

    let path = "/cache/entry".as_ref();
    environment.write_private_file(path, &Body::from(b"content".to_vec())).unwrap();
    assert_eq!(environment.read_private_file(path).unwrap().as_ref(), b"content");

    let lock = environment.try_lock_file(path).unwrap();
    assert!(lock.is_some());
    assert!(environment.try_lock_file(path).unwrap().is_none());
    drop(lock);
    assert!(environment.try_lock_file(path).unwrap().is_some());
}
