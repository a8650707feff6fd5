use std::io;
use std::sync::Mutex;
use std::time::Duration;

use proptest::prelude::*;
use sts_client::session::RefreshProvider;
use sts_client::transport::TransportErrorKind;
use sts_client::{
    CallContext, CallPolicy, Clock, Command, CredentialsError, Platform, Secret, StateMachine,
    Step, TransportError,
};
use sts_proto::{Endpoint, ErrorKind, Region};
use sts_providers::{IdTokenProvider, OidcAgency};

use crate::world::{
    Answer, Place, Wire, answer, ask, ask_again, ask_blocking, blocking_client, client, in_full,
};

const PROVIDER: &str = "iam::0a1b:oidcProvider:ci";
const AGENCY: &str = "iam::0a1b:agency:deploy";
const URL: &str = "https://ci.example/idtoken/1?api-version=2.0";
/// Issuer, subject, audience and an expiration in the past.
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2NpLmV4YW1wbGUiLCJzdWIiOiJyZXBvOmEvYiIsImF1ZCI6WyJvbmUiLCJ0d28iXSwiZXhwIjoxNzcyNjk0NDg5LjV9.c2ln";

/// The response to a token that the trust policy of the agency does not accept.
const REJECTED: &str = r#"{"error_code":"STS5.1001","error_msg":"no"}"#;

fn job() -> Place {
    Place::default()
        .with_variable("ACTIONS_ID_TOKEN_REQUEST_URL", URL)
        .with_variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-token")
}

fn agency(token: IdTokenProvider) -> OidcAgency {
    OidcAgency::with_token(PROVIDER, AGENCY, token)
}

fn assumed(id: &str) -> Answer {
    answer(
        200,
        &format!(
            r#"{{"assumed_agency":{{"urn":"u","id":"i"}},"audience":"a","provider":"p",
            "subject_from_id_token":"s","credentials":{{"access_key_id":"{id}",
            "secret_access_key":"s","security_token":"t","expiration":"2026-03-05T08:08:09Z"}}}}"#
        ),
    )
}

/// An ID token service that responds by a script, and an STS whose access key ids contain the token.
fn wire(script: impl IntoIterator<Item = Answer>) -> Wire {
    let script = Mutex::new(script.into_iter().collect::<Vec<_>>().into_iter());
    Wire::new(move |request| {
        if request.uri().host() == Some("ci.example") || request.uri().host() == Some("127.0.0.1") {
            return script.lock().unwrap().next().expect("the script goes on");
        }
        let body = String::from_utf8(request.body().as_ref().to_vec()).unwrap();
        let token = body.split("\"id_token\":\"").nth(1).unwrap().split('"').next().unwrap();
        assumed(&format!("for-{token}"))
    })
}

fn value(token: &str) -> Answer {
    answer(200, &format!(r#"{{"count":1,"value":"{token}"}}"#))
}

fn failure(wire: &Wire, place: &Place, token: IdTokenProvider) -> CredentialsError {
    ask(&client(wire, place).session(agency(token)).unwrap()).unwrap_err()
}

#[test]
fn a_job_requests_a_new_token_for_every_refresh() {
    let (wire, place) = (wire([value("first"), value("second")]), job());
    let token = IdTokenProvider::actions(Some("https://a.example/x?y=1&z a+b"));
    let session = blocking_client(&wire, &place).session(agency(token)).unwrap();
    assert_eq!(ask_blocking(&session).unwrap().access_key_id, "for-first");
    place.pass(Duration::from_secs(50 * 60));
    assert_eq!(ask_blocking(&session).unwrap().access_key_id, "for-second");

    let seen = wire.seen();
    assert_eq!(seen.len(), 4);
    for seen in [&seen[0], &seen[2]] {
        let target = "&audience=https%3A%2F%2Fa.example%2Fx%3Fy%3D1%26z%20a%2Bb";
        assert_eq!(seen.line, format!("GET {URL}{target}"));
        assert_eq!(seen.header("authorization"), Some("Bearer request-token"));
        assert!(seen.headers["authorization"].is_sensitive());
        assert_eq!(seen.header("accept"), Some("application/json"));
        assert_eq!((seen.limits.timeout, seen.limits.body), (Duration::from_secs(10), 65_536));
        assert!(!seen.is_direct, "a proxy may be the only way out");
    }
    assert!(seen[1].header("authorization").is_none());
}

#[test]
fn a_local_token_service_is_reached_directly() {
    let place = job().with_variable("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:1/idtoken");
    let wire = wire([value("first")]);
    let token = IdTokenProvider::actions(Some("sts"));
    ask(&client(&wire, &place).session(agency(token)).unwrap()).unwrap();
    assert_eq!(wire.seen()[0].line, "GET http://127.0.0.1:1/idtoken?audience=sts");
    assert!(wire.seen()[0].is_direct);
}

#[test]
fn the_url_must_be_https_or_loopback() {
    for url in ["http://ci.example/", "http://169.254.169.254/", "ftp://127.0.0.1/", "https://u@h/"]
    {
        let place = job().with_variable("ACTIONS_ID_TOKEN_REQUEST_URL", url);
        let error = failure(&wire([]), &place, IdTokenProvider::actions(None));
        let text = in_full(&error);
        assert!(text.contains("environment variable ACTIONS_ID_TOKEN_REQUEST_URL"), "{text}");
    }
}

#[test]
fn temporary_failures_are_retried_twice() {
    let cut = || Err(TransportError::not_sent(TransportErrorKind::Connect));
    let wire = wire([answer(503, ""), cut(), value("third")]);
    let session = client(&wire, &job()).session(agency(IdTokenProvider::actions(None))).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "for-third");

    for (last, status) in [(502, 502), (429, 429)] {
        let wire = self::wire([answer(last, ""), answer(last, ""), answer(last, "")]);
        let error = failure(&wire, &job(), IdTokenProvider::actions(None));
        assert!(in_full(&error).contains(&format!("status {status}")), "{}", in_full(&error));
        assert_eq!(error.advice(), sts_proto::RetryAdvice::AfterBackoff);
    }
    for status in [501, 400, 404] {
        let wire = self::wire([answer(status, "")]);
        failure(&wire, &job(), IdTokenProvider::actions(None));
        assert_eq!(wire.seen().len(), 1);
    }
}

#[test]
fn the_waits_between_attempts_are_bounded() {
    let place = job();
    let context = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], CallPolicy::default());
    let platform = Platform::new(place.clone(), place.clone());
    let mut refresh = agency(IdTokenProvider::actions(None)).begin(&platform, &context).unwrap();
    let mut now = place.now();
    for longest in [250, 500] {
        refresh.receive(value("early"), now);
        assert!(matches!(refresh.step(now), Step::Send(_)));
        assert!(matches!(refresh.step(now), Step::Wait(_)));
        refresh.receive(answer(503, ""), now);
        let Step::Wait(wait) = refresh.step(now) else { panic!() };
        assert!(wait.as_millis() <= longest, "{wait:?}");
        now = now.after(wait);
    }
    assert!(matches!(refresh.step(now), Step::Send(_)));
    refresh.receive(answer(503, ""), now);
    assert!(matches!(refresh.step(now), Step::Done(Err(_))));
    let Step::Done(Err(error)) = refresh.step(now) else { panic!() };
    assert_eq!(error.kind(), ErrorKind::Completed);
}

#[test]
fn failures_of_the_token_service_are_explained() {
    for (status, body, part) in [
        (404, r#"{"message":"not here"}"#, "status 404: resource not found: not here"),
        (401, r#"{"message":"expired"}"#, "status 401; the request token of the job"),
        (302, "", "redirects are not followed"),
        (200, r#"{"count":0,"value":""}"#, "field `value` is empty"),
        (200, r#"{"count":0}"#, "missing field `value`"),
        (200, r#"{"value":["PLANTED"]}"#, "expected a JSON object with the string `value`"),
        (200, "PLANTED", "expected a JSON object with the string `value`"),
        (200, r#"{"value":"PLANTED PLANTED"}"#, "field `value` contains white space"),
    ] {
        let error = failure(&wire([answer(status, body)]), &job(), IdTokenProvider::actions(None));
        let text = in_full(&error);
        assert!(text.contains(part), "{text}");
        assert!(!text.contains("PLANTED") && !text.contains("request-token"), "{text}");
    }
}

#[test]
fn a_job_without_the_permission_is_not_configured() {
    let place = Place::default();
    let error = failure(&wire([]), &place, IdTokenProvider::actions(None));
    assert!(error.is_not_configured());
    assert!(in_full(&error).contains("`id-token: write`"), "{}", in_full(&error));
    assert!(in_full(&error).contains("pull request from a fork"), "{}", in_full(&error));

    for name in ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] {
        let error =
            failure(&wire([]), &job().with_variable(name, ""), IdTokenProvider::actions(None));
        assert!(!error.is_not_configured());
        assert!(in_full(&error).ends_with(&format!("{name} is not")), "{}", in_full(&error));
    }
}

#[test]
fn the_variables_of_the_agency_select_the_job() {
    let place = job()
        .with_variable("HUAWEICLOUD_OIDC_PROVIDER_URN", PROVIDER)
        .with_variable("HUAWEICLOUD_OIDC_AGENCY_URN", AGENCY)
        .with_variable("HUAWEICLOUD_STS_OIDC_AUDIENCE", "my audience");
    let wire = wire([value("first")]);
    let agency = OidcAgency::from_environment(&place).unwrap();
    assert!(agency.operation(&place).unwrap_err().to_string().contains("use a session"));
    ask(&client(&wire, &place).session(agency).unwrap()).unwrap();
    assert_eq!(wire.seen()[0].line, format!("GET {URL}&audience=my%20audience"));

    let place = place.with_variable("HUAWEICLOUD_OIDC_ID_TOKEN", "given");
    let session =
        client(&wire, &place).session(OidcAgency::from_environment(&place).unwrap()).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "for-given");
}

#[test]
fn a_variable_holds_the_token() {
    let place = Place::default().with_variable("GITLAB_TOKEN", "first\n");
    let wire = wire([]);
    let token = IdTokenProvider::variable("GITLAB_TOKEN");
    let session = client(&wire, &place).session(agency(token.clone())).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "for-first");

    let error = failure(&wire, &Place::default(), token);
    assert!(error.is_not_configured());
    assert!(in_full(&error).contains("GITLAB_TOKEN"), "{}", in_full(&error));
}

#[test]
fn a_command_prints_the_token() {
    let place = Place::default().with_command("print --audience sts", 0, "first\n", "");
    let command = Command::new("print").arguments(["--audience", "sts"]);
    let wire = wire([]);
    let session =
        client(&wire, &place).session(agency(IdTokenProvider::command(command.clone()))).unwrap();
    let first = ask(&session).unwrap();
    assert_eq!(first.access_key_id, "for-first");
    let place = place.with_command("print --audience sts", 0, "second", "");
    assert_eq!(ask_again(&session, first).unwrap().access_key_id, "for-second");
    assert_eq!(place.ran().len(), 2);

    for (status, stdout, part) in [
        (1, "PLANTED", "the command print failed with exit status 1: line one  line two"),
        (0, "", "the ID token of the command print is empty"),
        (0, "PLANTED PLANTED", "the ID token of the command print must be a single line"),
    ] {
        let stderr = "line one\n\u{1b}line two\n";
        let place = Place::default().with_command("print", status, stdout, stderr);
        let error = failure(&wire, &place, IdTokenProvider::command(Command::new("print")));
        assert!(in_full(&error).contains(part), "{}", in_full(&error));
        assert!(!in_full(&error).contains("PLANTED"));
    }
    let place = Place::default().with_failing_command("print", io::ErrorKind::TimedOut);
    let error = failure(&wire, &place, IdTokenProvider::command(Command::new("print")));
    assert!(in_full(&error).contains("cannot run the command print: timed out"));
    let error = failure(&wire, &place, IdTokenProvider::command(Command::new("print a")));
    assert!(in_full(&error).contains("pass the arguments as a list"), "{}", in_full(&error));
}

#[test]
fn a_function_returns_the_token() {
    let token = IdTokenProvider::from_fn(|| Ok(Secret::from("from-fn")));
    let wire = wire([]);
    let session = client(&wire, &Place::default()).session(agency(token)).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "for-from-fn");

    let token = IdTokenProvider::from_fn(|| Err(CredentialsError::new("the vault is sealed")));
    let error = failure(&wire, &Place::default(), token);
    assert!(in_full(&error).contains("the vault is sealed"));
}

#[test]
fn a_rejected_token_is_described_by_its_claims() {
    for (status, code, kind) in [
        (400, "STS5.2001", ErrorKind::FederationRejected),
        (403, "STS5.2001", ErrorKind::FederationRejected),
        (403, "STS5.1001", ErrorKind::AccessDenied),
        (403, "PAP5.0001", ErrorKind::AccessDenied),
        (403, "STS5.9999", ErrorKind::AccessDenied),
        // The call is not signed: the token is what was rejected.
        (401, "STS5.9999", ErrorKind::FederationRejected),
    ] {
        let body = format!(r#"{{"error_code":"{code}","error_msg":"no","request_id":"id-1"}}"#);
        let wire = Wire::new(move |_| answer(status, &body));
        let error = failure(&wire, &Place::default(), IdTokenProvider::given(JWT));
        let text = in_full(&error);
        let claims = "issuer https://ci.example, audience one and two, subject repo:a/b, expiration \
                      2026-03-05T07:08:09Z";
        assert!(text.contains(claims), "{text}");
        assert!(text.contains(code), "{text}");
        assert!(!text.contains(JWT), "{text}");
        assert_eq!((error.code(), error.status()), (Some(code), Some(status)));
        assert_eq!((error.kind(), error.request_id()), (kind, Some("id-1")), "{text}");
    }
    // Another problem, and pages of a firewall.
    let not_found = r#"{"error_code":"STS5.1106","error_msg":"no"}"#;
    for (status, body) in [(404, not_found), (403, "<html>"), (401, "")] {
        let wire = Wire::new(move |_| answer(status, body));
        let error = failure(&wire, &Place::default(), IdTokenProvider::given(JWT));
        assert!(!in_full(&error).contains("ci.example"), "{}", in_full(&error));
    }
    let wire = Wire::new(move |_| answer(403, REJECTED));
    let text = in_full(&failure(&wire, &Place::default(), IdTokenProvider::given("opaque")));
    assert!(text.contains("which is not a JSON web token"), "{text}");
    assert!(text.contains("a client id of the identity provider"), "{text}");
}

#[test]
fn debug_shows_no_token() {
    let providers = [
        IdTokenProvider::given("PLANTED"),
        IdTokenProvider::command(Command::new("print").arguments(["PLANTED"])),
        IdTokenProvider::from_fn(|| Ok(Secret::from("PLANTED"))),
        IdTokenProvider::actions(Some("audience")),
    ];
    let shown = format!("{providers:?}");
    assert!(!shown.contains("PLANTED") && shown.contains("audience"), "{shown}");
}

proptest! {
    /// Any response leads to a token that a header can carry, or to an error without the text.
    #[test]
    fn any_response_of_the_token_service_is_read(status in 200_u16..600, body in ".{0,200}") {
        let wire = wire((0..3).map(|_| answer(status, &body)).collect::<Vec<_>>());
        let session =
            client(&wire, &job()).session(agency(IdTokenProvider::actions(None))).unwrap();
        prop_assert!(ask(&session).is_err() || body.contains("value"));
    }

    #[test]
    fn any_token_is_read(token in "[!-~]{4,60}", claims in ".{0,60}") {
        use base64::Engine as _;
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
        for token in [token, format!("a.{payload}.b")] {
            let wire = Wire::new(move |_| answer(403, REJECTED));
            let provider = IdTokenProvider::given(token);
            let error = failure(&wire, &Place::default(), provider);
            prop_assert!(in_full(&error).contains("was rejected"));
        }
    }
}
