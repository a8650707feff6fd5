//! The ID tokens of federation over classic IAM.

use std::sync::atomic::{AtomicU32, Ordering};

use http::HeaderValue;
use sts_client::{Command, Secret};
use sts_proto::ErrorKind;
use sts_providers::{IamFederation, IdTokenProvider};

use crate::world::{
    Answer, Place, Wire, answer, ask, ask_again, ask_blocking, blocking_client, client, in_full,
};

/// Issuer, subject, audience and an expiration.
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2NpLmV4YW1wbGUiLCJzdWIiOiJyZXBvOmEvYiIsImF1ZCI6WyJvbmUiLCJ0d28iXSwiZXhwIjoxNzcyNjk0NDg5LjV9.c2ln";

/// An ID token service, and an IAM whose access key ids contain the ID token.
fn wire() -> Wire {
    let requested = AtomicU32::new(0);
    Wire::new(move |request| {
        let body = String::from_utf8(request.body().as_ref().to_vec()).unwrap();
        let id_of = |body: &str| {
            let value = body.split("\"id\":\"").nth(1).unwrap();
            value.split('"').next().unwrap().to_owned()
        };
        match request.uri().path() {
            "/idtoken" => {
                let count = requested.fetch_add(1, Ordering::Relaxed);
                answer(200, &format!(r#"{{"value":"job{count}"}}"#))
            }
            "/v3.0/OS-AUTH/id-token/tokens" => {
                let mut response = answer(201, r#"{"token":{}}"#)?;
                let token = HeaderValue::from_str(&id_of(&body)).unwrap();
                response.headers_mut().insert("x-subject-token", token);
                Ok(response)
            }
            _ => answer(
                201,
                &format!(
                    r#"{{"credential":{{"access":"for-{}","secret":"s","securitytoken":"t",
                    "expires_at":"2026-03-05T13:08:09Z"}}}}"#,
                    id_of(&body)
                ),
            ),
        }
    })
}

fn place() -> Place {
    Place::default()
        .with_variable("ACTIONS_ID_TOKEN_REQUEST_URL", "https://ci.example/idtoken?v=2")
        .with_variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-token")
        .with_variable("GITLAB_TOKEN", "variable")
        .with_file("/token", "file\n")
        .with_command("print token", 0, "command\n", "")
}

#[test]
fn every_token_provider_feeds_a_federation() {
    let function = || Ok(Secret::from("function"));
    for (token, expected) in [
        (IdTokenProvider::actions(Some("my idp")), "for-job0"),
        (IdTokenProvider::variable("GITLAB_TOKEN"), "for-variable"),
        (IdTokenProvider::command(Command::new("print").arguments(["token"])), "for-command"),
        (IdTokenProvider::from_fn(function), "for-function"),
        (IdTokenProvider::file("/token"), "for-file"),
        (IdTokenProvider::given("given"), "for-given"),
    ] {
        let federation = IamFederation::with_token("idp", token);
        let session = client(&wire(), &place()).session(federation.clone()).unwrap();
        assert_eq!(ask(&session).unwrap().access_key_id, expected);
        let session = blocking_client(&wire(), &place()).session(federation).unwrap();
        assert_eq!(ask_blocking(&session).unwrap().access_key_id, expected);
    }
}

#[test]
fn a_job_requests_a_new_token_for_every_refresh() {
    let (wire, place) = (wire(), place());
    let federation = IamFederation::with_token("idp", IdTokenProvider::actions(Some("my idp")));
    let session = client(&wire, &place).session(federation).unwrap();
    let first = ask(&session).unwrap();
    assert_eq!(ask_again(&session, first).unwrap().access_key_id, "for-job1");
    let seen = wire.seen();
    assert_eq!(seen.len(), 6);
    assert_eq!(seen[0].line, "GET https://ci.example/idtoken?v=2&audience=my%20idp");
    assert_eq!(seen[0].header("authorization"), Some("Bearer request-token"));
    assert_eq!(seen[1].header("x-idp-id"), Some("idp"));
    assert!(seen[1..3].iter().all(|seen| seen.header("authorization").is_none()));
}

#[test]
fn a_token_that_cannot_be_obtained_ends_the_refresh() {
    let fails = |place: &Place, wire: &Wire, token| {
        let federation = IamFederation::with_token("idp", token);
        let error = ask(&client(wire, place).session(federation).unwrap()).unwrap_err();
        assert!(wire.lines().iter().all(|line| !line.contains("/v3.0/")), "{:?}", wire.lines());
        error
    };
    let error = fails(&Place::default(), &wire(), IdTokenProvider::actions(None));
    assert!(error.is_not_configured());
    assert!(in_full(&error).contains("`id-token: write`"), "{}", in_full(&error));

    let place = place().with_command("print", 1, "PLANTED", "sign in first");
    let error = fails(&place, &wire(), IdTokenProvider::command(Command::new("print")));
    let text = in_full(&error);
    assert!(text.contains("sign in first") && !text.contains("PLANTED"), "{text}");

    let denied = Wire::new(|_| answer(404, r#"{"message":"no such job"}"#));
    let error = fails(&place, &denied, IdTokenProvider::actions(None));
    assert!(
        in_full(&error).contains("status 404: resource not found: no such job"),
        "{}",
        in_full(&error)
    );
    assert!(!error.is_not_configured());
}

#[test]
fn a_rejected_token_is_described_by_its_claims_and_obtained_once() {
    let claims = "issuer https://ci.example, audience one and two, subject repo:a/b, expiration \
                  2026-03-05T07:08:09Z";
    let responses: [(fn() -> Answer, ErrorKind); 2] = [
        (|| answer(401, ""), ErrorKind::FederationRejected),
        (|| answer(403, ""), ErrorKind::AccessDenied),
    ];
    for (rejects, kind) in responses {
        let wire = Wire::new(move |_| rejects());
        let federation = IamFederation::with_token("idp", IdTokenProvider::given(JWT));
        let error = ask(&client(&wire, &place()).session(federation).unwrap()).unwrap_err();
        let text = in_full(&error);
        assert!(text.contains(claims) && !text.contains(JWT), "{text}");
        assert_eq!((error.kind(), wire.lines().len()), (kind, 1));
    }
}
