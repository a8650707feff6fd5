//! Threads that share a blocking session.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use shuttle::thread;

use super::explore;
use super::world::{Fate, Service, number};
use crate::session::CredentialState;

/// Waiting threads do not give up: the model has no time.
const PATIENT: Duration = Duration::from_secs(30);

#[test]
fn threads_without_credentials_share_one_refresh() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.blocking_session(PATIENT);
        let callers = [session.clone(), session.clone(), session]
            .map(|session| thread::spawn(move || number(&session.credentials().unwrap())));
        for caller in callers {
            assert_eq!(caller.join().unwrap(), 1);
        }
        assert_eq!(service.requests(), 1);
    });
}

#[test]
fn waiting_threads_receive_the_error_of_a_failed_refresh() {
    explore(|| {
        let service = Service::new(&[Fate::Fail]);
        let session = service.blocking_session(PATIENT);
        let callers = [session.clone(), session.clone(), session]
            .map(|session| thread::spawn(move || session.credentials().is_err()));
        for caller in callers {
            assert!(caller.join().unwrap());
        }
        assert_eq!(service.requests(), 1, "the next one waits for the backoff");
    });
}

#[test]
fn waiting_threads_receive_an_error_if_the_refreshing_thread_ends_by_a_panic() {
    explore(|| {
        let service = Service::new(&[Fate::Panic]);
        let session = service.blocking_session(PATIENT);
        let callers = [session.clone(), session.clone(), session].map(|session| {
            thread::spawn(move || catch_unwind(AssertUnwindSafe(|| session.credentials().is_err())))
        });
        let outcomes = callers.map(|caller| caller.join().unwrap());
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_err()).count(), 1, "it panics once");
        assert!(outcomes.iter().flatten().all(|is_err| *is_err));
        assert_eq!(service.requests(), 1);
    });
}

/// With a limit of zero, a thread that would wait gives up at once.
#[test]
fn threads_that_give_up_on_a_refresh_do_not_break_the_next_one() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.blocking_session(Duration::ZERO);
        let callers = [session.clone(), session.clone(), session.clone()].map(|session| {
            thread::spawn(move || session.credentials().map(|credentials| number(&credentials)))
        });
        let outcomes = callers.map(|caller| caller.join().unwrap());
        assert!(outcomes.iter().any(Result::is_ok), "one of them performs a refresh");
        assert!(!session.status().is_refreshing);
        // After an abandoned refresh, one caller without credentials may begin another at once.
        assert!(service.requests() <= 2);
    });
}

#[test]
fn rejected_credentials_are_dropped_once_and_newer_ones_never() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.blocking_session(PATIENT);
        let first = session.credentials().unwrap();
        service.clock().advance(Duration::from_secs(50 * 60));
        assert_eq!(session.state(), CredentialState::Stale);
        let reporters = [session.clone(), session.clone()].map(|session| {
            let first = first.clone();
            thread::spawn(move || {
                session.invalidate(&first);
                assert_eq!(number(&session.credentials().unwrap()), 2);
            })
        });
        let reader = {
            let session = session.clone();
            thread::spawn(move || {
                let one = number(&session.credentials().unwrap());
                let other = number(&session.credentials().unwrap());
                assert!(one <= other, "rejected credentials are not served again");
            })
        };
        for caller in reporters {
            caller.join().unwrap();
        }
        reader.join().unwrap();
        assert_eq!(number(&session.credentials().unwrap()), 2, "newer ones are kept");
        assert_eq!((service.requests(), service.most_in_flight()), (2, 1));
    });
}
