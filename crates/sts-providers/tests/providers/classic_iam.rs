//! Federation and agencies of classic IAM: retries, deadlines, rejections and limits in virtual
//! time. The requests and errors are scenarios.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;
use sts_client::session::RefreshProvider;
use sts_client::{CallContext, CallPolicy, Clock, Platform, StateMachine, Step};
use sts_proto::{Credentials, ErrorKind, Secret};
use sts_providers::classic_iam::{CreateTemporaryAccessKeyByToken, IamCaller};
use sts_providers::{AgencyByName, ChainedAgency, IamFederation, IdTokenProvider};

use crate::world::{Answer, Place, Wire, answer, ask, ask_again, client, in_full};

const ISSUED: &str = r#"{"credential":{"access":"ISSUED","secret":"s","securitytoken":"t",
    "expires_at":"2026-03-05T13:08:09.123000Z"}}"#;

fn token() -> Answer {
    let mut response = answer(201, r#"{"token":{}}"#)?;
    response.headers_mut().insert("x-subject-token", HeaderValue::from_static("MII"));
    Ok(response)
}

/// Responds with these, and then with the last one.
fn script(answers: Vec<fn() -> Answer>) -> Wire {
    let next = Mutex::new(0);
    Wire::new(move |_| {
        let mut next = next.lock().unwrap();
        let index = (*next).min(answers.len() - 1);
        *next += 1;
        answers[index]()
    })
}

fn place() -> Place {
    Place::default().with_file("/token", "first.id.token")
}

fn permanent(id: &str) -> Credentials {
    Credentials::permanent(id, "s3cr3t")
}

fn agency(signer: Credentials) -> ChainedAgency {
    ChainedAgency::signing(signer, AgencyByName::of_account_id("reader", "0a1b"))
}

fn policy() -> CallPolicy {
    CallPolicy::default()
}

/// The error of a federation, and the number of its requests.
fn failing(answers: Vec<fn() -> Answer>) -> (sts_client::CredentialsError, usize) {
    let place = place();
    let wire = script(answers).in_time_of(&place);
    let session = client(&wire, &place).session(IamFederation::new("idp", "/token")).unwrap();
    (ask(&session).unwrap_err(), wire.lines().len())
}

#[test]
fn only_failures_that_may_pass_are_retried() {
    for (responds, requests, kind) in [
        ((|| answer(503, "")) as fn() -> Answer, 3, ErrorKind::Unavailable),
        (|| answer(429, ""), 3, ErrorKind::Throttled),
        (|| answer(400, ""), 1, ErrorKind::InvalidRequest),
        (|| answer(401, ""), 1, ErrorKind::FederationRejected),
        (|| answer(403, ""), 1, ErrorKind::AccessDenied),
        (|| answer(404, ""), 1, ErrorKind::NotFound),
        (|| answer(201, ""), 1, ErrorKind::InvalidResponse),
    ] {
        let (error, sent) = failing(vec![responds]);
        assert_eq!((error.kind(), sent), (kind, requests), "{}", in_full(&error));
        assert!(!error.is_not_configured());
    }
}

#[test]
fn a_requested_wait_that_is_too_long_ends_the_refresh() {
    fn response(date: Option<&'static str>) -> Answer {
        let mut response = answer(503, "")?;
        if let Some(date) = date {
            response.headers_mut().insert("date", HeaderValue::from_static(date));
        }
        response.headers_mut().insert("retry-after", HeaderValue::from_static("21"));
        Ok(response)
    }
    for responds in
        [(|| response(None)) as fn() -> Answer, || response(Some("Thu, 05 Mar 2026 07:08:09 GMT"))]
    {
        let (error, sent) = failing(vec![responds]);
        assert_eq!((error.kind(), sent), (ErrorKind::Unavailable, 1));
        let wait = error.retry_in().expect("a wait");
        assert!((21..=26).contains(&wait.as_secs()), "{wait:?}");
    }
}

#[test]
fn a_replaced_token_is_sent_once_after_a_rejection() {
    let place = place();
    let inside = place.clone();
    let wire = Wire::new(move |request| {
        let body = String::from_utf8_lossy(request.body().as_ref()).into_owned();
        match request.uri().path() {
            "/v3.0/OS-AUTH/id-token/tokens" if body.contains("second") => token(),
            "/v3.0/OS-AUTH/id-token/tokens" => {
                inside.write("/token", "second.id.token");
                answer(401, "")
            }
            _ => answer(201, ISSUED),
        }
    });
    let session = client(&wire, &place).session(IamFederation::new("idp", "/token")).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "ISSUED");
    assert_eq!(wire.lines().len(), 3);
    assert!(wire.seen().iter().all(|seen| seen.header("authorization").is_none()));
}

#[test]
fn an_attempt_without_a_response_times_out() {
    let place = place();
    let context = CallContext::new([], policy().attempts(2));
    let platform = Platform::new(place.clone(), place.clone());
    let mut refresh = IamFederation::new("idp", "/token").begin(&platform, &context).unwrap();
    refresh.receive(token(), place.now());
    let mut sent = 0;
    let error = loop {
        match refresh.step(place.now()) {
            Step::Send(exchange) => {
                sent += 1;
                assert!(!exchange.is_direct);
                assert_eq!(exchange.limits.timeout, policy().limits.timeout);
            }
            Step::Wait(wait) => place.pass(wait),
            Step::Credentials(_) => panic!("it is not signed"),
            Step::Done(outcome) => break outcome.unwrap_err(),
        }
    };
    assert_eq!((sent, error.kind()), (2, ErrorKind::Transport));
    let Step::Done(Err(error)) = refresh.step(place.now()) else { panic!() };
    assert_eq!(error.kind(), ErrorKind::Completed);
}

#[test]
fn a_second_request_is_not_sent_after_the_deadline() {
    let place = place();
    let clocks = place.clone();
    let wire = Wire::new(move |_| {
        clocks.pass(policy().deadline);
        token()
    });
    let session = client(&wire, &place).session(IamFederation::new("idp", "/token")).unwrap();
    let error = ask(&session).unwrap_err();
    assert_eq!((error.kind(), wire.lines().len()), (ErrorKind::Timeout, 1));
}

#[test]
fn rejected_credentials_are_held_back_for_the_time_of_a_lockout() {
    let place = Place::default();
    let rejects = || {
        answer(
            401,
            r#"{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: verify aksk signature fail"}"#,
        )
    };
    let wire = script(vec![rejects]).in_time_of(&place);
    let session = client(&wire, &place).session(agency(permanent("OWN"))).unwrap();
    let error = ask(&session).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidCredentials, "{}", in_full(&error));
    place.pass(Duration::from_secs(120));
    let error = ask(&session).unwrap_err();
    assert!(in_full(&error).contains("held back"), "{}", in_full(&error));
    assert_eq!(wire.lines().len(), 1, "one signature");
    place.pass(Duration::from_secs(301));
    ask(&session).unwrap_err();
    assert_eq!(wire.lines().len(), 2);
}

#[test]
fn the_date_is_corrected_once() {
    let skewed = || {
        let mut response = answer(
            401,
            r#"{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: Signature expired"}"#,
        )?;
        response.headers_mut().insert("date", "Thu, 05 Mar 2026 09:08:09 GMT".parse().unwrap());
        Ok(response)
    };
    let place = Place::default();
    let wire = script(vec![skewed, || answer(201, ISSUED)]);
    let session = client(&wire, &place).session(agency(permanent("OWN"))).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "ISSUED");
    let seen = wire.seen();
    let dates: Vec<_> = seen.iter().map(|seen| seen.header("x-sdk-date").unwrap()).collect();
    assert_eq!(dates, ["20260305T070809Z", "20260305T090809Z"]);

    let wire = script(vec![skewed]);
    let session = client(&wire, &place).session(agency(permanent("OWN"))).unwrap();
    assert_eq!(ask(&session).unwrap_err().kind(), ErrorKind::ClockSkew);
    assert_eq!(wire.lines().len(), 2);
}

#[test]
fn expired_credentials_are_replaced_once() {
    let place = Place::default();
    let context = CallContext::new([], policy());
    let platform = Platform::new(place.clone(), place.clone());
    let agency = AgencyByName::of_account_name("reader", "example-account");
    let mut refresh = agency.begin(&platform, &context).unwrap();
    let now = place.now();
    let first = Arc::new(permanent("FIRST"));
    let Step::Credentials(request) = refresh.step(now) else { panic!() };
    assert!(request.rejected.is_none());
    assert!(matches!(refresh.step(now), Step::Wait(_)));
    refresh.provide(Ok(Arc::clone(&first)));
    assert!(matches!(refresh.step(now), Step::Send(_)));
    let expired = r#"{"error_code":"APIGW.0301","error_msg":"token expires, expires_at"}"#;
    refresh.receive(answer(401, expired), now);
    let Step::Credentials(request) = refresh.step(now) else { panic!() };
    assert_eq!(request.rejected, Some(first));
    refresh.provide(Ok(Arc::new(permanent("SECOND"))));
    assert!(matches!(refresh.step(now), Step::Send(_)));
    refresh.receive(answer(401, expired), now);
    let Step::Done(Err(error)) = refresh.step(now) else { panic!() };
    assert_eq!(error.kind(), ErrorKind::ExpiredCredentials);
}

#[test]
fn every_refresh_reads_the_token_file() {
    let place = place();
    let wire = script(vec![token, || answer(201, ISSUED), token, || answer(201, ISSUED)]);
    let federation = IamFederation::new("idp", "/token");
    assert_eq!(federation.lifetime(), Some(Duration::from_secs(21_600)));
    let session = client(&wire, &place).session(federation).unwrap();
    let first = ask(&session).unwrap();
    place.write("/token", "second.id.token");
    ask_again(&session, first).unwrap();
    let bodies: Vec<_> = wire.seen().into_iter().map(|seen| seen.body).collect();
    assert!(bodies[0].contains("first") && bodies[2].contains("second"), "{bodies:?}");
}

#[test]
fn limits_are_checked_before_anything_is_sent() {
    let (wire, place) = (Wire::dead(), place());
    let client = client(&wire, &place);
    let federation = || IamFederation::new("idp", "/token");
    let named = |name: &str| AgencyByName::of_account_name(name, "account");
    let long = Duration::from_secs(86_401);
    let short = Duration::from_secs(899);
    let policy = format!(r#"{{"Version":"{}"}}"#, "x".repeat(2048));
    for (session, part) in [
        (client.session(IamFederation::new("", "/token")), "id of the identity provider"),
        (client.session(IamFederation::new("i".repeat(65), "/token")), "1 to 64 characters"),
        (client.session(federation().duration(long)), "900 to 86400"),
        (client.session(federation().duration(short)), "900 to 86400"),
        (client.session(federation().policy("[]")), "not a JSON object"),
        (client.session(federation().policy("{")), "not a JSON object"),
        (client.session(federation().policy(&*policy)), "at most 2048 characters"),
        (client.session(named("")), "the agency name is empty"),
        (
            client.session(AgencyByName::of_account_id("a", " ")),
            "the account of the agency is empty",
        ),
        (client.session(named("a").duration(long)), "900 to 86400"),
        (client.session(named("a").session_user("1abcd")), "begin with a letter"),
        (client.session(named("a").session_user("abcd")), "5 to 64"),
        (client.session(named("a").session_user("abcd\u{e9}")), "5 to 64"),
        (client.session(named("a").signer_account_id("a b")), "the account id"),
    ] {
        let error = session.unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    client.session(federation().duration(Duration::from_secs(86_400))).unwrap();
    client.session(named("a").session_user("a-_09").policy(" {} ")).unwrap();
    assert!(wire.lines().is_empty());
}

#[test]
fn nothing_shows_a_token() {
    const PLANTED: &str = "PLANTEDSECRET";
    let place = Place::default().with_file("/token", PLANTED);
    let context = CallContext::new([], policy());
    let platform = Platform::new(place.clone(), place.clone());
    let given = IamFederation::with_token("idp", IdTokenProvider::given(PLANTED));
    let message = CreateTemporaryAccessKeyByToken::new(PLANTED);
    let caller = IamCaller::token(Secret::from(PLANTED));
    let mut shown = vec![format!("{given:?} {message:?} {caller:?}")];
    let body = format!(
        r#"{{"credential":{{"access":"A","secret":"{PLANTED}","securitytoken":"{PLANTED}",
        "expires_at":"2026-03-05T13:08:09Z"}}}}"#
    );
    for last in [201, 401, 500] {
        let mut refresh = given.begin(&platform, &context).unwrap();
        loop {
            shown.push(format!("{refresh:?}"));
            match refresh.step(place.now()) {
                Step::Send(exchange) if exchange.request.uri().path().ends_with("/tokens") => {
                    shown.push(format!("{exchange:?} {:?}", exchange.request));
                    let mut response = answer(201, r#"{"token":{}}"#).unwrap();
                    let token = HeaderValue::from_static(PLANTED);
                    response.headers_mut().insert("x-subject-token", token);
                    refresh.receive(Ok(response), place.now());
                }
                Step::Send(_) => refresh.receive(answer(last, &body), place.now()),
                Step::Wait(wait) => place.pass(wait),
                Step::Credentials(_) => panic!("it is not signed"),
                Step::Done(outcome) => {
                    shown.push(format!("{outcome:?}"));
                    break;
                }
            }
        }
    }
    let shown = shown.join("\n");
    assert!(!shown.contains(PLANTED), "{shown}");
}
