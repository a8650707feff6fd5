use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sts_client::CredentialsError;
use sts_client::session::RefreshProvider;
use sts_client::transport::TransportErrorKind;
use sts_client::{CallContext, CallPolicy, Clock, Failure, Platform, TransportError};
use sts_client::{StateMachine, Step};
use sts_providers::EcsMetadata;

use crate::world::{
    Answer, END, Place, Wire, answer, ask, ask_again, ask_blocking, blocking_client, client,
    client_with, in_full,
};

const BASE: &str = "http://127.0.0.1:1";
const TOKEN: &str = "PUT http://127.0.0.1:1/meta-data/latest/api/token";
const KEYS: &str = "GET http://127.0.0.1:1/openstack/latest/securitykey";
/// Long after all timeouts of a test.
const LATE: &str = "2027-01-01T00:00:00.000000Z";
const NO_AGENCY: &str = r#"{"error":"Please configure Cloud Service Agency first"}"#;

/// Credentials for an hour.
fn credentials(id: &str) -> Answer {
    credentials_until(END, id)
}

fn credentials_until(end: &str, id: &str) -> Answer {
    let json = format!(
        r#"{{"credential":{{"access":"{id}","secret":"s","securitytoken":"t","expires_at":"{end}"}}}}"#
    );
    answer(200, &json)
}

fn metadata() -> EcsMetadata {
    EcsMetadata::at(BASE).unwrap()
}

/// A service whose responses follow a script.
fn script(answers: impl IntoIterator<Item = Answer>) -> Wire {
    let answers = Mutex::new(answers.into_iter().collect::<Vec<_>>().into_iter());
    Wire::new(move |_| answers.lock().unwrap().next().expect("the script goes on"))
}

/// Returns the error of a refresh over `wire` without retries.
fn failure(wire: &Wire) -> CredentialsError {
    let client = client_with(CallPolicy::default().attempts(1), wire, &Place::default());
    let session = client.session(metadata()).unwrap();
    let error = futures_lite::future::block_on(session.credentials()).unwrap_err();
    match error.call().unwrap().failure() {
        Failure::Credentials(error) => error.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_is_requested_and_then_credentials_with_it() {
    let wire = script([answer(200, "the-token\n"), credentials("FIRST")]);
    let session = client(&wire, &Place::default()).session(metadata()).unwrap();
    let got = ask(&session).unwrap();
    assert_eq!(got.access_key_id, "FIRST");
    assert_eq!(got.security_token.as_ref().unwrap().expose_secret(), "t");
    assert!(got.expiration.is_some());

    assert_eq!(wire.lines(), [TOKEN, KEYS]);
    let [token, credentials] = &wire.seen()[..] else { panic!() };
    assert_eq!(token.header("x-metadata-token-ttl-seconds"), Some("21600"));
    assert_eq!(credentials.header("x-metadata-token"), Some("the-token"));
    assert!(credentials.headers["x-metadata-token"].is_sensitive());
    assert_eq!(credentials.limits.timeout, Duration::from_secs(3));
    assert_eq!(token.limits.timeout, Duration::from_secs(3));
    assert!(token.is_direct && credentials.is_direct, "no proxy sees a token");
    assert_eq!((token.limits.body, credentials.limits.body), (65_536, 65_536));
}

#[test]
fn the_token_is_kept_for_its_lifetime() {
    let count = AtomicU32::new(0);
    let wire = Wire::new(move |request| match request.method().as_str() {
        "PUT" => answer(200, "the-token"),
        _ => credentials_until(LATE, &format!("KEY{}", count.fetch_add(1, Ordering::Relaxed))),
    });
    let place = Place::default();
    let session = blocking_client(&wire, &place).session(metadata()).unwrap();
    let mut got = ask_blocking(&session).unwrap();
    assert_eq!(wire.lines(), [TOKEN, KEYS]);

    place.pass(Duration::from_secs(21_500));
    session.invalidate(&got);
    got = ask_blocking(&session).unwrap();
    assert_eq!(wire.lines()[2..], [KEYS], "the token is still good");

    place.pass(Duration::from_secs(100));
    session.invalidate(&got);
    ask_blocking(&session).unwrap();
    assert_eq!(wire.lines()[3..], [TOKEN, KEYS]);
}

#[test]
fn the_token_is_not_used_in_its_last_minute() {
    for (passed, requests) in [(21_539, &[KEYS][..]), (21_540, &[TOKEN, KEYS])] {
        let count = AtomicU32::new(0);
        let wire = Wire::new(move |request| match request.method().as_str() {
            "PUT" => answer(200, "the-token"),
            _ => credentials_until(LATE, &format!("KEY{}", count.fetch_add(1, Ordering::Relaxed))),
        });
        let place = Place::default();
        let session = blocking_client(&wire, &place).session(metadata()).unwrap();
        let got = ask_blocking(&session).unwrap();
        place.pass(Duration::from_secs(passed));
        session.invalidate(&got);
        ask_blocking(&session).unwrap();
        assert_eq!(wire.lines()[2..], *requests, "after {passed} s");
    }
}

#[test]
fn a_path_is_put_before_those_of_the_service() {
    for base in ["/base", "/base/", "/base//"] {
        let wire = script([answer(200, "token"), credentials("FIRST")]);
        let metadata = EcsMetadata::at(&format!("{BASE}{base}")).unwrap();
        ask(&client(&wire, &Place::default()).session(metadata).unwrap()).unwrap();
        let lines = [
            "PUT http://127.0.0.1:1/base/meta-data/latest/api/token",
            "GET http://127.0.0.1:1/base/openstack/latest/securitykey",
        ];
        assert_eq!(wire.lines(), lines);
    }
}

#[test]
fn a_service_without_tokens_is_not_asked_for_one_again_for_a_day() {
    for status in [404, 405, 503] {
        let count = AtomicU32::new(0);
        let wire = Wire::new(move |request| match request.method().as_str() {
            "PUT" => answer(status, ""),
            _ => credentials_until(LATE, &format!("KEY{}", count.fetch_add(1, Ordering::Relaxed))),
        });
        let place = Place::default();
        let session = client(&wire, &place).session(metadata()).unwrap();
        let first = ask(&session).unwrap();
        assert_eq!(wire.lines(), [TOKEN, KEYS]);
        assert_eq!(wire.seen()[1].header("x-metadata-token"), None);

        place.pass(Duration::from_secs(23 * 3600));
        let second = ask_again(&session, first).unwrap();
        assert_eq!(wire.lines()[2..], [KEYS]);
        place.pass(Duration::from_secs(3600));
        ask_again(&session, second).unwrap();
        assert_eq!(wire.lines()[3..], [TOKEN, KEYS]);
    }
}

#[test]
fn a_rejected_token_is_replaced_once() {
    let wire = script([
        answer(200, "old"),
        answer(401, "token has expired"),
        answer(200, "new"),
        credentials("FIRST"),
    ]);
    let session = client(&wire, &Place::default()).session(metadata()).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "FIRST");
    assert_eq!(wire.lines(), [TOKEN, KEYS, TOKEN, KEYS]);
    assert_eq!(wire.seen()[3].header("x-metadata-token"), Some("new"));

    let wire = script([answer(200, "a"), answer(401, ""), answer(200, "b"), answer(401, "")]);
    let error = failure(&wire);
    assert_eq!(error.to_string(), "metadata service: credentials request failed with status 401");
    assert!(!error.is_not_configured());

    let wire = script([answer(200, "a"), answer(401, ""), answer(404, "")]);
    let error = failure(&wire);
    assert_eq!(error.to_string(), "metadata service: token request failed with status 404");
    assert!(!error.is_not_configured());
}

#[test]
fn a_service_that_requires_another_kind_of_token_is_that_of_another_cloud() {
    for status in [404, 405] {
        let wire = script([answer(status, ""), answer(401, ""), answer(status, "")]);
        let error = failure(&wire);
        assert!(error.is_not_configured(), "{error}");
        assert!(error.to_string().contains("the metadata service of another cloud"), "{error}");
        assert_eq!(wire.lines(), [TOKEN, KEYS, TOKEN]);
    }
}

#[test]
fn a_machine_without_an_agency_counts_as_not_configured() {
    let wire = script([answer(200, "token"), answer(401, NO_AGENCY)]);
    let error = failure(&wire);
    assert!(error.is_not_configured());
    assert!(error.to_string().starts_with("this ECS has no agency"), "{error}");
    assert_eq!(wire.lines(), [TOKEN, KEYS], "another token would not help");
}

#[test]
fn an_unreachable_service_counts_as_not_configured() {
    use TransportErrorKind::{Connect, Resolve, Timeout};
    for kind in [Connect, Resolve, Timeout] {
        let wire = script([Err(TransportError::not_sent(kind))]);
        let error = failure(&wire);
        assert!(error.is_not_configured(), "{kind:?}");
        let text = error.to_string();
        assert_eq!(text, format!("no metadata service responds at {BASE}"));
    }
    // As from the metadata services of other clouds.
    let error = failure(&script([answer(404, ""), answer(404, "")]));
    assert!(error.is_not_configured());
}

#[test]
fn a_service_that_misbehaves_is_a_failure_and_not_unconfigured() {
    let gone = || Err(TransportError::maybe_sent(TransportErrorKind::Timeout));
    let no_http = Err(TransportError::maybe_sent(TransportErrorKind::Protocol));
    let too_large = Err(TransportError::maybe_sent(TransportErrorKind::TooLarge));
    let with = |body: &str| vec![answer(200, "token"), answer(200, body)];
    for (answers, complaint) in [
        (vec![answer(500, "")], "metadata service: token request failed with status 500"),
        (vec![answer(302, "")], "metadata service: token request failed with status 302"),
        (vec![answer(200, " ")], "the token of the metadata service is empty"),
        (vec![answer(200, "<html> x")], "the token of the metadata service must be a single line"),
        (vec![no_http], "no response from the metadata service"),
        (vec![too_large], "no response from the metadata service"),
        (vec![answer(200, "token"), gone()], "no response from the metadata service"),
        (
            vec![answer(200, "token"), answer(500, "")],
            "metadata service: credentials request failed with status",
        ),
        (with("<html>"), "invalid response of the metadata service: the body is not JSON"),
        (with("{}"), "invalid response of the metadata service: missing field `credential`"),
        (
            with(r#"{"credential":{"access":7}}"#),
            "invalid response of the metadata service: unexpected type of",
        ),
        (
            with(r#"{"credential":{"secret":"s"}}"#),
            "invalid response of the metadata service: missing field `access`",
        ),
        (
            with(r#"{"credential":{"access":"a"}}"#),
            "invalid response of the metadata service: missing field `secret`",
        ),
    ] {
        let error = failure(&script(answers));
        assert!(!error.is_not_configured(), "{error}");
        assert!(in_full(&error).starts_with(complaint), "{error}");
    }
}

#[test]
fn temporary_failures_are_retried_once_the_service_has_responded() {
    let late = || Err(TransportError::maybe_sent(TransportErrorKind::Timeout));
    for (answers, lines) in [
        (
            vec![answer(500, ""), answer(200, "token"), credentials("FIRST")],
            vec![TOKEN, TOKEN, KEYS],
        ),
        (
            vec![answer(200, "token"), answer(503, ""), late(), credentials("FIRST")],
            vec![TOKEN, KEYS, KEYS, KEYS],
        ),
        (
            vec![answer(429, ""), answer(404, ""), answer(502, ""), credentials("FIRST")],
            vec![TOKEN, TOKEN, KEYS, KEYS],
        ),
    ] {
        let wire = script(answers);
        let session = client(&wire, &Place::default()).session(metadata()).unwrap();
        assert_eq!(ask(&session).unwrap().access_key_id, "FIRST");
        assert_eq!(wire.lines(), lines);
    }

    let down = Wire::new(|_| answer(500, ""));
    let session = client(&down, &Place::default()).session(metadata()).unwrap();
    let error = ask(&session).unwrap_err();
    assert!(!error.is_not_configured());
    assert_eq!(down.lines(), [TOKEN; 3], "as often as the policy allows");
}

#[test]
fn a_service_that_has_issued_a_token_is_asked_again_if_it_does_not_respond() {
    let wire = script([
        answer(200, "token"),
        credentials_until(LATE, "FIRST"),
        Err(TransportError::maybe_sent(TransportErrorKind::Closed)),
        credentials_until(LATE, "SECOND"),
    ]);
    let session = client(&wire, &Place::default()).session(metadata()).unwrap();
    let first = ask(&session).unwrap();
    assert_eq!(ask_again(&session, first).unwrap().access_key_id, "SECOND");
    assert_eq!(wire.lines(), [TOKEN, KEYS, KEYS, KEYS]);
}

#[test]
fn a_deadline_without_a_response_means_not_configured() {
    let place = Place::default();
    let clock = place.clone();
    let wire = Wire::new(move |_| {
        clock.pass(Duration::from_secs(3));
        Err(TransportError::maybe_sent(TransportErrorKind::Timeout))
    });
    let policy = CallPolicy::default().deadline(Duration::from_secs(2));
    let session = client_with(policy, &wire, &place).session(metadata()).unwrap();
    assert!(ask(&session).unwrap_err().is_not_configured());
}

#[test]
fn a_transport_that_does_not_return_is_not_waited_for() {
    let place = Place::default();
    let context = CallContext::new([], CallPolicy::default());
    let platform = Platform::new(place.clone(), place.clone());
    let mut refresh = metadata().begin(&platform, &context).unwrap();
    let second = Duration::from_secs(1);
    let now = place.now();
    assert!(matches!(refresh.step(now), Step::Send(_)));
    let now = now.after(second);
    assert!(matches!(refresh.step(now), Step::Wait(left) if left == 2 * second));
    // The request without a token, in case the responses with tokens are lost.
    let now = now.after(2 * second);
    let Step::Send(probe) = refresh.step(now) else { panic!() };
    assert_eq!((probe.request.method().as_str(), probe.limits.timeout), ("GET", second));
    let now = now.after(second);
    let Step::Done(Err(error)) = refresh.step(now) else { panic!() };
    assert!(error.to_string().contains("no metadata service responds"), "{error}");
}

#[test]
fn a_missing_service_is_asked_once() {
    for kind in [TransportErrorKind::Connect, TransportErrorKind::Timeout] {
        let missing = Wire::new(move |_| Err(TransportError::not_sent(kind)));
        let session = client(&missing, &Place::default()).session(metadata()).unwrap();
        assert!(ask(&session).unwrap_err().is_not_configured());
        assert_eq!(missing.lines(), [TOKEN]);
    }
}

#[test]
fn the_expiration_may_have_any_form_of_rfc_3339() {
    for (end, is_taken) in [
        ("2026-03-05T13:08:09.123000Z", true),
        ("2026-03-05T13:08:09Z", true),
        ("2026-03-05t21:08:09.1+08:00", true),
        ("2026-03-05 13:08", false),
        ("soon", false),
    ] {
        let json = format!(
            r#"{{"credential":{{"access":"a","secret":"s","securitytoken":"t","expires_at":"{end}"}}}}"#
        );
        let wire = script([answer(200, "token"), answer(200, &json)]);
        let session = client(&wire, &Place::default()).session(metadata()).unwrap();
        assert_eq!(ask(&session).is_ok(), is_taken, "{end}");
    }
}

#[test]
fn credentials_are_refreshed_and_served_through_an_outage_of_the_service() {
    let is_out = Arc::new(AtomicBool::new(false));
    let count = AtomicU32::new(0);
    let wire = Wire::new({
        let is_out = Arc::clone(&is_out);
        move |request| match request.method().as_str() {
            _ if is_out.load(Ordering::Relaxed) => answer(500, ""),
            "PUT" => answer(200, "token"),
            _ => credentials(&format!("KEY{}", count.fetch_add(1, Ordering::Relaxed))),
        }
    });
    let place = Place::default();
    let session = blocking_client(&wire, &place).session(metadata()).unwrap();
    assert_eq!(ask_blocking(&session).unwrap().access_key_id, "KEY0");
    is_out.store(true, Ordering::Relaxed);
    place.pass(Duration::from_secs(50 * 60));
    assert_eq!(ask_blocking(&session).unwrap().access_key_id, "KEY0");
    is_out.store(false, Ordering::Relaxed);
    // The first wait is at most three quarters of the ten minutes that are left.
    place.pass(Duration::from_secs(8 * 60));
    assert_eq!(ask_blocking(&session).unwrap().access_key_id, "KEY1");
}

#[test]
fn the_state_machine_ignores_out_of_order_calls() {
    let place = Place::default();
    let context = CallContext::new([], CallPolicy::default());
    let mut refresh = EcsMetadata::default()
        .begin(&Platform::new(place.clone(), place.clone()), &context)
        .unwrap();
    let now = place.now();

    refresh.receive(credentials("EARLY"), now);
    let Step::Send(exchange) = refresh.step(now) else { panic!() };
    assert_eq!(exchange.request.uri(), "http://169.254.169.254/meta-data/latest/api/token");
    let Step::Wait(wait) = refresh.step(now) else { panic!() };
    assert_eq!(wait, Duration::from_secs(3));
    refresh.receive(answer(200, "token"), now);
    refresh.receive(answer(200, "twice"), now);
    let Step::Send(exchange) = refresh.step(now) else { panic!() };
    assert_eq!(exchange.request.uri(), "http://169.254.169.254/openstack/latest/securitykey");
    refresh.receive(credentials("FIRST"), now);
    let Step::Done(Ok(got)) = refresh.step(now) else { panic!() };
    assert_eq!(got.credentials().access_key_id, "FIRST");
    let Step::Done(Err(error)) = refresh.step(now) else { panic!() };
    assert!(error.to_string().contains("polled after completion"), "{error}");
}

fn timed_out() -> Answer {
    Err(TransportError::maybe_sent(TransportErrorKind::Timeout))
}

#[test]
fn a_hop_limit_is_told_apart_from_a_missing_service() {
    for status in [401, 403] {
        let wire = script([timed_out(), answer(status, "")]);
        let error = failure(&wire);
        assert!(!error.is_not_configured());
        assert!(error.to_string().contains("raise the hop limit"), "{error}");
        assert_eq!(wire.lines(), [TOKEN, KEYS]);
        assert_eq!(wire.seen()[1].limits.timeout, Duration::from_secs(1));
        assert_eq!(wire.seen()[1].header("x-metadata-token"), None);
    }

    let wire = script([timed_out(), timed_out()]);
    assert!(failure(&wire).is_not_configured(), "not an ECS");

    let wire = script([Err(TransportError::not_sent(TransportErrorKind::Timeout))]);
    assert!(failure(&wire).is_not_configured(), "no connection: not an ECS, and no second request");

    let wire = script([timed_out(), answer(401, NO_AGENCY)]);
    assert!(failure(&wire).is_not_configured(), "an ECS without an agency");

    let wire = script([timed_out(), credentials("FIRST")]);
    let session = client(&wire, &Place::default()).session(metadata()).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "FIRST", "a service without tokens");
}

#[test]
fn a_provider_that_is_turned_off_sends_nothing() {
    let name = "HUAWEICLOUD_STS_METADATA_DISABLED";
    let off = |place: Place, metadata: EcsMetadata| {
        let wire = Wire::dead();
        let error = ask(&client(&wire, &place).session(metadata).unwrap()).unwrap_err();
        assert!(wire.seen().is_empty());
        error
    };
    for value in ["TRUE", " 1\n"] {
        let error = off(Place::default().with_variable(name, value), metadata());
        assert!(error.is_not_configured());
        assert!(in_full(&error).contains("ECS metadata is disabled by HUAWEICLOUD_STS_METADATA"));
    }
    let error = off(Place::default(), metadata().enabled(false));
    assert!(error.is_not_configured());
    assert!(in_full(&error).contains("ECS metadata is disabled in code"), "{}", in_full(&error));
    let error = off(Place::default().with_variable(name, "yes"), metadata());
    assert!(!error.is_not_configured());
    assert!(in_full(&error).contains("must be true, 1, false or 0"), "{}", in_full(&error));

    for value in ["false", "0", ""] {
        let wire = script([answer(200, "token"), credentials("FIRST")]);
        let place = Place::default().with_variable(name, value);
        ask(&client(&wire, &place).session(metadata()).unwrap()).unwrap();
    }
}
