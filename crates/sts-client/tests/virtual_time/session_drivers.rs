//! Drivers of a refresh: wake-ups that are handed over, runtimes that shut down.

use std::sync::{Arc, Mutex};

use sts_client::session::CredentialState;
use sts_proto::{ErrorKind, RetryAdvice};

use crate::session_tasks::{Tasks, at_once, get};
use crate::session_world::{Keys, Place, Reply, number};

type SharedTasks = Arc<Mutex<Tasks<Keys>>>;

fn run(tasks: &SharedTasks) {
    tasks.lock().unwrap().run();
}

#[test]
fn a_wake_up_during_a_passing_poll_reaches_waiting_callers() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    assert!(at_once(&session).is_none(), "the request is sent");
    let tasks: SharedTasks = Arc::new(Mutex::new(Tasks::new()));
    let waiter = tasks.lock().unwrap().ask(&session);
    let polled = Arc::clone(&tasks);
    place.during_poll(move || {
        assert!(polled.lock().unwrap().poll(waiter), "another thread polls meanwhile");
    });
    // Polls the refresh and is dropped: the wake-up was for this caller.
    assert!(at_once(&session).is_none());
    place.habit_unheard(Reply::Keys);
    run(&tasks);
    let tasks = tasks.lock().unwrap();
    assert_eq!(number(tasks.output(waiter).expect("the waiter is woken")), 1);
    assert_eq!(place.requests(), 1);
}

#[test]
fn a_waiter_that_is_dropped_right_after_its_poll_hands_over_its_wake_up() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    let mut first = Tasks::new();
    let driver = first.ask(&session);
    first.poll(driver);
    let tasks: SharedTasks = Arc::new(Mutex::new(Tasks::new()));
    let waiter = tasks.lock().unwrap().ask(&session);
    let polled = Arc::clone(&tasks);
    place.during_poll(move || {
        assert!(polled.lock().unwrap().poll(waiter), "another thread polls meanwhile");
    });
    assert!(first.poll(driver));
    first.cancel(driver);
    place.habit_unheard(Reply::Keys);
    run(&tasks);
    let tasks = tasks.lock().unwrap();
    assert_eq!(number(tasks.output(waiter).expect("the waiter is woken")), 1);
    assert_eq!(place.requests(), 1);
}

#[test]
fn a_passing_refresh_is_lost_with_its_runtime_and_never_polled_again() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    assert!(at_once(&session).is_none());
    place.shut_down();
    place.habit(Reply::Keys);
    assert_eq!(number(&get(&session)), 1);
    assert_eq!((place.requests(), place.polled_after_shutdown()), (2, 0));
}

#[test]
fn a_caller_dropped_with_its_runtime_does_not_block_the_next_refresh() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    let mut tasks = Tasks::new();
    let caller = tasks.ask(&session);
    tasks.run();
    tasks.cancel(caller);
    place.shut_down();
    place.habit(Reply::Keys);
    assert_eq!(number(&get(&session)), 1);
    assert_eq!((place.requests(), place.polled_after_shutdown()), (2, 0));
}

#[test]
fn a_cancelled_background_refresher_drops_its_refresh() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    place.pass(2900);
    place.habit(Reply::Silence);
    let mut tasks = Tasks::new();
    let refresher = tasks.spawn(session.keep_fresh());
    tasks.run();
    assert!(place.is_waiting());
    tasks.cancel(refresher);
    assert!(!place.is_waiting(), "nothing is left that another runtime could poll");
    place.shut_down();
    place.habit(Reply::Keys);
    assert_eq!(number(&get(&session)), 1, "the old credentials are valid");
    place.pass(700);
    assert_eq!(number(&get(&session)), 2);
    assert_eq!(place.polled_after_shutdown(), 0);
}

#[test]
fn waiting_callers_of_a_cancelled_background_refresher_begin_their_own_refresh() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    let mut refreshers = Tasks::new();
    let refresher = refreshers.spawn(session.keep_fresh());
    refreshers.run();
    let mut tasks = Tasks::new();
    let callers = [tasks.ask(&session), tasks.ask(&session)];
    tasks.run();
    refreshers.cancel(refresher);
    place.habit(Reply::Keys);
    tasks.run();
    for caller in callers {
        assert_eq!(number(tasks.output(caller).unwrap()), 1);
    }
    assert_eq!(place.requests(), 2);
}

#[test]
fn a_driver_that_is_no_longer_polled_delays_callers_up_to_the_limit_only() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    // Its runtime is idle from now on.
    let mut idle = Tasks::new();
    let driver = idle.ask(&session);
    idle.run();
    let mut tasks = Tasks::new();
    let callers = [tasks.ask(&session), tasks.ask(&session)];
    tasks.run();
    place.habit(Reply::Keys);
    tasks.run();
    assert!(tasks.is_pending(callers[0]), "the driver has the refresh");
    place.pass(40);
    tasks.run();
    for caller in callers {
        assert_eq!(number(tasks.output(caller).unwrap()), 1);
    }
    assert_eq!(place.requests(), 2);
    assert_eq!(number(idle.run().output(driver).unwrap()), 1);
}

#[test]
fn a_refresh_without_a_driver_ends_at_its_limit() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    place.pass(2900);
    place.habit(Reply::Silence);
    at_once(&session).unwrap().unwrap();
    assert!(place.is_waiting());
    place.pass(40);
    at_once(&session).unwrap().unwrap();
    assert!(!place.is_waiting());
    assert_eq!(session.state(), CredentialState::Stale);
}

#[test]
fn a_stuck_refresh_is_a_timeout_that_may_be_retried() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    let mut tasks = Tasks::new();
    let caller = tasks.ask(&session);
    tasks.run();
    place.pass(37);
    assert!(tasks.run().is_pending(caller));
    place.pass(1);
    let error = tasks.run().output(caller).unwrap().clone().unwrap_err();
    assert_eq!((error.kind(), error.advice()), (ErrorKind::Timeout, RetryAdvice::AfterBackoff));
    assert!(error.retry_in().is_some());
}

#[test]
fn an_exchange_that_ended_with_its_runtime_is_a_lost_refresh() {
    let place = Place::new();
    place.script([Reply::Cancelled]);
    assert_eq!(number(&get(&place.session())), 1);
    assert_eq!(place.requests(), 2);

    let place = Place::new();
    place.habit(Reply::Cancelled);
    let failure = get(&place.session()).unwrap_err();
    assert!(failure.retry_in().is_some_and(|wait| !wait.is_zero()));
    assert_eq!(place.requests(), 6, "a bounded number");
}
