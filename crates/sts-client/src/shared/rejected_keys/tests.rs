//! Tests of the limits of a registry, and of outcomes that prove nothing.

use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use sts_proto::{Credentials, ServiceError};

use super::{Admission, Reason, RejectedKeys, Slot, Verdict};

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn keys(id: impl Into<String>) -> Arc<Credentials> {
    Arc::new(Credentials::permanent(id, "a1B2c3"))
}

/// Returns the slot of a request that may be sent at once.
fn admit(registry: &RejectedKeys, keys: &Arc<Credentials>, now: u64) -> Option<Slot> {
    match registry.admit(keys, false, at(now + 10), at(now)) {
        Admission::Go(slot) => Some(slot),
        Admission::Wait(_) | Admission::Rejected(..) => None,
    }
}

/// Returns how many of six requests may be sent at once.
fn admitted(registry: &RejectedKeys, keys: &Arc<Credentials>, now: u64) -> usize {
    (0..6).filter_map(|_| admit(registry, keys, now)).count()
}

fn accept(registry: &RejectedKeys, keys: &Arc<Credentials>, now: u64) {
    let slot = admit(registry, keys, now).expect("a slot");
    registry.settle(keys, slot, &Verdict::Accepted, at(now));
}

fn reject(registry: &RejectedKeys, keys: &Arc<Credentials>, reason: Reason, now: u64) {
    let mut response = Response::new("");
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    let error = ServiceError::from_response(&response).expect("an error");
    let slot = admit(registry, keys, now).expect("a slot");
    registry.settle(keys, slot, &Verdict::Rejected(&error, reason), at(now));
}

#[test]
fn many_accepted_keys_do_not_end_the_limit_of_an_unproven_one() {
    let registry = RejectedKeys::default();
    let unproven = keys("UNPROVEN");
    assert_eq!(admitted(&registry, &unproven, 0), 4);
    for number in 0..100 {
        accept(&registry, &keys(format!("{number}")), 0);
    }
    assert_eq!(admitted(&registry, &unproven, 0), 0);
}

#[test]
fn eight_accepted_keys_stay_proven() {
    let registry = RejectedKeys::default();
    let accepted = ["A", "B", "C", "D", "E", "F", "G", "H"].map(keys);
    for keys in &accepted {
        accept(&registry, keys, 0);
    }
    for keys in &accepted {
        assert_eq!(admitted(&registry, keys, 0), 6);
    }
}

#[test]
fn a_key_whose_cool_off_has_ended_makes_room_for_another() {
    let registry = RejectedKeys::default();
    let first = keys("FIRST");
    reject(&registry, &first, Reason::FailedSignature, 0);
    for number in 0..7 {
        reject(&registry, &keys(format!("{number}")), Reason::FailedSignature, 100);
    }
    accept(&registry, &keys("ANOTHER"), 300);
    assert_eq!(admitted(&registry, &first, 300), 4, "it is unproven, as at the beginning");
}

#[test]
fn many_accepted_keys_do_not_end_the_probe_of_a_rejected_one() {
    let registry = RejectedKeys::default();
    let rejected = keys("REJECTED");
    reject(&registry, &rejected, Reason::FailedSignature, 0);
    assert_eq!(admitted(&registry, &rejected, 300), 1);
    for number in 0..100 {
        accept(&registry, &keys(format!("{number}")), 300);
    }
    assert_eq!(admitted(&registry, &rejected, 300), 0);
}

#[test]
fn of_too_many_rejected_keys_the_one_with_the_shortest_cool_off_is_forgotten() {
    let registry = RejectedKeys::default();
    let long: Vec<_> = (0..63).map(|number| keys(format!("{number}"))).collect();
    let short = keys("SHORT");
    for keys in &long {
        reject(&registry, keys, Reason::FailedSignature, 0);
    }
    reject(&registry, &short, Reason::UnknownKey, 0);
    assert_eq!(admitted(&registry, &short, 0), 0, "64 are remembered");

    accept(&registry, &keys("ANOTHER"), 0);
    for keys in &long {
        assert_eq!(admitted(&registry, keys, 0), 0);
    }
    assert_eq!(admitted(&registry, &short, 0), 4);
}

#[test]
fn only_a_probe_itself_leaves_the_next_one_free() {
    let registry = RejectedKeys::default();
    let keys = keys("REJECTED");
    let early = admit(&registry, &keys, 0).expect("a slot");
    reject(&registry, &keys, Reason::FailedSignature, 1);
    let probe = admit(&registry, &keys, 301).expect("a slot");
    registry.settle(&keys, early, &Verdict::None, at(302));
    assert_eq!(admitted(&registry, &keys, 302), 0);
    registry.settle(&keys, probe, &Verdict::None, at(302));
    assert_eq!(admitted(&registry, &keys, 302), 1);
}

#[test]
fn a_request_signed_before_the_clock_was_set_proves_no_later_one() {
    let registry = RejectedKeys::default();
    let keys = keys("A");
    accept(&registry, &keys, 0);
    let early = admit(&registry, &keys, 1).expect("a slot");
    let is_suspect = true;
    assert!(matches!(registry.admit(&keys, is_suspect, at(12), at(2)), Admission::Go(_)));
    registry.settle(&keys, early, &Verdict::Accepted, at(3));
    assert_eq!(admitted(&registry, &keys, 3), 3, "four at a time");
}
