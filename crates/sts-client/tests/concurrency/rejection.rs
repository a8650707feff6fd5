//! Rejected credentials, while refreshes are in flight and watchers wait.

use std::time::Duration;

use shuttle::future::block_on;

use super::explore;
use super::world::{Service, number, run};
use crate::session::Session;

/// Invalidates the first credentials in two tasks, while a third one only reads.
fn reject(service: &Service, session: &Session) {
    let first = block_on(session.credentials()).unwrap();
    reject_at(service, session, Duration::ZERO, &first);
}

fn reject_at(service: &Service, session: &Session, age: Duration, first: &sts_proto::Credentials) {
    service.clock().advance(age);
    let reporters = [(session.clone(), first.clone()), (session.clone(), first.clone())].map(
        |(session, first)| {
            run(async move {
                session.invalidate(&first);
                assert!(session.borrow().is_none_or(|borrowed| number(&borrowed) == 2));
                assert_eq!(number(&session.credentials().await.unwrap()), 2);
            })
        },
    );
    let reader = {
        let session = session.clone();
        run(async move {
            let mut last = 0;
            for _ in 0..3 {
                let now = number(&session.credentials().await.unwrap());
                assert!(last <= now, "rejected credentials are not served again");
                last = now;
            }
        })
    };
    for reporter in reporters {
        reporter.join().unwrap();
    }
    reader.join().unwrap();
    assert_eq!(number(&block_on(session.credentials()).unwrap()), 2, "newer ones are kept");
    assert_eq!(service.requests(), 2);
    assert_eq!(service.most_in_flight(), 1);
    assert!(session.status().counters.invalidations <= 1);
}

#[test]
fn rejected_credentials_are_dropped_once_and_newer_ones_never() {
    explore(|| {
        let service = Service::new(&[]);
        reject(&service, &service.session());
    });
}

#[test]
fn a_rejection_during_a_refresh_keeps_what_the_refresh_brings() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.session();
        let first = block_on(session.credentials()).unwrap();
        reject_at(&service, &session, Duration::from_secs(50 * 60), &first);
    });
}

#[test]
fn a_background_refresh_and_a_watcher_notice_a_rejection() {
    explore(|| {
        let service = Service::new(&[]);
        let session = service.session();
        let mut watcher = session.watch();
        let background = run(session.keep_fresh());
        let watching = run(async move {
            let mut seen = Vec::new();
            while let Some(credentials) = watcher.changed().await {
                seen.push(number(&credentials));
                if seen.last() == Some(&2) {
                    break;
                }
            }
            (seen, watcher)
        });
        let first = block_on(session.credentials()).unwrap();
        session.invalidate(&first);
        let (seen, mut watcher) = watching.join().unwrap();
        assert!(seen == [1, 2] || seen == [2], "{seen:?}");
        let end = run(async move { watcher.changed().await.is_none() });
        drop(session);
        assert!(end.join().unwrap());
        background.join().unwrap();
        assert_eq!(service.most_in_flight(), 1);
    });
}
