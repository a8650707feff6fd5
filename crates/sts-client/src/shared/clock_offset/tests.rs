//! Tests of clock offset evidence.

use std::time::Duration as Interval;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::{ClockOffset, DatedResponse, SigningOffset, Witness};
use crate::platform::Now;

const START: OffsetDateTime = datetime!(2026-03-05 07:00 UTC);

fn at(seconds: u64) -> Now {
    Now::new(START, Interval::ZERO).after(Interval::from_secs(seconds))
}

/// An immediate response whose `Date` is ahead of the local clock.
fn ahead(witness: Witness, ahead: Duration, signed_with: SigningOffset, now: Now) -> DatedResponse {
    let date = Some(now.wall + ahead);
    DatedResponse { date, sent: now, received: now, signed_with, witness }
}

fn learn(clock: &ClockOffset, witness: Witness, by: Duration, now: Now) -> bool {
    clock.learn(&ahead(witness, by, clock.for_signing(), now))
}

#[test]
fn the_offset_is_measured_at_the_middle_of_an_exchange_of_at_most_a_minute() {
    for (took, expected) in [(0, 100), (20, 90), (60, 70), (61, 0)] {
        let clock = ClockOffset::default();
        let response = ahead(Witness::Service, Duration::seconds(100), clock.for_signing(), at(0));
        clock.learn(&DatedResponse { received: at(took), ..response });
        assert_eq!(clock.measured(), Duration::seconds(expected), "{took}");
    }
}

#[test]
fn signing_dates_are_corrected_from_four_minutes_on_in_both_directions() {
    for sign in [1, -1] {
        for (seconds, signing) in [(239, 0), (240, 240), (1200, 1200)] {
            let clock = ClockOffset::default();
            learn(&clock, Witness::Service, Duration::seconds(sign * seconds), at(0));
            assert_eq!(clock.measured(), Duration::seconds(sign * seconds));
            assert_eq!(clock.for_signing().offset, Duration::seconds(sign * signing));
        }
    }
}

#[test]
fn a_rejection_is_excused_when_the_date_was_wrong_by_four_minutes() {
    for (seconds, is_excused) in [(239, false), (240, true), (-240, true), (-239, false)] {
        let clock = ClockOffset::default();
        let by = Duration::seconds(seconds);
        assert_eq!(learn(&clock, Witness::Rejected, by, at(0)), is_excused, "{seconds}");
    }
}

#[test]
fn every_request_signed_before_the_correction_is_excused_and_none_after_it() {
    let clock = ClockOffset::default();
    let (before, by) = (clock.for_signing(), Duration::minutes(20));
    for _ in 0..32 {
        assert!(clock.learn(&ahead(Witness::Rejected, by, before, at(1))));
    }
    let undated = DatedResponse { date: None, ..ahead(Witness::Rejected, by, before, at(2)) };
    assert!(clock.learn(&undated), "the correction is known");

    let after = clock.for_signing();
    assert!(!clock.learn(&ahead(Witness::Rejected, by, after, at(3))), "its date was right");
    let hours = Duration::hours(-3);
    assert!(!clock.learn(&ahead(Witness::Rejected, hours, after, at(3))), "not forever");

    // Once a corrected signature is accepted, the next change of the clock is excused again.
    let corrected = clock.for_signing();
    clock.learn(&ahead(Witness::Accepted, hours, corrected, at(4)));
    let set = Now::new(at(5).wall + Duration::hours(1), at(5).monotonic);
    assert!(learn(&clock, Witness::Rejected, Duration::hours(-4), set));
}

#[test]
fn a_clock_that_is_set_between_correction_and_acceptance_is_excused() {
    let clock = ClockOffset::default();
    assert!(learn(&clock, Witness::Rejected, Duration::minutes(20), at(0)));
    let set = Now::new(at(1).wall - Duration::hours(1), at(1).monotonic);
    assert!(learn(&clock, Witness::Rejected, Duration::minutes(80), set));
}

#[test]
fn an_unknown_sender_is_trusted_only_if_two_agree_and_the_service_gave_no_evidence() {
    let hours = Duration::hours(3);
    let clock = ClockOffset::default();
    learn(&clock, Witness::Unknown, hours, at(0));
    assert_eq!(clock.measured(), Duration::ZERO);
    learn(&clock, Witness::Unknown, hours + Duration::seconds(61), at(1));
    assert_eq!(clock.measured(), Duration::ZERO, "they do not agree");
    learn(&clock, Witness::Unknown, hours + Duration::seconds(1), at(2));
    assert_eq!(clock.measured(), hours + Duration::seconds(1));
    assert_eq!(clock.service_time(at(2)), None, "it is not the service's time");
    assert!(learn(&clock, Witness::Rejected, Duration::ZERO, at(3)), "the stranger was wrong");

    learn(&clock, Witness::Service, Duration::seconds(5), at(3));
    for second in 4..10 {
        learn(&clock, Witness::Unknown, hours, at(second));
    }
    assert_eq!(clock.measured(), Duration::seconds(5));
    assert_eq!(clock.service_time(at(9)), Some(at(14).wall));
}

#[test]
fn the_time_of_the_service_is_as_precise_as_the_exchange_was_short() {
    let clock = ClockOffset::default();
    assert_eq!(clock.precise_service_time(at(0)), None);
    let response = ahead(Witness::Service, Duration::seconds(100), clock.for_signing(), at(0));
    clock.learn(&DatedResponse { received: at(20), ..response });
    let time = at(30).wall + Duration::seconds(90);
    assert_eq!(clock.precise_service_time(at(30)), Some((time, Interval::from_secs(11))));
}

#[test]
fn after_a_jump_of_the_wall_clock_the_earlier_time_is_assumed() {
    for minutes in [20, -20] {
        let clock = ClockOffset::default();
        assert_eq!(clock.estimated_service_time(at(0)), at(0).wall);
        let by = Duration::minutes(minutes);
        learn(&clock, Witness::Service, by, at(0));
        assert_eq!(clock.estimated_service_time(at(9)), at(9).wall + by);
        // The clock was set to the right time, or the machine slept; only a response shows which.
        let set = Now::new(at(9).wall + by, at(9).monotonic);
        assert_eq!(clock.estimated_service_time(set), set.wall.min(set.wall + by));
        learn(&clock, Witness::Service, Duration::ZERO, set);
        assert_eq!(clock.estimated_service_time(set), set.wall);
    }
}

#[test]
fn an_accepted_signature_is_evidence_against_other_dates() {
    let clock = ClockOffset::default();
    learn(&clock, Witness::Accepted, Duration::minutes(15), at(0));
    assert_eq!(clock.measured(), Duration::minutes(15));
    let clock = ClockOffset::default();
    learn(&clock, Witness::Accepted, Duration::minutes(16), at(0));
    assert_eq!(clock.measured(), Duration::ZERO, "the service would not have accepted it");

    assert!(!learn(&clock, Witness::Rejected, Duration::minutes(16), at(300)));
    learn(&clock, Witness::Service, Duration::minutes(16), at(300));
    assert_eq!(clock.measured(), Duration::ZERO);
    // The wall clock is set, so previous evidence about it is void.
    let set = Now::new(at(300).wall - Duration::minutes(20), at(300).monotonic);
    assert!(learn(&clock, Witness::Rejected, Duration::minutes(20), set));
    // The same applies to old evidence.
    let clock = ClockOffset::default();
    learn(&clock, Witness::Accepted, Duration::ZERO, at(0));
    assert!(learn(&clock, Witness::Rejected, Duration::minutes(16), at(301)));
}

#[test]
fn dates_are_compared_with_the_offset_of_the_accepted_signature() {
    let by = Duration::minutes;
    for (minutes, is_learned) in [(5, true), (35, true), (4, false), (36, false), (-20, false)] {
        let clock = ClockOffset::default();
        learn(&clock, Witness::Service, by(20), at(0));
        learn(&clock, Witness::Accepted, by(20), at(1));
        learn(&clock, Witness::Service, by(minutes), at(2));
        let expected = if is_learned { minutes } else { 20 };
        assert_eq!(clock.measured(), by(expected), "{minutes}");
    }
}

#[test]
fn a_correction_is_confirmed_only_by_a_signature_that_was_made_with_it() {
    for (is_corrected, is_excused) in [(true, true), (false, false)] {
        let clock = ClockOffset::default();
        let before = clock.for_signing();
        assert!(learn(&clock, Witness::Rejected, Duration::minutes(20), at(0)));
        let signed_with = if is_corrected { clock.for_signing() } else { before };
        clock.learn(&DatedResponse {
            date: None,
            ..ahead(Witness::Accepted, Duration::ZERO, signed_with, at(1))
        });
        // After the proof of that signature has lapsed.
        assert_eq!(learn(&clock, Witness::Rejected, Duration::hours(2), at(302)), is_excused);
    }
}

#[test]
fn a_rejection_across_a_jump_is_not_excused_if_the_signing_date_was_right() {
    for (minutes, is_excused) in [(20, false), (24, true), (16, true)] {
        let clock = ClockOffset::default();
        learn(&clock, Witness::Service, Duration::minutes(20), at(0));
        let by = Duration::minutes(minutes);
        let response = ahead(Witness::Rejected, by, clock.for_signing(), at(1));
        let received = Now::new(at(1).wall + Duration::hours(1), at(1).monotonic);
        let rejection = DatedResponse { received, ..response };
        assert_eq!(clock.learn(&rejection), is_excused, "{minutes}");
    }
}

#[test]
fn a_clock_that_is_set_during_an_exchange_is_measured_by_its_current_reading() {
    let clock = ClockOffset::default();
    let response = ahead(Witness::Rejected, Duration::ZERO, clock.for_signing(), at(0));
    // It was 20 minutes behind when the request was signed, and is right now.
    let date = Some(at(1).wall + Duration::minutes(20));
    let received = Now::new(at(2).wall + Duration::minutes(20), at(2).monotonic);
    assert!(clock.learn(&DatedResponse { date, received, ..response }));
    assert_eq!(clock.measured(), Duration::ZERO);

    // It was right when the request was signed, so the date is not the cause.
    let clock = ClockOffset::default();
    let date = Some(at(1).wall);
    assert!(!clock.learn(&DatedResponse { date, received, ..response }));
    assert_eq!(clock.measured(), Duration::minutes(-20));
}

#[test]
fn a_jump_of_the_wall_clock_makes_it_suspect_until_a_signature_is_accepted() {
    let clock = ClockOffset::default();
    let set = Now::new(at(10).wall + Duration::seconds(61), at(10).monotonic);
    assert!(!clock.is_suspect(set), "nothing is known yet");
    learn(&clock, Witness::Accepted, Duration::ZERO, at(0));
    assert!(!clock.is_suspect(at(1_000_000)));
    assert!(clock.is_suspect(set));
    assert_eq!(clock.service_time(set), None);
    learn(&clock, Witness::Accepted, Duration::seconds(-61), set);
    assert!(!clock.is_suspect(set));
    assert_eq!(clock.service_time(set), Some(at(10).wall));
}

#[test]
fn an_accepted_signature_confirms_the_time_across_a_jump_of_the_wall_clock() {
    let clock = ClockOffset::default();
    let hour = Duration::hours(1);
    let sent = ahead(Witness::Accepted, Duration::ZERO, clock.for_signing(), at(0));
    let received = Now::new(at(2).wall + hour, at(2).monotonic);
    clock.learn(&DatedResponse { date: Some(at(1).wall), received, ..sent });
    assert_eq!(clock.measured(), -hour);
    assert!(!clock.is_suspect(received), "the time is known again");
    // The clock is set back, so evidence gathered in between is void, too.
    assert!(clock.is_suspect(at(3)));
    learn(&clock, Witness::Accepted, Duration::ZERO, at(4));
    assert!(!clock.is_suspect(at(5)));
}

#[test]
fn an_older_response_does_not_replace_what_a_newer_one_proved() {
    let clock = ClockOffset::default();
    let old = ahead(Witness::Accepted, Duration::ZERO, clock.for_signing(), at(0));
    let set = Now::new(at(10).wall + Duration::hours(1), at(10).monotonic);
    let late = Now::new(at(11).wall + Duration::hours(1), at(11).monotonic);
    let offset = SigningOffset { offset: Duration::hours(-1), corrections: 1 };
    clock.learn(&ahead(Witness::Accepted, Duration::hours(-1), offset, set));
    clock.learn(&DatedResponse { received: late, ..old });
    assert!(!clock.is_suspect(late));
}

#[test]
fn only_newer_evidence_about_a_signature_shows_that_the_wall_clock_is_right_again() {
    let clock = ClockOffset::default();
    let set = |seconds| Now::new(at(seconds).wall + Duration::hours(1), at(seconds).monotonic);
    let undated = |witness, now| {
        let response = ahead(witness, Duration::ZERO, clock.for_signing(), now);
        clock.learn(&DatedResponse { date: None, ..response });
        clock.is_suspect(set(9))
    };
    assert!(undated(Witness::Accepted, at(1)));
    assert!(undated(Witness::Service, set(2)), "its sender did not check the signature");
    assert!(undated(Witness::Unknown, set(2)));
    assert!(!undated(Witness::Rejected, set(3)));
    assert!(!undated(Witness::Accepted, at(2)), "it was sent before");
}

#[test]
fn an_immediate_response_across_a_jump_of_the_wall_clock_shows_the_time() {
    let clock = ClockOffset::default();
    let sent = ahead(Witness::Accepted, Duration::ZERO, clock.for_signing(), at(0));
    // The readings of a coarse monotonic clock are the same.
    let received = Now::new(at(0).wall + Duration::hours(1), at(0).monotonic);
    clock.learn(&DatedResponse { received, ..sent });
    assert!(!clock.is_suspect(received));
    assert!(clock.is_suspect(at(1)));
}

#[test]
fn an_accepted_signature_is_compared_with_the_date_that_it_was_made_with() {
    let clock = ClockOffset::default();
    learn(&clock, Witness::Service, Duration::minutes(20), at(0));
    learn(&clock, Witness::Accepted, Duration::minutes(21), at(1));
    assert_eq!(clock.measured(), Duration::minutes(21), "a minute after its signing date");
}

#[test]
fn a_response_that_confirms_the_offset_is_no_correction() {
    for minutes in [20, -20] {
        let clock = ClockOffset::default();
        learn(&clock, Witness::Service, Duration::minutes(minutes), at(0));
        for second in 1..4 {
            learn(&clock, Witness::Accepted, Duration::minutes(minutes), at(second));
            assert_eq!(clock.for_signing().corrections, 1, "{minutes}");
        }
    }
}

#[test]
fn the_wall_clock_has_jumped_if_it_progressed_by_more_than_a_minute_more_or_less() {
    let clock = ClockOffset::default();
    learn(&clock, Witness::Service, Duration::ZERO, at(0));
    for (seconds, is_known) in [(60, true), (61, false), (-60, true), (-61, false)] {
        let now = Now::new(at(9).wall + Duration::seconds(seconds), at(9).monotonic);
        assert_eq!(clock.service_time(now).is_some(), is_known, "{seconds}");
    }
}
