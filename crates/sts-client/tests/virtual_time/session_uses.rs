//! What else a session is good for, in virtual time: watching, refreshing in the background, being a
//! source of keys.

use sts_client::session::CredentialState;
use sts_client::{CredentialSource, source::KeyRequest};
use sts_proto::ErrorKind;

use crate::session_tasks::{Tasks, at_once, get};
use crate::session_world::{Place, Reply, number};

#[test]
fn watchers_see_every_change() {
    let place = Place::new();
    let session = place.session();
    let mut watcher = session.watch();
    let mut tasks = Tasks::new();
    tasks.spawn(async move {
        let mut seen = Vec::new();
        while let Some(keys) = watcher.changed().await {
            seen.push(number(&Ok(keys)));
        }
        seen
    });
    tasks.run();
    let keys = get(&session).unwrap();
    tasks.run();
    get(&session).unwrap();
    session.invalidate(&keys);
    tasks.run();
    get(&session).unwrap();
    tasks.run();
    place.pass(4000);
    get(&session).unwrap();
    tasks.run();
    drop(session);
    assert_eq!(tasks.run().output(0).expect("it ends with the session"), &[1, 2, 3]);
}

#[test]
fn keep_fresh_refreshes_without_callers_and_ends_with_the_session() {
    let place = Place::new();
    let session = place.session();
    let mut tasks = Tasks::new();
    let refresher = tasks.spawn(session.keep_fresh());
    for _ in 0..24 * 60 {
        tasks.run();
        assert_ne!(session.state(), CredentialState::Expired);
        place.pass(60);
    }
    assert!((28..=60).contains(&place.requests()), "{} requests", place.requests());
    let requests = place.requests();
    tasks.run();
    drop(session);
    tasks.run();
    assert!(!tasks.is_pending(refresher), "it does not sleep on");
    assert!(place.requests() <= requests + 1);
}

#[test]
fn keep_fresh_fetches_at_once_when_keys_are_refused() {
    let place = Place::new();
    let session = place.session();
    let mut tasks = Tasks::new();
    tasks.spawn(session.keep_fresh());
    tasks.run();
    session.invalidate(&at_once(&session).unwrap().unwrap());
    tasks.run();
    assert_eq!(number(&at_once(&session).expect("no caller waits")), 2);
}

#[test]
fn keep_fresh_spaces_its_fetches_in_an_outage() {
    let place = Place::new();
    place.habit(Reply::Unavailable);
    let session = place.session();
    let mut tasks = Tasks::new();
    tasks.spawn(session.keep_fresh());
    for _ in 0..600 {
        tasks.run();
        place.pass(1);
    }
    assert!((10..=26).contains(&place.requests()), "{} requests", place.requests());
    place.habit(Reply::Keys);
    place.pass(60);
    tasks.run();
    assert_eq!(session.state(), CredentialState::Fresh);
}

#[test]
fn a_session_is_a_source_of_another() {
    let place = Place::new();
    let first = place.session();
    let client = sts_client::Client::builder(place.clone(), place.clone())
        .region("cn-north-4")
        .credential_source(first.clone())
        .build()
        .unwrap();
    let second = client.session(place.operation());
    assert_eq!(number(&get(&second)), 2);
    assert_eq!(number(&get(&first)), 1);

    // Temporary keys assume for an hour at most, so nothing is sent.
    let third = client.session(place.operation().duration_seconds(3601));
    assert_eq!(get(&third).unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(place.requests(), 2);
}

#[test]
fn a_session_without_keys_says_so_to_the_one_it_is_the_source_of() {
    let place = Place::new();
    place.habit(Reply::Unavailable);
    let source = place.session();
    let client = sts_client::Client::builder(place.clone(), place.clone())
        .region("cn-north-4")
        .credential_source(source)
        .build()
        .unwrap();
    let error = get(&client.session(place.operation())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(cause.contains("503"), "{error}: {cause}");
}

#[test]
fn a_source_that_hears_of_a_refusal_gives_other_keys() {
    let place = Place::new();
    let session = place.session();
    let refused = get(&session).unwrap();
    let mut tasks = Tasks::new();
    tasks.spawn(async move {
        let mut request = KeyRequest::default();
        request.refused = Some(refused);
        CredentialSource::credentials(&session, request).await.unwrap().access_key_id.clone()
    });
    assert_eq!(tasks.run().output(0).unwrap(), "HSTA0000000000000002");
}
