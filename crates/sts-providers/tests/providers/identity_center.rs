//! The device flow and the credentials of IAM Identity Center.

use std::sync::Arc;
use std::time::Duration;

use http::Response;
use proptest::prelude::*;
use serde_json::json;
use sts_client::session::RefreshProvider;
use sts_client::transport::TransportErrorKind;
use sts_client::{
    CallContext, CallPolicy, CredentialsError, Error, Failure, Now, Platform, StateMachine, Step,
    TransportError,
};
use sts_proto::{Body, Endpoint, ErrorKind, Region};
use sts_providers::identity_center::{
    AccessToken, IdentityCenter, IdentityCenterCredentials, ListAccountAgencies, ListAccounts,
    Message, MessageCall, Registration, SignIn,
};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::world::{Answer, Place, START, answer, in_full};

const PORTAL: &str = "https://idcenter.example.com/d-0123456789/portal";

fn start() -> Now {
    Now::new(START, Duration::ZERO)
}

/// What a state machine did: its requests with the second in which they were sent, and its outcome.
struct Run<T> {
    requests: Vec<String>,
    outcome: Result<T, Error>,
    now: Now,
}

impl<T> Run<T> {
    fn error(self) -> CredentialsError {
        let error = self.outcome.err().expect("a failure");
        match error.failure() {
            Failure::Credentials(error) => error.clone(),
            other => panic!("{other:?}"),
        }
    }
}

/// Drives a machine in virtual time; each request gets the next response.
fn run<M: StateMachine>(
    mut machine: M,
    mut now: Now,
    answers: impl IntoIterator<Item = Answer>,
) -> Run<M::Output> {
    let mut answers = answers.into_iter();
    let mut requests = Vec::new();
    loop {
        match machine.step(now) {
            Step::Send(exchange) => {
                let request = &exchange.request;
                assert!(!request.headers().contains_key("authorization"), "it is not signed");
                let second = now.monotonic.as_secs();
                requests.push(format!("{second} {} {}", request.method(), request.uri()));
                machine.receive(answers.next().expect("an unexpected request"), now);
            }
            Step::Wait(wait) => {
                assert!(!wait.is_zero());
                now = now.after(wait);
            }
            Step::Credentials(_) => panic!("nothing is signed"),
            Step::Done(outcome) => {
                assert_eq!(answers.count(), 0, "responses are left: {requests:?}");
                return Run { requests, outcome, now };
            }
        }
    }
}

fn center() -> IdentityCenter {
    IdentityCenter::new(Region::CN_NORTH_4, PORTAL).client_name("tests")
}

fn client_info(id: &str, expires: i64) -> Answer {
    let client = json!({"client_id": id, "client_secret": "hidden", "client_id_issued_at": 1,
        "client_secret_expires_at": expires});
    answer(200, &json!({ "client_info": client }).to_string())
}

fn device(expires_in: u64) -> Answer {
    let device = json!({"device_code": "hidden", "user_code": "BCDF-GHJK", "interval": 10,
        "verification_uri": "https://idcenter.example.com/device", "expires_in": expires_in});
    answer(200, &device.to_string())
}

fn kept() -> Registration {
    Registration::new("kept", "hidden", START + time::Duration::hours(2))
}

fn sign_in(expires_in: u64) -> SignIn {
    run(center().start(Some(kept()), 7), start(), [device(expires_in)]).outcome.unwrap()
}

fn token(expires_in: u64) -> Answer {
    let token = json!({"access_token": "hidden-token", "expires_in": expires_in,
        "refresh_token": null, "token_type": "Bearer"});
    answer(200, &json!({ "token_info": token }).to_string())
}

fn oauth(code: &str) -> Answer {
    answer(400, &json!({ "error": code }).to_string())
}

fn iic(status: u16, code: &str) -> Answer {
    answer(status, &json!({"error_code": code, "error_msg": "Access denied: x."}).to_string())
}

fn lost() -> Answer {
    Err(TransportError::not_sent(TransportErrorKind::Connect))
}

#[test]
fn a_sign_in_registers_the_program_and_polls() {
    let started =
        run(center().start(None, 7), start(), [client_info("new", 1_780_000_000), device(600)]);
    assert_eq!(
        started.requests,
        [
            "0 POST https://oidc.cn-north-4.myhuaweicloud.com/v1/clients",
            "0 POST https://oidc.cn-north-4.myhuaweicloud.com/v1/device/authorize",
        ]
    );
    let sign_in = started.outcome.unwrap();
    assert_eq!(sign_in.user_code(), "BCDF-GHJK");
    assert_eq!(sign_in.verification_uri(), "https://idcenter.example.com/device");
    assert_eq!(sign_in.verification_uri_complete(), None);
    assert_eq!(sign_in.lifetime(), Duration::from_secs(600));
    assert_eq!(sign_in.registration().client_id, "new");
    assert_eq!(sign_in.registration().expires_at.unix_timestamp(), 1_780_000_000);

    let answers = [
        oauth("authorization_pending"),
        oauth("slow_down"),
        oauth("authorization_pending"),
        token(28_800),
    ];
    let polled = run(sign_in.poll(), started.now, answers);
    let seconds: Vec<_> =
        polled.requests.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(seconds, ["10", "20", "35", "50"], "slow_down adds five seconds");
    let token = polled.outcome.unwrap();
    assert_eq!(token.token.expose_secret(), "hidden-token");
    assert_eq!(token.expires_at, START + time::Duration::seconds(50 + 28_800));
}

#[test]
fn a_registration_is_kept_until_it_expires() {
    let requests = |registration, answers: Vec<Answer>| {
        run(center().start(Some(registration), 7), start(), answers).requests.len()
    };
    assert_eq!(requests(kept(), vec![device(600)]), 1);
    let expiring = Registration::new("old", "hidden", START + time::Duration::minutes(59));
    assert_eq!(requests(expiring, vec![client_info("new", 1_780_000_000), device(600)]), 2);
    // The first representable time, in a response or a file.
    let first = OffsetDateTime::from_unix_timestamp(-377_705_116_800).unwrap();
    let expired = Registration::new("old", "hidden", first);
    assert_eq!(requests(expired, vec![client_info("new", 1_780_000_000), device(600)]), 2);

    // The service does not know the registration any more.
    let answers = [iic(400, "IIC.400"), client_info("new", 1_780_000_000), device(600)];
    let renewed = run(center().start(Some(kept()), 7), start(), answers);
    assert_eq!(renewed.outcome.unwrap().registration().client_id, "new");
    // A new registration is not replaced.
    let answers = [client_info("new", 1_780_000_000), iic(400, "IIC.400")];
    let error = run(center().start(None, 7), start(), answers).error();
    assert_eq!(error.to_string(), "StartDeviceAuthorization failed");
    assert!(in_full(&error).contains("IIC.400"), "{}", in_full(&error));
}

#[test]
fn a_poll_classifies_responses_by_the_published_codes() {
    let polls = |answers: Vec<Answer>| run(sign_in(600).poll(), start(), answers);
    for pending in [
        oauth("AUTHORIZATION_PENDING"),
        iic(400, "authorization_pending"),
        iic(400, "IIC.1402"),
        answer(403, r#"{"error_code":"IIC.1","error_msg":"Bad: Authorization_Pending."}"#),
        answer(400, "<html>"),
        answer(400, r#"{"error":{"code":7}}"#),
    ] {
        let run = polls(vec![pending, token(60)]);
        assert_eq!(run.requests.len(), 2);
        assert!(run.outcome.is_ok());
    }
    for (failed, text) in [
        (oauth("access_denied"), "the sign-in was denied"),
        (iic(400, "IIC.1404"), "the sign-in was denied"),
        (oauth("expired_token"), "the device code expired before the sign-in was approved"),
        (iic(400, "IIC.400"), "CreateToken failed"),
        (oauth("invalid_grant"), "CreateToken failed"),
        (iic(401, "IIC.1"), "CreateToken failed"),
        (iic(403, "IIC.1"), "CreateToken failed"),
        (answer(200, "{}"), "CreateToken failed"),
    ] {
        let error = polls(vec![failed]).error();
        assert!(error.to_string().starts_with(text), "{error}");
        assert!(error.status().is_some(), "the response is part of the error");
    }
    // A malformed request would have been rejected at first.
    assert_eq!(polls(vec![oauth("slow_down"), iic(400, "IIC.400"), token(60)]).requests.len(), 3);
}

#[test]
fn failures_slow_a_poll_down_until_a_response_arrives() {
    let answers = [
        lost(),
        answer(503, ""),
        answer(429, ""),
        oauth("authorization_pending"),
        lost(),
        token(60),
    ];
    let polled = run(sign_in(600).poll(), start(), answers);
    let seconds: Vec<_> =
        polled.requests.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(seconds, ["10", "30", "70", "130", "140", "160"]);
    assert!(polled.outcome.is_ok());
}

#[test]
fn a_poll_ends_when_the_code_expires_and_shows_the_last_response() {
    // The published example has a point in time in place of a duration.
    let end = START.unix_timestamp().unsigned_abs() + 25;
    for expires_in in [25, end] {
        let answers = [oauth("authorization_pending"), iic(400, "IIC.1402")];
        let polled = run(sign_in(expires_in).poll(), start(), answers);
        assert_eq!(polled.now.monotonic, Duration::from_secs(25));
        let error = polled.error();
        assert_eq!(error.kind(), ErrorKind::ExpiredCredentials);
        assert_eq!(error.code(), Some("IIC.1402"));
        assert!(in_full(&error).contains("IIC.1402"), "{}", in_full(&error));
    }
    assert!(run(sign_in(0).poll(), start(), []).outcome.is_err());
    assert!(run(sign_in(u64::MAX).poll(), start(), []).outcome.is_err());
}

#[test]
fn an_error_of_a_poll_shows_the_code_of_oauth() {
    let error = |code| in_full(&run(sign_in(25).poll(), start(), [oauth(code)]).error());
    assert!(error("expired_token").contains("CreateToken failed (expired_token)"));
    assert!(error("Access_Denied").contains("the sign-in was denied (access_denied)"));
    assert!(error("invalid_grant").contains("CreateToken failed (invalid_grant)"));
    // No other code is known, so this one may be pending.
    let answers = [oauth("authorization_pending"), oauth("new_code")];
    let pending = in_full(&run(sign_in(25).poll(), start(), answers).error());
    assert!(pending.contains("the last poll failed (new_code)"), "{pending}");
    // It may be a secret of the request.
    for text in ["hidden-7", "hidden hidden", &"hidden".repeat(6)] {
        let answers = [oauth("authorization_pending"), oauth(text)];
        let pending = in_full(&run(sign_in(25).poll(), start(), answers).error());
        assert!(!pending.contains("hidden"), "{pending}");
    }
}

#[test]
fn a_page_of_a_list_has_a_limit_and_a_marker() {
    let portal = Endpoint::parse("https://portal.example.com").unwrap();
    let accounts = || ListAccounts::new("hidden");
    let page = accounts().limit(2000).marker("m 1").to_request(&portal).unwrap();
    assert_eq!(page.uri().query().unwrap(), "limit=2000&marker=m%201");
    let agencies = ListAccountAgencies::new("hidden", "0a1b").limit(7).marker("m 1");
    let page = agencies.to_request(&portal).unwrap();
    assert_eq!(page.uri().query().unwrap(), "account_id=0a1b&limit=7&marker=m%201");
    for limit in [0, 2001] {
        accounts().limit(limit).to_request(&portal).unwrap_err();
    }
    assert_eq!(accounts().to_request(&portal).unwrap().uri().query(), None);
}

#[test]
fn calls_are_retried_with_backoff() {
    let call = || {
        let endpoint = Endpoint::parse("https://portal.example.com").unwrap();
        MessageCall::new(endpoint, ListAccounts::new("hidden"), 7)
    };
    let accounts = || answer(200, r#"{"account_list":[{"account_id":"a"}]}"#);
    let run_ = run(call(), start(), [lost(), answer(503, ""), accounts()]);
    let page = run_.outcome.unwrap();
    assert_eq!((page.accounts.len(), page.next_marker), (1, None));
    let error = run(call(), start(), [lost(), answer(503, ""), answer(503, "")]).error();
    assert_eq!((error.to_string().as_str(), error.status()), ("ListAccounts failed", Some(503)));
    let error = run(call(), start(), [lost(), lost(), lost()]).error();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(run(call(), start(), [answer(400, "{}")]).error().status(), Some(400));
    let error = run(call(), start(), [answer(200, r#"{"account_list":null}"#)]).error();
    assert!(in_full(&error).contains("account_list"), "{}", in_full(&error));
}

fn refresh(answers: impl IntoIterator<Item = Answer>) -> Run<OffsetDateTime> {
    let token = AccessToken::new("hidden", datetime!(2026-03-05 15:08:09 UTC));
    let provider = IdentityCenterCredentials::new(token, "0a1b", "iam::0a1b:agency:Sys/a b");
    let place = Place::default();
    let platform = Platform::new(place.clone(), place);
    let context = CallContext::new([], CallPolicy::default());
    let run = run(provider.begin(&platform, &context).unwrap(), start(), answers);
    let outcome = run.outcome.map(|issued| issued.credentials().expiration.unwrap());
    Run { requests: run.requests, outcome, now: run.now }
}

fn agency_credentials(expiration: i64) -> Answer {
    let issued = json!({"access_key_id": "HST", "secret_access_key": "hidden",
        "session_token": "hidden", "expiration": expiration});
    answer(200, &json!({ "agency_credentials": issued }).to_string())
}

#[test]
fn credentials_of_an_agency_are_requested_with_the_access_token() {
    let got = refresh([agency_credentials(1_772_700_000)]);
    let host = "https://portal-identitycenter.myhuaweicloud.com";
    assert_eq!(
        got.requests,
        [format!(
            "0 GET {host}/v1/credentials?agency_urn=iam%3A%3A0a1b%3Aagency%3ASys%2Fa%20b&target_account_id=0a1b"
        )]
    );
    assert_eq!(got.outcome.unwrap().unix_timestamp(), 1_772_700_000);
    let millis = refresh([agency_credentials(1_772_700_000_250)]).outcome.unwrap();
    assert_eq!(millis.unix_timestamp_nanos(), 1_772_700_000_250_000_000);
    for invalid in [i64::MAX, i64::MIN] {
        let error = refresh([agency_credentials(invalid)]).error();
        assert!(in_full(&error).contains("expiration"), "{}", in_full(&error));
    }
}

#[test]
fn a_rejected_access_token_needs_a_new_sign_in() {
    for rejected in
        [iic(401, "IIC.1"), iic(403, "IIC.1001"), iic(403, "IIC.1219"), iic(400, "IIC.1219")]
    {
        let error = refresh([rejected]).error();
        assert_eq!(error.kind(), ErrorKind::ExpiredCredentials);
        let start = "Identity Center does not accept the access token; sign in again";
        assert_eq!(error.to_string(), start);
        assert!(error.code().is_some_and(|code| code.starts_with("IIC.")));
    }
    let error = refresh([iic(403, "IIC.1000")]).error();
    assert_eq!(error.to_string(), "GetAgencyCredentials failed");
}

#[test]
fn nothing_shows_secrets() {
    let sign_in = sign_in(600);
    let token = AccessToken::new("hidden", START);
    let provider = IdentityCenterCredentials::new(token.clone(), "0a1b", "iam::0a1b:agency:a");
    let endpoint = Endpoint::parse("https://portal.example.com").unwrap();
    let call = MessageCall::new(endpoint, ListAccounts::new("hidden"), 7);
    let start = center().start(Some(kept()), 7);
    let shown = format!("{sign_in:?} {:?} {token:?} {provider:?} {call:?}", sign_in.poll());
    assert!(!shown.contains("hidden") && !format!("{start:?}").contains("hidden"), "{shown}");
    let body = r#"{"error":"hidden-token","error_description":"token hidden-token-0123456789"}"#;
    let error = run(sign_in.poll(), self::start(), [answer(401, body)]).error();
    assert!(!in_full(&error).contains("hidden"), "{}", in_full(&error));
}

proptest! {
    /// Any response leads to an outcome, and time does not pass without need.
    #[test]
    fn any_response_is_handled(status in 200_u16..600, body in ".{0,64}", expires_in: u64) {
        let response = || {
            let body = Body::from(body.clone().into_bytes());
            Ok(Response::builder().status(status).body(body).unwrap())
        };
        let mut poll = sign_in(expires_in).poll();
        let mut now = start();
        let mut steps = 0;
        while let step @ (Step::Send(_) | Step::Wait(_)) = poll.step(now) {
            match step {
                Step::Wait(wait) => now = now.after(wait),
                _ => poll.receive(response(), now),
            }
            steps += 1;
            if steps > 100 {
                break;
            }
        }
        let _: Arc<str> = in_full(&run_any(center().start(None, 7), &response)).into();
    }
}

fn run_any<M: StateMachine>(mut machine: M, response: &dyn Fn() -> Answer) -> CredentialsError {
    let mut now = start();
    loop {
        match machine.step(now) {
            Step::Send(_) => machine.receive(response(), now),
            Step::Wait(wait) => now = now.after(wait),
            Step::Credentials(_) => panic!("nothing is signed"),
            Step::Done(Ok(_)) => panic!("a text is not a registration"),
            Step::Done(Err(error)) => return CredentialsError::new("failed").with_source(error),
        }
    }
}
