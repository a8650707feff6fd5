//! What a session reports: status, counters, events of observers, and borrowed credentials.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use futures_lite::future::block_on;
use sts_client::session::{
    CredentialState, SessionEvent, SessionHealth, SessionObserver, SessionStatus,
};
use sts_proto::ErrorKind;

use crate::session_tasks::{at_once, get};
use crate::session_world::{Place, Reply};

/// Remembers events with the health, and the failures, after each.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<(SessionEvent, SessionHealth, u64)>>>);

impl SessionObserver for Seen {
    fn observe(&self, event: SessionEvent, status: &SessionStatus) {
        self.0.lock().unwrap().push((event, status.health, status.consecutive_failures));
    }
}

impl Seen {
    fn take(&self) -> Vec<(String, SessionHealth, u64)> {
        let seen = std::mem::take(&mut *self.0.lock().unwrap());
        let text = |event| match event {
            SessionEvent::Refreshed { has_recovered: true, .. } => "recovered",
            SessionEvent::Refreshed { .. } => "refreshed",
            SessionEvent::RefreshFailed { has_worsened: true, .. } => "worse",
            SessionEvent::RefreshFailed { .. } => "failed",
            SessionEvent::Unavailable => "unavailable",
            SessionEvent::Invalidated => "invalidated",
            _ => "unknown",
        };
        seen.into_iter()
            .map(|(event, health, failures)| (text(event).to_owned(), health, failures))
            .collect()
    }
}

fn event(name: &str, health: SessionHealth, failures: u64) -> (String, SessionHealth, u64) {
    (name.to_owned(), health, failures)
}

#[test]
fn the_status_follows_a_session_through_its_life() {
    let place = Place::new();
    let session = place.session();
    let status = session.status();
    assert_eq!((status.state, status.health), (CredentialState::Expired, SessionHealth::Healthy));
    assert_eq!((status.issued_at, status.expires_at), (None, None));
    assert_eq!(&*status.label, "iam::0a1b2c3d4e5f:agency:backup/nightly");

    let issued = place.now().wall;
    let credentials = block_on(session.credentials()).unwrap();
    let status = session.status();
    assert_eq!((status.state, status.health), (CredentialState::Fresh, SessionHealth::Healthy));
    assert_eq!((status.issued_at, status.last_success), (Some(issued), Some(issued)));
    assert_eq!(status.expires_at, credentials.expiration);
    assert_eq!(status.served_for, Duration::from_secs(3540));
    let next = status.next_refresh_in.as_secs();
    assert!((1440..=2880).contains(&next), "{next}");
    assert_eq!((status.counters.refreshes, status.counters.waits), (1, 1));
    assert!(status.last_failure.is_none());

    block_on(session.credentials()).unwrap();
    block_on(session.with(|_| ())).unwrap();
    assert_eq!(session.status().counters.served_stale, 0, "they are fresh");

    place.pass(2900);
    place.habit(Reply::Outage);
    // The first caller begins a refresh, and the second one completes it.
    block_on(session.credentials()).unwrap();
    let status = session.status();
    assert_eq!((status.is_refreshing, status.next_refresh_in), (true, Duration::ZERO));
    block_on(session.credentials()).unwrap();
    let status = session.status();
    assert_eq!((status.state, status.health), (CredentialState::Stale, SessionHealth::Expiring));
    assert_eq!(status.served_for, Duration::from_secs(640));
    let failure = status.last_failure.unwrap();
    assert_eq!(failure.at, place.now().wall);
    assert_eq!(failure.error.kind(), ErrorKind::Unavailable);
    assert_eq!(failure.error.code(), Some("STS5.0001"));
    assert_eq!(failure.error.request_id(), Some("0f3c-outage"));
    assert_eq!((status.consecutive_failures, status.counters.failures), (1, 1));
    assert_eq!((status.counters.served_stale, status.counters.waits), (2, 1));

    // Stale credentials are counted on the fast path as well.
    block_on(session.credentials()).unwrap();
    block_on(session.with(|_| ())).unwrap();
    assert!(session.borrow().is_some());
    assert_eq!(session.status().counters.served_stale, 5);

    place.habit(Reply::Keys);
    place.pass(600);
    block_on(session.credentials()).unwrap();
    block_on(session.credentials()).unwrap();
    let status = session.status();
    assert_eq!((status.state, status.health), (CredentialState::Fresh, SessionHealth::Healthy));
    assert_eq!((status.consecutive_failures, status.counters.refreshes), (0, 2));
    assert!(status.last_failure.is_some(), "it is kept for support cases");
}

#[test]
fn observers_see_each_refresh_and_each_change_of_health() {
    use SessionHealth::{Expiring, Failing, Healthy, Unavailable};
    let place = Place::new();
    let seen = Seen::default();
    let session = place.session().observed_by(seen.clone());
    let credentials = block_on(session.credentials()).unwrap();
    session.invalidate(&credentials);
    session.invalidate(&credentials);
    block_on(session.credentials()).unwrap();
    let expected = [
        event("refreshed", Healthy, 0),
        event("invalidated", Healthy, 0),
        event("refreshed", Healthy, 0),
    ];
    assert_eq!(seen.take(), expected);

    place.habit(Reply::Unavailable);
    let mut healths = Vec::new();
    for _ in 0..3700 {
        place.pass(1);
        drop(block_on(session.credentials()));
        healths.push(session.status().health);
    }
    let events = seen.take();
    let worse: Vec<_> = events.iter().filter(|(name, ..)| name == "worse").map(|e| e.1).collect();
    let unavailable = events.iter().filter(|(name, ..)| name == "unavailable").count();
    assert_eq!(worse[..2], [Failing, Expiring]);
    assert_eq!(unavailable + worse.len(), 3, "one report of each degree: {events:?}");
    assert!(healths.is_sorted(), "health gets worse only");
    let failures = u64::try_from(events.len() - unavailable).unwrap();
    assert_eq!(session.status().consecutive_failures, failures);

    place.habit(Reply::Keys);
    place.pass(60);
    block_on(session.credentials()).unwrap();
    assert_eq!(seen.take(), [event("recovered", Healthy, 0)]);
    assert_eq!(*healths.last().unwrap(), Unavailable);
}

#[test]
fn a_session_whose_first_refresh_fails_is_unavailable_at_once() {
    let place = Place::new();
    place.habit(Reply::Denied);
    let seen = Seen::default();
    let session = place.blocking_session().observed_by(seen.clone());
    for _ in 0..3 {
        session.credentials().unwrap_err();
    }
    assert_eq!(seen.take(), [event("worse", SessionHealth::Unavailable, 1)]);
    let status = session.status();
    assert_eq!((status.counters.failures, status.counters.waits), (1, 1));
    assert_eq!(status.health, SessionHealth::Unavailable);
    place.pass(86_400);
    assert_eq!(session.status().health, SessionHealth::Unavailable, "until a refresh succeeds");
}

#[test]
fn a_failure_after_which_the_next_caller_begins_at_once_is_not_reported_as_unavailable() {
    let place = Place::new();
    let seen = Seen::default();
    let session = place.session().observed_by(seen.clone());
    place.script([Reply::Outage, Reply::Keys]);
    assert!(at_once(&session).is_none(), "this caller leaves");
    assert!(at_once(&session).is_none(), "the refresh has failed, and another has begun");
    assert_eq!(seen.take(), [event("worse", SessionHealth::Expiring, 1)]);
    get(&session).unwrap();
    assert_eq!(seen.take(), [event("recovered", SessionHealth::Healthy, 0)]);
}

#[test]
fn repeatedly_rejected_credentials_make_a_session_unavailable() {
    let place = Place::new();
    let seen = Seen::default();
    let session = place.session().observed_by(seen.clone());
    for _ in 0..2 {
        let credentials = block_on(session.credentials()).unwrap();
        session.invalidate(&credentials);
    }
    block_on(session.credentials()).unwrap_err();
    let events = seen.take();
    assert_eq!(events.last().unwrap().0, "unavailable");
    assert_eq!(session.status().counters.invalidations, 2);
}

/// Uses the session in its observer, and panics.
struct Hostile;

impl SessionObserver for Hostile {
    fn observe(&self, _: SessionEvent, _: &SessionStatus) {
        resume_unwind(Box::new("a panic that prints nothing"));
    }
}

#[test]
fn a_panic_of_an_observer_does_not_reach_callers() {
    let place = Place::new();
    let session = place.session().observed_by(Hostile);
    let credentials = block_on(session.credentials()).unwrap();
    session.invalidate(&credentials);
    block_on(session.credentials()).unwrap();
    let blocking = place.blocking_session().observed_by(Hostile);
    blocking.credentials().unwrap();
    assert_eq!(blocking.status().counters.refreshes, 1);
}

/// Reads the session that it observes.
struct Reading(Arc<Mutex<Option<sts_client::Session>>>);

impl SessionObserver for Reading {
    fn observe(&self, _: SessionEvent, status: &SessionStatus) {
        let session = self.0.lock().unwrap().clone().unwrap();
        assert_eq!(session.status().counters.refreshes, status.counters.refreshes);
        assert!(session.borrow().is_some());
    }
}

#[test]
fn an_observer_may_read_the_session() {
    let place = Place::new();
    let slot = Arc::new(Mutex::new(None));
    let session = place.session().observed_by(Reading(Arc::clone(&slot)));
    *slot.lock().unwrap() = Some(session.clone());
    block_on(session.credentials()).unwrap();
    slot.lock().unwrap().take();
}

#[test]
fn threads_that_wait_are_counted_once_each() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.blocking_session();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| session.credentials().unwrap());
        }
        while session.status().counters.waits < 8 {
            thread::yield_now();
        }
        place.habit(Reply::Keys);
    });
    let counters = session.status().counters;
    assert_eq!((counters.refreshes, counters.waits, counters.served_stale), (1, 8, 0));
}

#[test]
fn credentials_can_be_borrowed_only_while_no_refresh_is_due() {
    let place = Place::new();
    let session = place.session();
    assert!(session.borrow().is_none(), "there are none yet");
    let id = block_on(session.with(|credentials| credentials.access_key_id.clone())).unwrap();
    assert_eq!(session.borrow().unwrap().access_key_id, id);
    let printed = format!("{:?}", session.borrow().unwrap());
    assert!(printed.contains(&id) && !printed.contains("planted"), "{printed}");

    // A guard outlives the replacement of its credentials.
    let guard = session.borrow().unwrap();
    place.pass(2900);
    assert!(session.borrow().is_none(), "a refresh is due");
    block_on(session.credentials()).unwrap();
    assert!(session.borrow().is_none(), "a refresh is in flight");
    let newer = block_on(session.with(|credentials| credentials.access_key_id.clone())).unwrap();
    assert_eq!((guard.access_key_id == id, newer == id), (true, false));

    // Rejected credentials are not borrowed any more.
    let current = block_on(session.credentials()).unwrap();
    session.invalidate(&current);
    assert!(session.borrow().is_none());

    let blocking = place.blocking_session();
    assert!(blocking.borrow().is_none());
    blocking.with(|credentials| assert!(credentials.is_temporary())).unwrap();
    assert!(blocking.borrow().is_some());
}
