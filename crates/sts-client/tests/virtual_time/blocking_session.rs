//! Blocking sessions. Threads wait at gates; no test sleeps.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;

use sts_client::CredentialsRequest;
use sts_client::blocking;
use sts_client::session::CredentialState;
use sts_proto::ErrorKind;

use crate::session_world::{Place, Reply, number};

const THREADS: usize = 16;

#[test]
fn any_number_of_threads_share_one_refresh() {
    for _ in 0..20 {
        let place = Place::new();
        place.habit(Reply::Silence);
        let session = place.blocking_session();
        let start = Barrier::new(THREADS);
        let ask = || {
            start.wait();
            number(&session.credentials())
        };
        let numbers: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
            place.await_request();
            place.habit(Reply::Keys);
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!((numbers, place.requests()), (vec![1; THREADS], 1));
    }
}

#[test]
fn while_credentials_are_valid_only_the_refreshing_thread_waits() {
    let place = Place::new();
    let session = place.blocking_session();
    session.credentials().unwrap();
    place.habit(Reply::Silence);
    place.pass(2900);
    assert_eq!(session.state(), CredentialState::Stale);
    thread::scope(|scope| {
        let fetching = scope.spawn(|| number(&session.credentials()));
        place.await_request();
        for _ in 0..100 {
            assert_eq!(number(&session.credentials()), 1);
        }
        place.habit(Reply::Keys);
        assert_eq!(fetching.join().unwrap(), 2);
    });
    assert_eq!((number(&session.credentials()), place.requests()), (2, 2));
}

#[test]
fn a_failure_is_returned_to_all_waiting_threads_and_the_next_refresh_waits() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.blocking_session();
    thread::scope(|scope| {
        let ask = || session.credentials().unwrap_err().kind();
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        place.await_request();
        place.habit(Reply::Unavailable);
        for thread in threads {
            assert_eq!(thread.join().unwrap(), ErrorKind::Unavailable);
        }
    });
    for _ in 0..1000 {
        session.credentials().unwrap_err();
    }
    assert_eq!(place.requests(), 1);
    place.habit(Reply::Keys);
    place.pass(1);
    assert_eq!(number(&session.credentials()), 1);
}

#[test]
fn failures_while_credentials_are_valid_are_invisible_to_threads() {
    let place = Place::new();
    let session = place.blocking_session();
    session.credentials().unwrap();
    place.habit(Reply::Denied);
    for _ in 0..3530 {
        place.pass(1);
        assert_eq!(number(&session.credentials()), 1);
    }
    assert!((6..40).contains(&place.requests()), "{} requests", place.requests());
    place.pass(10);
    assert_eq!(session.credentials().unwrap_err().kind(), ErrorKind::AccessDenied);
}

#[test]
fn a_refresh_that_fails_after_the_old_credentials_expired_does_not_return_them() {
    let place = Place::new();
    let session = place.blocking_session();
    session.credentials().unwrap();
    place.habit(Reply::Silence);
    place.pass(2900);
    thread::scope(|scope| {
        let fetching = scope.spawn(|| session.credentials());
        place.await_request();
        place.pass(1000);
        place.habit(Reply::Unavailable);
        assert_eq!(fetching.join().unwrap().unwrap_err().kind(), ErrorKind::Unavailable);
    });
}

#[test]
fn a_panicking_refresh_is_an_error_for_waiting_threads_and_the_next_one_waits() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.blocking_session();
    let start = Barrier::new(THREADS);
    let ask = || {
        start.wait();
        catch_unwind(AssertUnwindSafe(|| session.credentials().unwrap_err().to_string()))
    };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        place.await_request();
        place.habit(Reply::Panic);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_err()).count(), 1);
    assert!(outcomes.iter().flatten().all(|error| error.contains("panic")), "{outcomes:?}");
    assert_eq!(place.requests(), 1);
    place.habit(Reply::Keys);
    place.pass(1);
    assert_eq!(number(&session.credentials()), 1);
}

#[test]
fn rejected_credentials_are_dropped_once_by_threads_too() {
    let place = Place::new();
    let session = place.blocking_session();
    let refused = session.credentials().unwrap();
    let numbers: Vec<_> = thread::scope(|scope| {
        let ask = || {
            let mut request = CredentialsRequest::default();
            request.rejected = Some(refused.clone());
            let keys = blocking::ProvideCredentials::credentials(&session, request);
            number(&Ok(keys.unwrap()))
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!((numbers, place.requests()), (vec![2; THREADS], 2));
}

#[test]
fn threads_never_refresh_concurrently_nor_wait_forever() {
    // Credentials are so short-lived, and refreshes fail so often, that every path is taken under
    // contention; a missed wake-up makes this test hang.
    for round in 0..50 {
        let place = Place::new();
        place.lifetime(60);
        let session = place.blocking_session();
        thread::scope(|scope| {
            for index in 0..8 {
                let (place, session) = (&place, &session);
                scope.spawn(move || {
                    for step in 0..200 {
                        match (index + step + round) % 7 {
                            0 => place.pass(13),
                            1 => place.script([Reply::Unavailable]),
                            _ => {}
                        }
                        if let Ok(keys) = session.credentials()
                            && step % 10 == index
                        {
                            session.invalidate(&keys);
                        }
                    }
                });
            }
        });
        assert_eq!(place.most_at_once(), 1);
    }
}

#[test]
fn debug_output_contains_no_secret() {
    let place = Place::new();
    let session = place.blocking_session();
    session.credentials().unwrap();
    let printed = format!("{session:?}");
    assert!(printed.contains("HSTA0000000000000001"), "{printed}");
    assert!(!printed.contains("planted"), "{printed}");
}
