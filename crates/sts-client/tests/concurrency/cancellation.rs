//! Callers that are dropped or stand still while they drive a refresh.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use super::explore;
use super::world::{Fate, Service, cancelled, number, run};

/// The most polls before a caller is dropped: more than a refresh takes.
const POLLS: usize = 5;

/// With one caller of each kind, no other caller makes up for a lost wake-up.
#[test]
fn a_caller_takes_over_from_a_cancelled_one() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.session();
        let first = session.clone();
        let dropped = run(async move { cancelled(POLLS, first.credentials()).await.is_some() });
        let waiting = run(async move { number(&session.credentials().await.unwrap()) });
        assert_eq!(waiting.join().unwrap(), 1);
        dropped.join().unwrap();
        assert_eq!(service.requests(), 1);
    });
}

#[test]
fn a_caller_takes_over_from_a_cancelled_background_refresh() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.session();
        let background = run(cancelled(POLLS, session.keep_fresh()));
        let waiting = run(async move { number(&session.credentials().await.unwrap()) });
        assert!(waiting.join().unwrap() <= 2);
        background.join().unwrap();
        assert!(service.requests() <= 2);
        assert_eq!(service.most_in_flight(), 1);
    });
}

#[test]
fn a_refresh_outlives_cancelled_callers() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.session();
        let dropped = [session.clone(), session.clone()].map(|session| {
            run(async move { cancelled(POLLS, session.credentials()).await.map(Result::unwrap) })
        });
        let waiting = [session.clone(), session]
            .map(|session| run(async move { number(&session.credentials().await.unwrap()) }));
        for caller in waiting {
            assert_eq!(caller.join().unwrap(), 1);
        }
        for caller in dropped {
            assert!(caller.join().unwrap().is_none_or(|credentials| number(&credentials) == 1));
        }
        assert_eq!(service.requests(), 1);
    });
}

#[test]
fn callers_of_a_failed_refresh_receive_an_outcome_after_cancellations() {
    explore(|| {
        let service = Service::new(&[Fate::Fail]);
        let session = service.session();
        let dropped = [session.clone(), session.clone()]
            .map(|session| run(async move { cancelled(POLLS, session.credentials()).await }));
        // A refresh that was neglected says little about the service, so another may follow.
        let waiting = [session.clone(), session]
            .map(|session| run(async move { session.credentials().await.is_ok() }));
        for caller in waiting {
            let is_served = caller.join().unwrap();
            assert!(!is_served || service.requests() == 2);
        }
        for caller in dropped {
            caller.join().unwrap();
        }
        assert!(service.requests() <= 2);
        assert_eq!(service.most_in_flight(), 1);
    });
}

#[test]
fn a_cancelled_background_refresh_leaves_no_caller_behind() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.session();
        let background = run(cancelled(POLLS, session.keep_fresh()));
        let callers = [session.clone(), session]
            .map(|session| run(async move { number(&session.credentials().await.unwrap()) }));
        for caller in callers {
            caller.join().unwrap();
        }
        background.join().unwrap();
        assert!(service.requests() <= 2, "the lost one and its replacement");
        assert_eq!(service.most_in_flight(), 1);
    });
}

#[test]
fn callers_leave_a_refresh_whose_runtime_stands_still() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.session();
        let idle = session.clone();
        let mut held = Box::pin(async move { idle.credentials().await.map(drop) });
        if held.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            // The response was faster than its request.
            return;
        }
        let done = Arc::new(AtomicUsize::new(0));
        let callers = [session.clone(), session].map(|session| {
            let done = Arc::clone(&done);
            run(async move {
                let outcome = session.credentials().await;
                done.fetch_add(1, Ordering::SeqCst);
                outcome.map(|credentials| number(&credentials))
            })
        });
        // A caller that read the clock and stood still sets its timer late, so time goes on.
        let mut advances = 0;
        while done.load(Ordering::SeqCst) < callers.len() {
            if advances == 0 || thread_rng().gen_ratio(1, 50) {
                service.clock().advance(Duration::from_secs(41));
                advances += 1;
            }
            thread::yield_now();
        }
        for caller in callers {
            match caller.join().unwrap() {
                Ok(number) => assert!(number >= 2),
                Err(error) => assert!(advances > 1, "{error}"),
            }
        }
        // A third one follows if its caller read the clock, stood still for those 41 seconds, and
        // then began the second.
        assert!(advances > 1 || service.requests() <= 3);
        drop(held);
    });
}
