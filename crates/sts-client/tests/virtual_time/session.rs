//! Async sessions, in virtual time.

use std::time::Duration;

use sts_client::session::{CredentialState, SessionPolicy};
use sts_client::{Backoff, CredentialsRequest, ProvideCredentials};
use sts_proto::ErrorKind;

use crate::session_tasks::{Tasks, at_once, get};
use crate::session_world::{Place, Reply, number};

#[test]
fn any_number_of_callers_share_one_refresh() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    let mut tasks = Tasks::new();
    for _ in 0..1000 {
        tasks.ask(&session);
    }
    tasks.run();
    assert_eq!((place.requests(), tasks.outputs().count()), (1, 0));
    place.habit(Reply::Keys);
    tasks.run();
    assert_eq!((place.requests(), tasks.outputs().count()), (1, 1000));
    assert!(tasks.outputs().all(|keys| number(keys) == 1));
}

#[test]
fn a_refresh_continues_when_the_caller_that_began_it_is_cancelled() {
    // At each of its polls: before the connection, before the response.
    for polls in 1..=3 {
        let place = Place::new();
        place.habit(Reply::Silence);
        let session = place.session();
        let mut tasks = Tasks::new();
        let (first, second) = (tasks.ask(&session), tasks.ask(&session));
        for _ in 0..polls {
            tasks.poll(first);
        }
        tasks.poll(second);
        tasks.cancel(first);
        place.habit(Reply::Keys);
        tasks.run();
        assert_eq!(number(tasks.output(second).unwrap()), 1, "cancelled after poll {polls}");
        assert_eq!(place.requests(), 1);
    }
}

#[test]
fn a_refresh_whose_callers_are_all_gone_is_continued_by_the_next() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    assert!(at_once(&session).is_none());
    assert!(at_once(&session).is_none());
    place.habit(Reply::Keys);
    assert_eq!(number(&get(&session)), 1);
    assert_eq!(place.requests(), 1);
}

#[test]
fn while_credentials_are_valid_callers_never_wait_and_share_one_refresh() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    place.habit(Reply::Silence);
    place.pass(2900);
    assert_eq!(session.state(), CredentialState::Stale);
    for _ in 0..100 {
        assert_eq!(number(&at_once(&session).expect("callers never wait")), 1);
    }
    assert_eq!(place.requests(), 2);
    place.habit(Reply::Keys);
    assert_eq!(number(&at_once(&session).expect("callers never wait")), 2);
    assert_eq!((place.requests(), session.state()), (2, CredentialState::Fresh));
}

#[test]
fn a_refresh_that_ends_while_old_credentials_are_valid_returns_the_new_ones() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    place.pass(2900);
    // Once for the connection, once for the response.
    assert_eq!(number(&at_once(&session).unwrap()), 1);
    assert_eq!(number(&at_once(&session).unwrap()), 2);
}

#[test]
fn a_failure_is_returned_to_all_waiting_callers() {
    let place = Place::new();
    place.habit(Reply::Unavailable);
    let session = place.session();
    let mut tasks = Tasks::new();
    for _ in 0..10 {
        tasks.ask(&session);
    }
    tasks.run();
    let kinds: Vec<_> = tasks.outputs().map(|keys| keys.as_ref().unwrap_err().kind()).collect();
    assert_eq!(kinds, [ErrorKind::Unavailable; 10]);
    assert_eq!(place.requests(), 1);
}

#[test]
fn a_hundred_thousand_callers_in_an_outage_make_a_handful_of_requests() {
    let place = Place::new();
    place.habit(Reply::Unavailable);
    let session = place.session();
    // Ten minutes of an outage.
    for _ in 0..600 {
        for _ in 0..170 {
            assert!(get(&session).is_err());
        }
        place.pass(1);
    }
    let requests = place.requests();
    assert!((10..=26).contains(&requests), "{requests} requests");
    let times = place.request_times();
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| *gap >= Duration::from_millis(500)), "{gaps:?}");
    assert!(gaps.last().unwrap() >= &Duration::from_secs(30), "{gaps:?}");

    place.habit(Reply::Keys);
    place.pass(60);
    get(&session).expect("a minute after the outage at the latest");
}

#[test]
fn failures_while_credentials_are_valid_are_invisible() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    place.habit(Reply::Denied);
    // From the first second in which it could refresh to the last in which the credentials are
    // served.
    for _ in 0..3530 {
        place.pass(1);
        assert_eq!(number(&at_once(&session).expect("callers never wait")), 1);
    }
    assert!((6..40).contains(&place.requests()), "{} requests", place.requests());
    place.pass(10);
    assert_eq!(get(&session).unwrap_err().kind(), ErrorKind::AccessDenied);
}

#[test]
fn windows_are_proportional_to_the_granted_lifetime() {
    let policy = SessionPolicy::default();
    for lifetime in [120, 900, 3600, 12 * 3600] {
        for _ in 0..20 {
            let place = Place::new();
            place.lifetime(lifetime);
            let session = place.session();
            get(&session).unwrap();
            let lifetime = u64::try_from(lifetime).unwrap();
            let part = |part: f64| Duration::from_secs(lifetime).mul_f64(part).as_secs();
            place.pass(part(policy.refresh_from) - 1);
            assert_eq!(session.state(), CredentialState::Fresh, "{lifetime}");
            place.pass(part(policy.refresh_until) - part(policy.refresh_from) + 2);
            assert_eq!(session.state(), CredentialState::Stale, "{lifetime}");
            let margin = part(policy.margin).min(policy.longest_margin.as_secs());
            place.pass(lifetime - part(policy.refresh_until) - 1 - margin - 1);
            assert_eq!(session.state(), CredentialState::Stale, "{lifetime}");
            place.pass(2);
            assert_eq!(session.state(), CredentialState::Expired, "{lifetime}");
        }
    }
}

#[test]
fn each_session_refreshes_at_a_random_moment() {
    let place = Place::new();
    let sessions: Vec<_> = (0..100).map(|_| place.session()).collect();
    for session in &sessions {
        get(session).unwrap();
    }
    let policy = SessionPolicy::default();
    let (from, until) = (policy.refresh_from * 3600.0, policy.refresh_until * 3600.0);
    let fresh_after = |seconds: f64| {
        place.set_wall(|_| crate::world::START + time::Duration::seconds_f64(seconds));
        sessions.iter().filter(|session| session.state() == CredentialState::Fresh).count()
    };
    let counts = [0.1, 0.3, 0.5, 0.7, 0.9].map(|part| fresh_after(from + (until - from) * part));
    for (count, expected) in counts.into_iter().zip([90, 70, 50, 30, 10_usize]) {
        assert!(count.abs_diff(expected) < 15, "{counts:?}");
    }
}

#[test]
fn rejected_credentials_are_dropped_once_and_newer_ones_never() {
    let place = Place::new();
    let session = place.session();
    let refused = get(&session).unwrap();
    // All of a hundred callers saw the rejection, and report it before their next request.
    let numbers: Vec<_> = (0..100)
        .map(|_| {
            session.invalidate(&refused);
            number(&get(&session))
        })
        .collect();
    assert_eq!(numbers, [2; 100]);
    assert_eq!(place.requests(), 2);
}

#[test]
fn rejected_credentials_are_not_served_during_a_refresh() {
    let place = Place::new();
    let session = place.session();
    let refused = get(&session).unwrap();
    place.habit(Reply::Silence);
    session.invalidate(&refused);
    assert_eq!(session.state(), CredentialState::Expired);
    assert!(at_once(&session).is_none());
}

#[test]
fn repeatedly_rejected_credentials_do_not_cause_a_tight_loop() {
    let place = Place::new();
    let session = place.session();
    let mut served = 0;
    for _ in 0..600 {
        for _ in 0..10 {
            if let Ok(keys) = get(&session) {
                served += 1;
                session.invalidate(&keys);
            }
        }
        place.pass(1);
    }
    assert!((10..=30).contains(&place.requests()), "{} requests", place.requests());
    assert_eq!(served, place.requests());
}

#[test]
fn a_panicking_refresh_is_a_failure_like_any_other() {
    let place = Place::new();
    place.habit(Reply::Panic);
    let session = place.session();
    let mut tasks = Tasks::new();
    for _ in 0..3 {
        tasks.ask(&session);
    }
    tasks.run();
    assert_eq!(tasks.outputs().count(), 3);
    assert!(tasks.outputs().all(|keys| keys.as_ref().unwrap_err().to_string().contains("panic")));
    place.habit(Reply::Keys);
    place.pass(2);
    get(&session).expect("the next refresh is like any other");
}

#[test]
fn a_transport_that_breaks_its_contract_does_not_block_callers_forever() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    let mut tasks = Tasks::new();
    let caller = tasks.ask(&session);
    tasks.run();
    // Ten seconds more than a call may take.
    place.pass(40);
    let error = tasks.run().output(caller).expect("an end").clone().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[test]
fn a_starved_refresh_is_restarted_for_the_first_waiting_caller() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    // A passing caller begins a refresh, and no caller drives it while the credentials expire.
    place.pass(2900);
    place.habit(Reply::Silence);
    at_once(&session).expect("callers never wait").unwrap();
    place.pass(1000);
    place.habit(Reply::Unavailable);
    place.script([Reply::Keys]);
    assert_eq!(number(&get(&session)), 2, "the service is healthy");
}

#[test]
fn failures_of_passing_refreshes_do_not_delay_callers_without_credentials() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    // One caller every 40 seconds: too few to drive a refresh, so that each exceeds its limit.
    place.habit(Reply::Silence);
    while session.state() != CredentialState::Expired {
        at_once(&session).expect("callers never wait").unwrap();
        place.pass(40);
    }
    place.habit(Reply::Keys);
    get(&session).expect("the service is healthy");
}

#[test]
fn an_outage_is_not_multiplied_by_cancelled_callers() {
    let place = Place::new();
    let session = place.session();
    place.habit(Reply::Unavailable);
    for _ in 0..600 {
        // One is cancelled after the first poll, the next one stays.
        at_once(&session);
        let _ = get(&session);
        place.pass(1);
    }
    assert!(place.requests() < 60, "{} requests", place.requests());
}

#[test]
fn the_backoff_is_configurable() {
    let place = Place::new();
    place.habit(Reply::Unavailable);
    let backoff = Backoff::new(Duration::from_secs(100), Duration::from_secs(100));
    let policy = SessionPolicy::default().backoff(backoff);
    let session = place.session_with(policy);
    get(&session).unwrap_err();
    place.pass(49);
    get(&session).unwrap_err();
    assert_eq!(place.requests(), 1);
    place.pass(51);
    get(&session).unwrap_err();
    assert_eq!(place.requests(), 2);
}

#[test]
fn a_dropped_session_drops_its_refresh() {
    let place = Place::new();
    place.habit(Reply::Silence);
    let session = place.session();
    assert!(at_once(&session).is_none());
    assert!(place.is_waiting());
    drop(session);
    assert!(!place.is_waiting(), "nothing is left of it");
}

#[test]
fn debug_output_contains_no_secret() {
    let place = Place::new();
    let session = place.session();
    let mut watcher = session.watch();
    let mut tasks = Tasks::new();
    get(&session).unwrap();
    tasks.spawn(async move {
        watcher.changed().await;
        format!("{watcher:?}")
    });
    let watcher = tasks.run().output(0).unwrap().clone();
    place.habit(Reply::Denied);
    place.pass(4000);
    let error = get(&session).unwrap_err();
    let printed = format!("{session:?} {session:#?} {watcher} {error:?} {error}");
    assert!(printed.contains("HSTA0000000000000001"), "{printed}");
    for secret in ["planted", "a1B2c3"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn public_futures_are_send() {
    fn is_send<T: Send>(_: &T) {}
    fn is_shared<T: Send + Sync + 'static>(_: &T) {}
    let place = Place::new();
    let (session, client) = (place.session(), place.client());
    let mut watcher = session.watch();
    is_shared(&session);
    is_shared(&client);
    is_send(&session.credentials());
    is_send(&session.keep_fresh());
    is_send(&watcher.changed());
    is_send(&client.assume_agency(place.operation()));
    is_send(&client.caller_identity());
    is_send(&ProvideCredentials::credentials(&session, CredentialsRequest::default()));
}
