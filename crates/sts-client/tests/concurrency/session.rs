//! Callers of a session that wait, serve and fail together.

use std::time::Duration;

use super::explore;
use super::world::{Fate, Service, number, run};
use crate::session::CredentialState;
use shuttle::future::block_on;

#[test]
fn callers_without_credentials_share_one_refresh() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.session();
        let callers: Vec<_> = (0..3)
            .map(|_| {
                let session = session.clone();
                run(async move { number(&session.credentials().await.unwrap()) })
            })
            .collect();
        for caller in callers {
            assert_eq!(caller.join().unwrap(), 1);
        }
        assert_eq!(service.requests(), 1);
        assert!(!session.status().is_refreshing);
    });
}

#[test]
fn callers_with_stale_credentials_share_one_refresh_and_never_fail() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.session();
        block_on(session.credentials()).unwrap();
        service.clock().advance(Duration::from_secs(50 * 60));
        assert_eq!(session.state(), CredentialState::Stale);
        let callers: Vec<_> = (0..3)
            .map(|_| {
                let session = session.clone();
                run(async move {
                    let first = number(&session.credentials().await.unwrap());
                    let second = number(&session.credentials().await.unwrap());
                    assert!(first <= second, "never older ones");
                })
            })
            .collect();
        for caller in callers {
            caller.join().unwrap();
        }
        assert!(service.requests() <= 2);
        assert_eq!(service.most_in_flight(), 1);
    });
}

/// The error has a cause if the provider returned it.
fn all_callers_fail(fates: &'static [Fate], has_cause: bool) {
    let service = Service::new(fates);
    let session = service.session();
    let callers: Vec<_> = (0..3)
        .map(|_| {
            let session = session.clone();
            run(async move { session.credentials().await.unwrap_err().call().is_some() })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.join().unwrap(), has_cause);
    }
    assert_eq!(service.requests(), 1, "the next one waits for the backoff");
}

#[test]
fn all_callers_receive_the_error_of_a_failed_refresh() {
    explore(|| all_callers_fail(&[Fate::Fail], true));
}

#[test]
fn all_callers_receive_an_error_if_the_provider_panics() {
    explore(|| all_callers_fail(&[Fate::Panic], false));
}

#[test]
fn a_background_refresh_serves_all_callers_and_ends_with_the_session() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.session();
        let background = run(session.keep_fresh());
        let callers = [session.clone(), session]
            .map(|session| run(async move { number(&session.credentials().await.unwrap()) }));
        for caller in callers {
            assert_eq!(caller.join().unwrap(), 1);
        }
        background.join().unwrap();
        assert_eq!(service.requests(), 1);
    });
}
