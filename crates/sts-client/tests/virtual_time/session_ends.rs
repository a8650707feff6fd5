//! Expiry of the credentials of a session, in virtual time.

use std::future::ready;
use std::time::Duration;

use futures_lite::future::block_on;
use sts_client::session::{CredentialState, SessionPolicy};
use sts_client::transport::transport_fn;
use sts_client::{CallPolicy, Client, Exchange};
use sts_proto::{Credentials, ErrorKind};

use crate::cloud::http_date;
use crate::session_tasks::{at_once, get};
use crate::session_world::{Place, Reply, number};
use crate::world::{START, error};

#[test]
fn credentials_expire_although_the_monotonic_clock_stood_still() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    // The machine sleeps for two hours; it wakes up, and a second later a caller asks.
    place.set_wall(|wall| wall + time::Duration::hours(2));
    place.pass(1);
    place.habit(Reply::Silence);
    assert!(at_once(&session).is_none(), "the credentials have expired");
}

#[test]
fn a_wall_clock_that_is_set_back_changes_nothing() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    place.set_wall(|wall| wall - time::Duration::hours(5));
    assert_eq!(session.state(), CredentialState::Fresh);
    place.pass(2900);
    assert_eq!(session.state(), CredentialState::Stale);
    place.pass(700);
    assert_eq!(session.state(), CredentialState::Expired);
}

#[test]
fn a_wall_clock_that_is_set_forward_costs_one_refresh() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    place.set_wall(|wall| wall + time::Duration::hours(5));
    place.pass(1);
    assert_eq!(number(&get(&session)), 2);
    place.set_wall(|wall| wall - time::Duration::hours(5));
    place.pass(1);
    assert_eq!(number(&get(&session)), 2);
    assert_eq!(session.state(), CredentialState::Fresh);
}

#[test]
fn an_offset_from_before_the_wall_clock_was_set_does_not_expire_credentials() {
    let hour = time::Duration::HOUR;
    let place = Place::new();
    let date = http_date(START + 3 * hour);
    let transport = transport_fn(
        move |_: Exchange| ready(error(503, &[("date", &*date)], "APIGW.0613", "m")),
        |_| ready(()),
    );
    let client = Client::builder(transport)
        .clock(place.clone())
        .region("cn-north-4")
        .credentials(Credentials::permanent("HSTCALLER00000000001", "a1B2c3"))
        .policy(CallPolicy::default().attempts(1))
        .build()
        .unwrap();
    block_on(client.caller_identity()).unwrap_err();
    // No call is made after the clock was set, and the provider does not know the issuer's time.
    place.set_wall(|wall| wall + 3 * hour);
    let provider = Credentials::temporary("HSTA", "s", "t", place.now().wall + hour);
    let session = client.session(provider).unwrap();
    get(&session).unwrap();
    assert_eq!(session.state(), CredentialState::Fresh);
}

#[test]
fn credentials_that_are_expired_on_arrival_are_a_failure() {
    let place = Place::new();
    let session = place.session();
    place.lifetime(-5);
    let error = get(&session).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.to_string().contains("already expired"), "{error}");
    assert!(get(&session).is_err());
    assert_eq!(place.requests(), 1, "the next refresh waits");
}

#[test]
fn credentials_that_are_expired_on_arrival_do_not_replace_valid_ones() {
    let place = Place::new();
    let session = place.session();
    get(&session).unwrap();
    place.lifetime(-5);
    place.pass(2900);
    for _ in 0..4 {
        assert_eq!(number(&at_once(&session).unwrap()), 1);
    }
    assert_eq!(place.requests(), 2);
}

#[test]
fn short_lived_credentials_do_not_cause_a_tight_loop() {
    let place = Place::new();
    let policy = SessionPolicy::default().refresh_from(0.0).refresh_until(0.0);
    let session = place.session_with(policy);
    for _ in 0..1000 {
        get(&session).unwrap();
    }
    assert_eq!(place.requests(), 1);
}

#[test]
fn no_policy_serves_credentials_within_their_margin() {
    let place = Place::new();
    let policy = SessionPolicy::default()
        .refresh_from(1.0)
        .refresh_until(1.0)
        .margin(0.5)
        .longest_margin(Duration::from_secs(3600));
    let session = place.session_with(policy);
    get(&session).unwrap();
    place.pass(1801);
    assert_eq!(session.state(), CredentialState::Expired);
}

#[test]
fn a_lifetime_of_decades_is_capped_at_the_requested_duration() {
    const DECADES: i64 = 40 * 365 * 24 * 3600;
    for requested in [3600_u32, 900] {
        let place = Place::new();
        let operation = place.operation().duration(Duration::from_secs(requested.into()));
        place.lifetime(DECADES);
        let session = place.client().session(operation).unwrap();
        assert_eq!(number(&get(&session)), 1);
        place.pass(u64::from(requested) * 39 / 100);
        assert_eq!(session.state(), CredentialState::Fresh);
        place.pass(u64::from(requested) * 42 / 100);
        assert_eq!(session.state(), CredentialState::Stale);
        place.pass(u64::from(requested) / 5);
        assert_eq!(session.state(), CredentialState::Expired);
        assert_eq!(number(&get(&session)), 2);
    }
}

#[test]
fn a_minimum_of_remaining_lifetime_moves_the_refresh_forward() {
    let policy = SessionPolicy::default().refresh_before_expiry(Duration::from_secs(2400));
    for (lifetime, from, until) in [
        // Two fifths and four fifths of the lifetime, unless 40 minutes are left at its end.
        (43_200, 17_280, 34_560),
        (3600, 600, 1200),
        // Too short for a minimum of 40 minutes.
        (2500, 1000, 2000),
        (900, 360, 720),
    ] {
        for _ in 0..20 {
            let place = Place::new();
            place.lifetime(lifetime);
            let session = place.session_with(policy);
            get(&session).unwrap();
            place.pass(from - 1);
            assert_eq!(session.state(), CredentialState::Fresh, "lifetime {lifetime}");
            place.pass(until - from + 2);
            assert_eq!(session.state(), CredentialState::Stale, "lifetime {lifetime}");
        }
    }
}
