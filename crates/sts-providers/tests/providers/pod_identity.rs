use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sts_client::session::RefreshProvider;
use sts_client::transport::TransportErrorKind;
use sts_client::{CallContext, CallPolicy, Clock, Platform, TransportError};
use sts_client::{StateMachine, Step};
use sts_proto::ErrorKind;
use sts_providers::PodIdentity;

use crate::world::{
    END, Place, Wire, answer, ask, ask_again, ask_blocking, blocking_client, client, in_full,
};

const URI: &str = "http://127.0.0.1:1/v1/credentials/";

fn place() -> Place {
    Place::default()
        .with_variable("HC_CONTAINER_CREDENTIALS_FULL_URI", URI)
        .with_variable("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/pod/token")
        .with_file("/pod/token", "first\n")
}

/// Issues credentials whose id contains the token.
fn wire() -> Wire {
    Wire::new(|request| {
        let token = request.headers()["authorization"].to_str().unwrap();
        let json = format!(
            r#"{{"credentials":{{"accessKeyId":"for-{token}","secretAccessKey":"s",
            "securityToken":"t","expiration":"{END}"}}}}"#
        );
        answer(200, &json)
    })
}

#[test]
fn the_request_contains_the_token_of_the_file() {
    let (wire, place) = (wire(), place());
    let pod = PodIdentity::from_environment(&place).unwrap();
    let session = client(&wire, &place).session(pod).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "for-first");

    let seen = &wire.seen()[0];
    assert_eq!(seen.line, format!("POST {URI}"));
    assert_eq!(seen.body, "{}");
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert!(seen.headers["authorization"].is_sensitive());
    assert_eq!(seen.limits.timeout, Duration::from_secs(5));
    assert!(seen.is_direct, "no proxy sees the token");
    assert_eq!(seen.limits.body, 65_536);
}

#[test]
fn the_token_file_is_read_for_every_refresh() {
    let (wire, place) = (wire(), place());
    let pod = PodIdentity::new(URI, "/pod/token").unwrap();
    let session = blocking_client(&wire, &place).session(pod).unwrap();
    let first = ask_blocking(&session).unwrap();
    place.write("/pod/token", "second");
    assert!(Arc::ptr_eq(&ask_blocking(&session).unwrap(), &first));
    place.pass(Duration::from_secs(50 * 60));
    assert_eq!(ask_blocking(&session).unwrap().access_key_id, "for-second");
}

#[test]
fn rejected_credentials_are_replaced_by_a_refresh() {
    let (wire, place) = (wire(), place());
    let session =
        client(&wire, &place).session(PodIdentity::new(URI, "/pod/token").unwrap()).unwrap();
    let first = ask(&session).unwrap();
    place.write("/pod/token", "second");
    assert_eq!(ask_again(&session, first).unwrap().access_key_id, "for-second");
}

#[test]
fn no_variable_means_not_configured_and_a_single_one_is_an_error() {
    let error = PodIdentity::from_environment(&Place::default()).unwrap_err();
    assert!(error.is_not_configured());
    for name in ["HC_CONTAINER_CREDENTIALS_FULL_URI", "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
        let error = PodIdentity::from_environment(&place().with_variable(name, " ")).unwrap_err();
        assert!(!error.is_not_configured());
        assert!(error.to_string().ends_with(&format!("{name} is not")), "{error}");
    }
}

#[test]
fn an_invalid_url_is_an_error_that_names_the_variable() {
    let name = "HC_CONTAINER_CREDENTIALS_FULL_URI";
    for url in ["http://agent.example/", "ftp://127.0.0.1/", "127.0.0.1", "http://u@127.0.0.1/"] {
        let error = PodIdentity::from_environment(&place().with_variable(name, url)).unwrap_err();
        assert!(error.to_string().starts_with(&format!("environment variable {name} ")), "{error}");
        assert!(!error.is_not_configured());
    }
}

#[test]
fn every_failure_is_reported() {
    let refused = || Err(TransportError::not_sent(TransportErrorKind::Connect));
    for (outcome, complaint) in [
        (0, "no response from the pod identity agent: cannot connect"),
        (403, "pod identity agent: request failed with status 403"),
        (200, "invalid response of the pod identity agent: the body is not JSON"),
    ] {
        let wire = Wire::new(move |_| match outcome {
            0 => refused(),
            status => answer(status, "SECRETBODY"),
        });
        let pod = PodIdentity::new(URI, "/pod/token").unwrap();
        let error = ask(&client(&wire, &place()).session(pod).unwrap()).unwrap_err();
        assert!(in_full(&error).contains(complaint), "{}", in_full(&error));
        assert!(!in_full(&error).contains("SECRETBODY"));
    }

    let place = place();
    place.write("/pod/token", "");
    let pod = PodIdentity::new(URI, "/pod/token").unwrap();
    let error = ask(&client(&wire(), &place).session(pod).unwrap()).unwrap_err();
    assert!(in_full(&error).contains("the token file /pod/token is empty"), "{}", in_full(&error));
}

#[test]
fn temporary_failures_are_retried() {
    let count = AtomicU32::new(0);
    let issues = wire();
    let wire = Wire::new(move |request| match count.fetch_add(1, Ordering::Relaxed) {
        0 => Err(TransportError::not_sent(TransportErrorKind::Connect)),
        1 => answer(503, ""),
        _ => issues.respond(request),
    });
    let session =
        client(&wire, &place()).session(PodIdentity::new(URI, "/pod/token").unwrap()).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "for-first");
    assert_eq!(wire.lines().len(), 3);
}

#[test]
fn the_state_machine_ignores_out_of_order_calls() {
    let place = place();
    let context = CallContext::new([], CallPolicy::default());
    let pod = PodIdentity::from_environment(&place).unwrap();
    let mut refresh = pod.begin(&Platform::new(place.clone(), place.clone()), &context).unwrap();
    let now = place.now();
    refresh.receive(answer(200, "early"), now);
    assert!(matches!(refresh.step(now), Step::Send(_)));
    let Step::Wait(wait) = refresh.step(now) else { panic!() };
    assert_eq!(wait, Duration::from_secs(5));
    refresh.receive(answer(403, ""), now);
    refresh.receive(answer(200, "twice"), now);
    let Step::Done(Err(error)) = refresh.step(now) else { panic!() };
    assert!(error.to_string().contains("status 403"), "{error}");
    let Step::Done(Err(error)) = refresh.step(now) else { panic!() };
    assert!(error.to_string().contains("polled after completion"), "{error}");
}

#[test]
fn the_kind_follows_from_the_response() {
    for (status, kind) in [
        (503, ErrorKind::Unavailable),
        (429, ErrorKind::Throttled),
        (403, ErrorKind::AccessDenied),
        (404, ErrorKind::NotFound),
    ] {
        let wire = Wire::new(move |_| answer(status, ""));
        let place = Place::default().with_file("/pod/token", "token");
        let pod = PodIdentity::new("http://127.0.0.1:2/pod", "/pod/token").unwrap();
        let error = ask(&client(&wire, &place).session(pod).unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.advice()), (kind, kind.advice()), "{status}");
    }
}
