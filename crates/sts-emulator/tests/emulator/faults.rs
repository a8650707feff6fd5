//! Fault injection.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use http::StatusCode;
use sts_emulator::{Config, Fault, Injection, ResetAt, builtin};
use sts_proto::{AssumeAgency, ErrorKind, GetCallerIdentity, Operation as _, ServiceError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::caller::{Sts, sts, sts_with};

async fn identity(sts: &Sts) -> Result<(), ServiceError> {
    sts.call(GetCallerIdentity::new()).await.map(|_| ())
}

async fn rejected(sts: &Sts) -> ServiceError {
    identity(sts).await.unwrap_err()
}

#[tokio::test]
async fn throttling_sends_retry_after_if_configured() {
    let sts = sts().await;
    sts.emulator.faults().inject(Injection::new(Fault::Throttling { retry_after: None }).times(1));
    let seven = Fault::Throttling { retry_after: Some(7) };
    sts.emulator.faults().inject(Injection::new(seven).times(2));

    // Both apply; the earlier one determines the response.
    let error = rejected(&sts).await;
    assert_eq!((error.status().as_u16(), error.kind()), (429, ErrorKind::Throttled));
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("APIGW.0308"));
    assert!(error.message().unwrap().starts_with("The throttling threshold has been reached"));
    let request = || sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
    let answer = sts.send(request()).await;
    assert_eq!(answer.headers()["retry-after"], "7");
    assert!(!sts.send(request()).await.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn server_errors_come_in_a_burst_of_the_wanted_length() {
    let sts = sts().await;
    for (status, code) in [
        (StatusCode::INTERNAL_SERVER_ERROR, Some("APIGW.0601")),
        (StatusCode::BAD_GATEWAY, Some("APIGW.0201")),
        (StatusCode::SERVICE_UNAVAILABLE, Some("APIGW.0613")),
        (StatusCode::GATEWAY_TIMEOUT, Some("APIGW.0201")),
        (StatusCode::INSUFFICIENT_STORAGE, None),
    ] {
        sts.emulator.faults().inject(Injection::new(Fault::ServerError(status)).times(3));
        for _ in 0..3 {
            let error = rejected(&sts).await;
            assert_eq!((error.status(), error.kind()), (status, ErrorKind::Unavailable));
            assert_eq!(error.code().map(ToString::to_string).as_deref(), code);
        }
        identity(&sts).await.unwrap();
    }
}

/// Returns all bytes of the response on a new connection.
async fn raw_response(sts: &Sts) -> (Vec<u8>, std::io::Result<usize>) {
    let request = sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
    let mut text = format!("GET {} HTTP/1.1\r\n", GetCallerIdentity::PATH);
    for (name, value) in request.headers() {
        write!(text, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    let mut stream = TcpStream::connect(sts.emulator.address()).await.unwrap();
    stream.write_all(format!("{text}connection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let outcome = stream.read_to_end(&mut answer).await;
    (answer, outcome)
}

#[tokio::test]
async fn a_connection_is_reset_at_the_chosen_point() {
    let sts = sts().await;
    let (whole, _) = raw_response(&sts).await;
    let text = String::from_utf8(whole).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    for (at, length) in [
        (ResetAt::BeforeResponse, 0),
        (ResetAt::InHead, 20),
        (ResetAt::InBody, head.len() + 4 + body.len() / 2),
    ] {
        sts.emulator.faults().inject(Injection::new(Fault::Reset(at)).times(1));
        let (answer, outcome) = raw_response(&sts).await;
        assert_eq!(outcome.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset, "{at:?}");
        assert_eq!(answer.len(), length, "{at:?}");
    }
    identity(&sts).await.unwrap();
}

#[tokio::test]
async fn a_cut_body_ends_in_order_and_too_early() {
    let sts = sts().await;
    let (whole, _) = raw_response(&sts).await;
    sts.emulator.faults().inject(Injection::new(Fault::CutBody).times(2));
    let (answer, outcome) = raw_response(&sts).await;
    assert_eq!(outcome.unwrap(), answer.len());
    assert!(answer.len() < whole.len());
    let text = String::from_utf8(answer).unwrap();
    assert!(text.contains(r#"{"account_id""#), "{text}");

    let request = sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
    sts.try_send(request).await.unwrap_err();
}

#[tokio::test]
async fn a_garbage_body_is_unreadable() {
    let sts = sts().await;
    sts.emulator.faults().inject(Injection::new(Fault::GarbageBody).times(1));
    let error = rejected(&sts).await;
    assert_eq!((error.status().as_u16(), error.kind()), (200, ErrorKind::InvalidResponse));
}

#[tokio::test]
async fn a_wrong_date_changes_nothing_but_the_date() {
    let sts = sts().await;
    sts.emulator.faults().inject(Fault::WrongDate(time::Duration::hours(-2)));
    let request = sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
    let answer = sts.send(request).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["date"], "Thu, 05 Mar 2026 05:08:09 GMT");
}

#[tokio::test]
async fn a_clock_that_is_off_refuses_what_is_signed_by_the_right_time() {
    let sts = sts().await;
    sts.emulator.faults().inject(Fault::ClockOffset(time::Duration::hours(1)));
    let request = sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
    let answer = sts.send(request).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["date"], "Thu, 05 Mar 2026 08:08:09 GMT");
    // A client that uses the Date of the response is served.
    sts.wait(3600);
    let request = sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
    sts.clock.set(sts_emulator::Clock::now(&sts.clock) - time::Duration::hours(1));
    assert_eq!(sts.send(request).await.status(), 200);
}

#[tokio::test]
async fn expired_keys_are_issued_and_then_refused() {
    let sts = sts().await;
    sts.emulator.faults().inject(Injection::new(Fault::ExpiredCredentials).only::<AssumeAgency>());
    let session = sts.call(AssumeAgency::new(builtin::AGENCY_URN, "s1")).await.unwrap();
    let error = sts.call_with(&session.credentials, GetCallerIdentity::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ExpiredCredentials);
}

#[tokio::test]
async fn an_outage_lasts_for_its_time_on_the_clock() {
    let sts = sts().await;
    let outage = Injection::new(Fault::Outage).lasting(Duration::from_secs(60));
    sts.emulator.faults().inject(outage);
    for _ in 0..2 {
        let (answer, outcome) = raw_response(&sts).await;
        assert_eq!(outcome.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
        assert!(answer.is_empty());
        sts.wait(59);
        identity_fails(&sts).await;
        sts.wait(1);
        identity(&sts).await.unwrap();
        sts.emulator
            .faults()
            .inject(Injection::new(Fault::Outage).lasting(Duration::from_secs(60)));
    }
}

async fn identity_fails(sts: &Sts) {
    let request = sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
    sts.try_send(request).await.unwrap_err();
}

#[tokio::test]
async fn latency_delays_the_response() {
    let sts = sts().await;
    let latency = Duration::from_millis(30);
    sts.emulator.faults().inject(Injection::new(Fault::Latency(latency)).times(1));
    sts.emulator.faults().inject(Injection::new(Fault::Latency(latency)).times(1));
    let start = Instant::now();
    identity(&sts).await.unwrap();
    assert!(start.elapsed() >= 2 * latency);
}

#[tokio::test]
async fn a_fault_of_one_operation_leaves_the_others_alone() {
    let sts = sts().await;
    let fault = Fault::ServerError(StatusCode::BAD_GATEWAY);
    sts.emulator.faults().inject(Injection::new(fault).only::<AssumeAgency>().times(1));
    identity(&sts).await.unwrap();
    let assume = || AssumeAgency::new(builtin::AGENCY_URN, "s1");
    assert_eq!(sts.call(assume()).await.unwrap_err().status(), 502);
    sts.call(assume()).await.unwrap();
}

/// Returns which of forty calls fail.
async fn failures(seed: &str) -> Vec<bool> {
    let sts = sts_with(|builder| {
        let fault = Injection::new(Fault::ServerError(StatusCode::BAD_GATEWAY)).probability(0.5);
        // Another injection draws in between.
        let other = Injection::new(Fault::WrongDate(time::Duration::HOUR)).probability(0.3);
        builder.seed(seed).fault(other).fault(fault)
    })
    .await;
    let mut failures = Vec::new();
    for _ in 0..40 {
        failures.push(identity(&sts).await.is_err());
    }
    failures
}

#[tokio::test]
async fn chance_follows_from_the_seed() {
    let first = failures("a seed").await;
    assert_eq!(first, failures("a seed").await);
    assert_ne!(first, failures("another seed").await);
    let count = first.iter().filter(|failed| **failed).count();
    assert!((5..=35).contains(&count), "{count} of 40 at a probability of one half");
}

#[tokio::test]
async fn clearing_ends_all_faults() {
    let sts = sts().await;
    sts.emulator.faults().inject(Fault::Outage);
    identity_fails(&sts).await;
    sts.emulator.faults().clear();
    identity(&sts).await.unwrap();
}

#[tokio::test]
async fn faults_of_the_configuration_strike_from_the_start() {
    let config: Config = "[[faults]]\nfault = \"throttling\"\nretry_after = 3\ntimes = 1\n\
                        [[faults]]\nfault = \"outage\"\nlasts = 10\n"
        .parse()
        .unwrap();
    let sts = sts_with(|builder| builder.config(config)).await;
    identity_fails(&sts).await;
    sts.wait(10);
    // The only throttled request was lost in the outage.
    assert_eq!(rejected(&sts).await.status(), 401);
}

#[tokio::test]
async fn the_log_names_the_faults() {
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&lines);
    let sts = sts_with(|builder| {
        let builder = builder.on_request(move |line| sink.lock().unwrap().push(line.to_string()));
        builder.fault(Fault::GarbageBody).fault(Fault::WrongDate(time::Duration::HOUR))
    })
    .await;
    rejected(&sts).await;
    let lines = lines.lock().unwrap();
    assert!(lines[0].contains(" 200 fault=garbage_body fault=wrong_date request_id="), "{lines:?}");
}
