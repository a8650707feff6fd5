//! Signing with a credential provider: preparation, rejections and the clock.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use sts_credentials::{
    Credentials, CredentialsError, CredentialsRequest, ErrorKind, ProvideCredentials,
    SharedCredentials, blocking,
};
use sts_sign::{
    Observation, Payload, RequestSignError, RequestSigner, Scope, SignedHeaders, Signer, Verdict,
};
use time::OffsetDateTime;

use support::{NOW, Rotating, get, permanent, ready, signed_by};

/// Signer that counts how often signers are prepared.
fn counting<P>(provider: P) -> (RequestSigner<P>, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let signer = RequestSigner::new(provider).prepare_with(move |credentials| {
        counter.fetch_add(1, Ordering::Relaxed);
        Signer::new(credentials)
    });
    (signer, count)
}

fn rejected() -> Observation {
    Observation::error(ErrorKind::InvalidCredentials).date(NOW)
}

#[test]
fn a_request_is_signed_like_by_a_prepared_signer() {
    let credentials = Credentials::temporary("HST1", "secret", "ggpEXAMPLEtoken+/==", NOW);
    let shared = SharedCredentials::from(credentials.clone());
    let scope = Scope::new("cn-north-4", "ecs");
    let v11 = Signer::v11("HST1", "secret", scope.clone()).unwrap();
    let v11 = v11.security_token("ggpEXAMPLEtoken+/==").unwrap();
    for (signer, plain) in [
        (RequestSigner::new(shared.clone()), Signer::new(&credentials).unwrap()),
        (RequestSigner::new(shared).scope(scope), v11),
    ] {
        let (mut ours, mut theirs) = (get(), get());
        ready(signer.sign(&mut ours, NOW)).unwrap();
        plain.sign(&mut theirs, NOW).unwrap();
        assert_eq!(ours.headers(), theirs.headers());
        assert!(ours.headers()["x-security-token"].is_sensitive());
    }
}

#[test]
fn another_setting_applies_after_a_request_was_signed() {
    let plain = RequestSigner::new(blocking::SharedCredentials::from((*permanent("A")).clone()));
    plain.sign_blocking(&mut get(), NOW).unwrap();
    let authorization = |signer: RequestSigner<_>| {
        let mut request = get();
        signer.sign_blocking(&mut request, NOW).unwrap();
        request.headers()["authorization"].to_str().unwrap().to_owned()
    };
    assert!(authorization(plain.clone()).starts_with("SDK-HMAC-SHA256 "));
    let scope = Scope::new("cn-north-4", "ecs");
    assert!(authorization(plain.clone().scope(scope)).starts_with("V11-HMAC-SHA256 "));
    let other = |_: &Credentials| Signer::from_parts("B", "secret");
    assert!(authorization(plain.clone().prepare_with(other)).contains("Access=B,"));
    let mut request = get();
    request.headers_mut().insert("x-project-id", "0a1b".parse().unwrap());
    plain.signed_headers(SignedHeaders::all()).sign_blocking(&mut request, NOW).unwrap();
    assert!(request.headers()["authorization"].to_str().unwrap().contains(";x-project-id"));
}

#[test]
fn a_request_is_signed_without_its_body() {
    let mut whole = get();
    let signer = RequestSigner::new(SharedCredentials::new(permanent("A")));
    ready(signer.sign(&mut whole, NOW)).unwrap();

    let (mut head, body) = get().into_parts();
    ready(signer.sign_parts(&mut head, Payload::Bytes(body.as_bytes()), NOW)).unwrap();
    assert_eq!(&head.headers, whole.headers());

    let signer = RequestSigner::new(blocking::SharedCredentials::from((*permanent("A")).clone()));
    let (mut head, body) = get().into_parts();
    signer.sign_parts_blocking(&mut head, Payload::Bytes(body.as_bytes()), NOW).unwrap();
    assert_eq!(&head.headers, whole.headers());
}

#[cfg(all(feature = "sm2", feature = "p256"))]
#[test]
fn other_algorithms_sign_with_a_provider() {
    type Prepare = fn(&str, &str) -> Result<Signer, sts_sign::SignerError>;
    for prepare in [Signer::sm3 as Prepare, Signer::sm2, Signer::p256] {
        let new = move |credentials: &Credentials| {
            prepare(&credentials.access_key_id, credentials.secret_access_key.expose_secret())
        };
        let mut request = get();
        ready(RequestSigner::new(permanent("A")).prepare_with(new).sign(&mut request, NOW))
            .unwrap();
        let signer = new(&permanent("A")).unwrap();
        let verified = sts_sign::verify(&request, |_| Some(&signer), NOW, Duration::ZERO);
        assert_eq!(verified.unwrap().algorithm(), signer.algorithm());
    }
}

#[test]
fn the_security_token_is_sent_with_any_algorithm() {
    let end = NOW + Duration::from_secs(3600);
    let temporary = Arc::new(Credentials::temporary("A", "secret", "token", end));
    let token = |signer: RequestSigner<Arc<Credentials>>| {
        let mut request = get();
        ready(signer.sign(&mut request, NOW)).unwrap();
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.contains("x-security-token"), "{authorization}");
        request.headers()["x-security-token"].to_str().unwrap().to_owned()
    };
    let signer = || RequestSigner::new(Arc::clone(&temporary));
    assert_eq!(token(signer()), "token");
    assert_eq!(token(signer().scope(Scope::new("cn-north-4", "ecs"))), "token");
    // As for other algorithms.
    let bare = |credentials: &Credentials| {
        let secret = credentials.secret_access_key.expose_secret();
        Signer::from_parts(&credentials.access_key_id, secret)
    };
    assert_eq!(token(signer().prepare_with(bare)), "token");
    let own = move |credentials: &Credentials| bare(credentials)?.security_token("own");
    assert_eq!(token(signer().prepare_with(own)), "own");
}

#[test]
fn many_threads_prepare_one_signer_per_credentials() {
    let (signer, count) = counting(Rotating::new(&["A", "B"]));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    signer.sign_blocking(&mut get(), NOW).unwrap();
                }
            });
        }
    });
    assert_eq!(count.load(Ordering::Relaxed), 1);

    // All threads report the same credentials; one of the reports reaches the provider.
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut attempts = signer.attempts();
                let mut request = get();
                attempts.sign_blocking(&mut request, NOW).unwrap();
                if signed_by(&request) == "A" {
                    let verdict = attempts.observe(rejected(), NOW);
                    assert_eq!(verdict, Verdict::RetryWithNewCredentials);
                    attempts.sign_blocking(&mut request, NOW).unwrap();
                }
                assert_eq!(signed_by(&request), "B");
                assert_eq!(attempts.observe(Observation::success(), NOW), Verdict::Accepted);
            });
        }
    });
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

/// Provider that returns equal credentials in a new `Arc` each time.
struct Copying;

impl ProvideCredentials for Copying {
    async fn credentials(
        &self,
        _: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        Ok(permanent("HST1"))
    }
}

#[test]
fn equal_credentials_in_another_arc_are_not_prepared_again() {
    let (signer, count) = counting(Copying);
    for _ in 0..3 {
        ready(signer.clone().sign(&mut get(), NOW)).unwrap();
    }
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn rejected_credentials_are_reported_and_replaced_once_per_call() {
    let provider = Rotating::new(&["A", "B", "C"]);
    let signer = RequestSigner::new(provider.clone());
    let mut request = get();
    let mut attempts = signer.attempts();
    ready(attempts.sign(&mut request, NOW)).unwrap();
    assert_eq!(attempts.credentials().unwrap().access_key_id, "A");
    let expired = Observation::error(ErrorKind::ExpiredCredentials);
    assert_eq!(attempts.observe(expired, NOW), Verdict::RetryWithNewCredentials);
    ready(attempts.sign(&mut request, NOW)).unwrap();
    assert_eq!(signed_by(&request), "B");
    assert_eq!(attempts.observe(rejected(), NOW), Verdict::Failed, "one retry per call");
    assert_eq!(attempts.observe(rejected(), NOW), Verdict::Failed, "observed once");

    ready(signer.sign(&mut request, NOW)).unwrap();
    assert_eq!(signed_by(&request), "C");
    ready(signer.sign(&mut request, NOW)).unwrap();
    let reported = provider.reported();
    let reported: Vec<_> = reported.iter().map(Option::as_deref).collect();
    assert_eq!(reported, [None, Some("A"), Some("B"), None]);
}

#[test]
fn the_same_credentials_do_not_sign_a_retry() {
    let signer = RequestSigner::new(permanent("A"));
    let mut attempts = signer.attempts();
    let mut request = get();
    ready(attempts.sign(&mut request, NOW)).unwrap();
    let before = request.headers().clone();
    assert_eq!(attempts.observe(rejected(), NOW), Verdict::RetryWithNewCredentials);
    let error = ready(attempts.sign(&mut request, NOW)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "access key A was rejected, and the provider has no other credentials"
    );
    assert_eq!((error.kind(), error.retry_in()), (ErrorKind::InvalidCredentials, None));
    assert_eq!(request.headers(), &before, "the request is unchanged");
    ready(signer.sign(&mut request, NOW)).expect("another call may try");
}

#[test]
fn a_wrong_clock_is_corrected_once_per_call() {
    let signer = RequestSigner::new(permanent("A"));
    let (sent, received) = (NOW, NOW + Duration::from_secs(4));
    let service = NOW + Duration::from_secs(3600 + 2);
    for kind in [ErrorKind::ClockSkew, ErrorKind::InvalidCredentials] {
        let signer = RequestSigner::new(permanent("A"));
        let mut attempts = signer.attempts();
        let mut request = get();
        ready(attempts.sign(&mut request, sent)).unwrap();
        let skewed = Observation::error(kind).date(service);
        assert_eq!(attempts.observe(skewed, received), Verdict::RetryWithCorrectedClock);
        assert_eq!(signer.clock_offset(), time::Duration::HOUR);
        ready(attempts.sign(&mut request, received)).unwrap();
        assert_eq!(request.headers()["x-sdk-date"], "20260305T080813Z");
        assert_eq!(attempts.observe(Observation::success(), received), Verdict::Accepted);
    }
    // Two gateways with different clocks do not correct each other forever.
    let mut attempts = signer.attempts();
    let skew = |hours: u64| {
        let date = NOW + Duration::from_secs(hours * 3600);
        Observation::error(ErrorKind::ClockSkew).date(date)
    };
    ready(attempts.sign(&mut get(), NOW)).unwrap();
    assert_eq!(attempts.observe(skew(1), NOW), Verdict::RetryWithCorrectedClock);
    ready(attempts.sign(&mut get(), NOW)).unwrap();
    assert_eq!(attempts.observe(skew(2), NOW), Verdict::Failed);
}

#[test]
fn a_call_that_signed_before_a_correction_signs_again() {
    let signer = RequestSigner::new(permanent("A"));
    let (mut first, mut second) = (signer.attempts(), signer.attempts());
    ready(first.sign(&mut get(), NOW)).unwrap();
    ready(second.sign(&mut get(), NOW)).unwrap();
    let skewed = Observation::error(ErrorKind::ClockSkew);
    first.observe(skewed.date(NOW - Duration::from_secs(3600)), NOW);
    assert_eq!(second.observe(skewed, NOW), Verdict::RetryWithCorrectedClock);
    ready(second.sign(&mut get(), NOW)).expect("the credentials were not rejected");
}

#[test]
fn the_clock_is_not_corrected_without_a_reliable_date() {
    let minute = Duration::from_secs(60);
    let hour_ahead = NOW + Duration::from_secs(3600);
    for (date, received) in [
        (None, NOW),
        (Some(NOW + 3 * minute), NOW),
        (Some(hour_ahead), NOW + 2 * minute),
        (Some(hour_ahead), NOW - minute),
    ] {
        let signer = RequestSigner::new(permanent("A"));
        let mut attempts = signer.attempts();
        ready(attempts.sign(&mut get(), NOW)).unwrap();
        let skewed = Observation::error(ErrorKind::ClockSkew);
        let skewed = date.map_or(skewed, |date| skewed.date(date));
        assert_eq!(attempts.observe(skewed, received), Verdict::Failed);
        assert_eq!(signer.clock_offset(), time::Duration::ZERO);
    }
}

#[test]
fn other_responses_change_neither_credentials_nor_clock() {
    let provider = Rotating::new(&["A", "B"]);
    let signer = RequestSigner::new(provider.clone());
    let far = NOW + Duration::from_secs(86_400);
    let wait = Some(Duration::from_secs(5));
    for (observation, verdict) in [
        (Observation::success().date(far), Verdict::Accepted),
        (Observation::error(ErrorKind::AccessDenied).date(far), Verdict::Failed),
        (Observation::error(ErrorKind::Unavailable), Verdict::Failed),
        (Observation::error(ErrorKind::Throttled), Verdict::Throttled { wait: None }),
        (
            Observation::error(ErrorKind::Throttled).wait(Duration::from_secs(5)),
            Verdict::Throttled { wait },
        ),
    ] {
        let mut attempts = signer.attempts();
        ready(attempts.sign(&mut get(), NOW)).unwrap();
        assert_eq!(attempts.observe(observation, NOW), verdict);
        assert!(!verdict.is_retry());
    }
    assert_eq!(signer.attempts().observe(rejected(), NOW), Verdict::Failed, "nothing was signed");
    assert_eq!(signer.clock_offset(), time::Duration::ZERO);
    assert!(provider.reported().iter().all(Option::is_none));
}

#[test]
fn errors_of_the_provider_and_of_its_credentials_are_kept() {
    let error = ready(RequestSigner::new(Rotating::default()).sign(&mut get(), NOW)).unwrap_err();
    assert!(matches!(&error, RequestSignError::Credentials(_)), "{error:?}");
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "vault is empty");

    let invalid = Arc::new(Credentials::permanent("A", ""));
    let error = ready(RequestSigner::new(invalid).sign(&mut get(), NOW)).unwrap_err();
    assert!(matches!(error, RequestSignError::Signer(_)));
    assert_eq!(error.kind(), ErrorKind::Credentials);

    let mut relative = http::Request::get("/").body("").unwrap();
    let error = ready(RequestSigner::new(permanent("A")).sign(&mut relative, NOW)).unwrap_err();
    assert!(matches!(error, RequestSignError::Request(_)));
    assert!(relative.headers().is_empty());
}

#[test]
fn a_signer_is_shareable_and_prints_no_secret() {
    fn is_shareable(_: impl Clone + Send + Sync) {}
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let signer = RequestSigner::new(blocking::SharedCredentials::from((*permanent("A")).clone()));
    signer.sign_blocking(&mut get(), NOW).unwrap();
    let mut attempts = signer.attempts();
    attempts.sign_blocking(&mut get(), NOW).unwrap();
    let shown = format!("{signer:?} {attempts:?}");
    assert!(!shown.contains("aB3dE6gH9jK2"), "{shown}");
    assert!(shown.contains("clock_offset"), "{shown}");
    is_shareable(signer.clone());

    let signer = RequestSigner::new(SharedCredentials::new(permanent("A")));
    let mut request = get();
    ready(is_send(signer.sign(&mut request, OffsetDateTime::UNIX_EPOCH))).unwrap();
}

#[test]
fn an_attempt_explains_what_it_signed() {
    let credentials = Credentials::temporary("HST1", "secret", "ggpEXAMPLEtoken+/==", NOW);
    let scope = Scope::new("cn-north-4", "ecs");
    let signer = RequestSigner::new(SharedCredentials::from(credentials)).scope(scope.clone());
    let mut attempts = signer.attempts();
    let mut request = get();
    assert_eq!(attempts.explain(&request), Ok(None), "nothing was signed yet");

    ready(attempts.sign(&mut request, NOW)).unwrap();
    let explanation = attempts.explain(&request).unwrap().unwrap();
    let plain = Signer::v11("HST1", "secret", scope).unwrap();
    let plain = plain.security_token("ggpEXAMPLEtoken+/==").unwrap();
    assert_eq!(explanation, plain.explain(&get(), NOW).unwrap());
    assert!(explanation.string_to_sign().starts_with("V11-HMAC-SHA256\n"));
    assert!(!explanation.to_string().contains("ggpEXAMPLE"));

    // The corrected clock is that of the signature.
    let ahead = NOW + time::Duration::hours(1);
    let observation = Observation::error(ErrorKind::ClockSkew).date(ahead);
    assert_eq!(attempts.observe(observation, NOW), Verdict::RetryWithCorrectedClock);
    assert_eq!(attempts.explain(&request), Ok(None), "its response was observed");
    ready(attempts.sign(&mut request, NOW)).unwrap();
    let explanation = attempts.explain(&request).unwrap().unwrap();
    assert_eq!(explanation, plain.explain(&get(), ahead).unwrap());
}

#[test]
fn an_attempt_explains_a_payload_other_than_the_body() {
    let signer = RequestSigner::new(permanent("A"));
    let plain = Signer::new(&permanent("A")).unwrap();
    for payload in [Payload::Unsigned, Payload::Hash([7; 32]), Payload::Bytes(b"streamed")] {
        let (mut head, _) = get().into_parts();
        let mut attempts = signer.attempts();
        ready(attempts.sign_parts(&mut head, payload, NOW)).unwrap();
        let request = http::Request::from_parts(head, "streamed");
        let explanation = attempts.explain(&request).unwrap().unwrap();
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        let expected = plain.explain_parts(method, uri, headers, payload, NOW).unwrap();
        assert_eq!(explanation, expected, "{payload:?}");
    }
}
