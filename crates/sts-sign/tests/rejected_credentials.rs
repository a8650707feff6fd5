//! Rejected access keys are held back, so that a request signer does not lock them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use sts_credentials::{
    Credentials, CredentialsError, CredentialsRequest, ErrorKind, ProvideCredentials,
};
use sts_sign::{Observation, RequestSignError, RequestSigner, Scope, SignedHeaders, Verdict};
use time::OffsetDateTime;

use support::{NOW, Rotating, get, permanent, ready, signed_by};

fn rejected() -> Observation {
    Observation::error(ErrorKind::InvalidCredentials).date(NOW)
}

fn at(seconds: u64) -> OffsetDateTime {
    NOW + Duration::from_secs(seconds)
}

#[test]
fn credentials_that_are_rejected_three_times_are_held_back_for_five_minutes() {
    let signer = RequestSigner::new(permanent("A"));
    let rejected_at = |now| {
        let mut attempts = signer.attempts();
        ready(attempts.sign(&mut get(), now)).unwrap();
        attempts.observe(Observation::error(ErrorKind::InvalidCredentials).date(now), now);
    };
    (0..3).for_each(|second| rejected_at(at(second)));
    let error = ready(signer.sign(&mut get(), at(12))).unwrap_err();
    assert_eq!(error.retry_in(), Some(Duration::from_secs(290)));
    assert!(
        matches!(&error, RequestSignError::Rejected { access_key_id, .. } if access_key_id == "A")
    );

    rejected_at(at(302));
    ready(signer.sign(&mut get(), at(310))).unwrap_err();
    // Accepted after the next hold.
    let mut attempts = signer.attempts();
    ready(attempts.sign(&mut get(), at(602))).unwrap();
    assert_eq!(attempts.observe(Observation::success(), at(602)), Verdict::Accepted);
    rejected_at(at(603));
    ready(signer.sign(&mut get(), at(603))).expect("counted from zero");
}

#[test]
fn signers_of_one_access_key_count_its_rejections_together() {
    let signer = RequestSigner::new(permanent("A"));
    let scoped = |service| signer.clone().scope(Scope::new("cn-north-4", service));
    let (ecs, vpc) = (scoped("ecs"), scoped("vpc"));
    let all = signer.clone().signed_headers(SignedHeaders::all());
    for signer in [&ecs, &vpc, &all] {
        let mut attempts = signer.attempts();
        ready(attempts.sign(&mut get(), NOW)).unwrap();
        attempts.observe(rejected(), NOW);
    }
    for signer in [&signer, &ecs, &vpc, &all] {
        let error = ready(signer.sign(&mut get(), NOW)).unwrap_err();
        assert!(matches!(error, RequestSignError::Rejected { .. }), "{error}");
    }
    // The clock is that of the machine.
    let late = NOW + Duration::from_secs(1800);
    let skewed = Observation::error(ErrorKind::ClockSkew).date(late);
    let signer = RequestSigner::new(permanent("B"));
    let scoped = signer.clone().scope(Scope::new("cn-north-4", "ecs"));
    let mut attempts = scoped.attempts();
    ready(attempts.sign(&mut get(), NOW)).unwrap();
    assert_eq!(attempts.observe(skewed, NOW), Verdict::RetryWithCorrectedClock);
    assert_eq!(signer.clock_offset(), time::Duration::minutes(30));
}

#[test]
fn a_locked_access_key_is_held_back_at_once_and_others_are_not() {
    let signer = RequestSigner::new(Rotating::new(&["A", "B"]));
    let mut attempts = signer.attempts();
    let mut request = get();
    ready(attempts.sign(&mut request, NOW)).unwrap();
    let locked = Observation::error(ErrorKind::AccessKeyLocked).wait(Duration::from_secs(60));
    assert_eq!(attempts.observe(locked, NOW), Verdict::RetryWithNewCredentials);
    ready(attempts.sign(&mut request, NOW)).unwrap();
    assert_eq!(signed_by(&request), "B");

    let alone = RequestSigner::new(permanent("A"));
    let mut attempts = alone.attempts();
    ready(attempts.sign(&mut get(), NOW)).unwrap();
    attempts.observe(locked, NOW);
    let error = ready(alone.sign(&mut get(), NOW)).unwrap_err();
    assert_eq!(error.retry_in(), Some(Duration::from_secs(60)));
    let later = NOW + Duration::from_secs(60);
    let mut attempts = alone.attempts();
    ready(attempts.sign(&mut get(), later)).unwrap();
    attempts.observe(locked.wait(Duration::MAX), later);
    let error = ready(alone.sign(&mut get(), later)).unwrap_err();
    assert_eq!(error.retry_in(), Some(Duration::from_secs(900)));
}

#[test]
fn a_signing_date_that_stays_rejected_does_not_lock_the_access_key() {
    let provider = Rotating::new(&["A", "B"]);
    let signer = RequestSigner::new(provider.clone());
    // Without a date, the clock cannot be corrected.
    let skewed = Observation::error(ErrorKind::ClockSkew);
    for second in 0..3 {
        let mut attempts = signer.attempts();
        ready(attempts.sign(&mut get(), at(second))).unwrap();
        assert_eq!(attempts.observe(skewed, at(second)), Verdict::Failed);
    }
    let error = ready(signer.sign(&mut get(), at(12))).unwrap_err();
    assert_eq!(error.retry_in(), Some(Duration::from_secs(290)));
    assert_eq!(error.kind(), ErrorKind::ClockSkew);
    assert_eq!(
        error.to_string(),
        "access key A is held back, because the service rejected the signing date; check the \
         system clock"
    );

    let mut attempts = signer.attempts();
    ready(attempts.sign(&mut get(), at(302))).unwrap();
    assert_eq!(attempts.observe(Observation::success(), at(302)), Verdict::Accepted);
    ready(signer.sign(&mut get(), at(302))).unwrap();
    assert!(provider.reported().iter().all(Option::is_none), "other credentials do not help");

    let mut attempts = signer.attempts();
    ready(attempts.sign(&mut get(), at(303))).unwrap();
    attempts.observe(skewed, at(303));
    ready(attempts.sign(&mut get(), at(304))).unwrap();
    let rejected = Observation::error(ErrorKind::InvalidCredentials);
    assert_eq!(attempts.observe(rejected, at(304)), Verdict::RetryWithNewCredentials);
    let mut request = get();
    ready(attempts.sign(&mut request, at(304))).unwrap();
    assert_eq!(signed_by(&request), "B");
}

#[test]
fn a_late_rejection_of_earlier_credentials_does_not_count_against_newer_ones() {
    let provider = Rotating::new(&["A", "B", "C"]);
    let signer = RequestSigner::new(provider.clone());
    let (mut slow, mut fast) = (signer.attempts(), signer.attempts());
    ready(slow.sign(&mut get(), NOW)).unwrap();
    ready(fast.sign(&mut get(), NOW)).unwrap();
    fast.observe(rejected(), NOW);
    ready(fast.sign(&mut get(), NOW)).unwrap();
    assert_eq!(slow.observe(rejected(), NOW), Verdict::RetryWithNewCredentials);
    let mut request = get();
    ready(slow.sign(&mut request, NOW)).unwrap();
    assert_eq!(signed_by(&request), "B");
    assert_eq!(provider.reported().last(), Some(&None), "B was not reported");
}

/// Provider that returns the other credentials when one of two is reported.
struct Alternating;

impl ProvideCredentials for Alternating {
    async fn credentials(
        &self,
        request: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let is_other = request.rejected.is_some_and(|it| it.access_key_id == "A");
        Ok(permanent(if is_other { "B" } else { "A" }))
    }
}

#[test]
fn a_provider_that_alternates_does_not_lock_its_access_keys() {
    let signer = RequestSigner::new(Alternating);
    let mut sent: Vec<String> = Vec::new();
    for second in 0..60 {
        let mut attempts = signer.attempts();
        let mut request = get();
        while ready(attempts.sign(&mut request, at(second))).is_ok() {
            sent.push(signed_by(&request));
            if !attempts.observe(rejected().date(at(second)), at(second)).is_retry() {
                break;
            }
        }
    }
    for id in ["A", "B"] {
        assert_eq!(sent.iter().filter(|it| *it == id).count(), 3, "{id} in {sent:?}");
    }
}

#[test]
fn one_request_at_a_time_probes_an_access_key_after_its_hold() {
    let signer = RequestSigner::new(permanent("A"));
    for _ in 0..3 {
        let mut attempts = signer.attempts();
        ready(attempts.sign(&mut get(), NOW)).unwrap();
        attempts.observe(rejected(), NOW);
    }
    let signed_of_ten =
        |now| (0..10).filter(|_| ready(signer.sign(&mut get(), now)).is_ok()).count();
    assert_eq!(signed_of_ten(at(299)), 0);
    assert_eq!(signed_of_ten(at(300)), 1);
    assert_eq!(signed_of_ten(at(359)), 0, "the probe has no outcome yet");
    assert_eq!(signed_of_ten(at(360)), 1, "the next probe, if the first one has no outcome");

    let mut attempts = signer.attempts();
    ready(attempts.sign(&mut get(), at(420))).unwrap();
    assert_eq!(attempts.observe(Observation::success(), at(421)), Verdict::Accepted);
    assert_eq!(signed_of_ten(at(421)), 10);
}
