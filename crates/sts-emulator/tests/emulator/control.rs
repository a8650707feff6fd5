//! The control endpoint.

use http::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use proptest::prelude::{Just, Strategy, any};
use proptest::test_runner::{Config, TestRunner};
use proptest::{prop_assert_eq, prop_oneof};
use serde_json::{Value, json};
use sts_emulator::Emulator;
use sts_proto::{Body, GetCallerIdentity};
use tokio::net::TcpStream;

use crate::caller::{Sts, send_over, sts_with};

async fn controlled() -> Sts {
    sts_with(|builder| builder.control("127.0.0.1:0")).await
}

async fn control(sts: &Sts, method: Method, path: &str, body: &str) -> Response<Body> {
    let url = sts.emulator.control_url().unwrap();
    let request = Request::builder().method(method).uri(format!("{url}{path}"));
    let request = request.header("content-type", "application/json");
    let request = request.body(Body::from(body.as_bytes().to_vec())).unwrap();
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    send_over(TokioIo::new(stream), request).await
}

fn json_of(response: &Response<Body>) -> Value {
    serde_json::from_slice(response.body().as_ref()).unwrap()
}

#[tokio::test]
async fn a_fault_is_injected_listed_and_cleared() {
    let sts = controlled().await;
    let faults = [
        json!({"fault": "throttling", "retry_after": 2, "times": 2, "operation": "AssumeAgency"}),
        json!({"fault": "latency", "milliseconds": 1, "probability": 0.5, "lasts": 60}),
        json!({"fault": "server_error", "status": 503, "times": 1}),
        json!({"fault": "reset", "at": "in_body", "times": 0}),
        json!({"fault": "wrong_date", "offset": -60}),
    ];
    for fault in &faults {
        let answer = control(&sts, Method::POST, "/faults", &fault.to_string()).await;
        assert_eq!(answer.status(), 200, "{}", json_of(&answer));
    }
    // Exhausted injections are not listed.
    let [throttling, latency, error, _, date] = &faults;
    let listed = json_of(&control(&sts, Method::GET, "/faults", "").await);
    assert_eq!(listed, json!({"faults": [throttling, latency, error, date]}));

    assert_eq!(sts.call(GetCallerIdentity::new()).await.unwrap_err().status(), 503);
    let listed = json_of(&control(&sts, Method::GET, "/faults", "").await);
    assert_eq!(listed, json!({"faults": [throttling, latency, date]}));
    let cleared = json_of(&control(&sts, Method::DELETE, "/faults", "").await);
    assert_eq!(cleared, json!({"faults": []}));
    sts.call(GetCallerIdentity::new()).await.unwrap();
}

/// Generates serialized faults.
fn fault() -> impl Strategy<Value = Value> {
    let offset = -100_000_i64..100_000;
    let fault = prop_oneof![
        any::<u32>().prop_map(|ms| json!({"fault": "latency", "milliseconds": ms})),
        any::<u32>().prop_map(|wait| json!({"fault": "throttling", "retry_after": wait})),
        Just(json!({"fault": "throttling"})),
        (500_u16..600).prop_map(|status| json!({"fault": "server_error", "status": status})),
        proptest::sample::select(vec!["before_response", "in_head", "in_body"])
            .prop_map(|at| json!({"fault": "reset", "at": at})),
        offset.clone().prop_map(|offset| json!({"fault": "wrong_date", "offset": offset})),
        offset.prop_map(|offset| json!({"fault": "clock_offset", "offset": offset})),
        proptest::sample::select(vec!["cut_body", "garbage_body", "expired_credentials", "outage"])
            .prop_map(|fault| json!({"fault": fault})),
    ];
    let limits = (
        proptest::option::of(1_u32..),
        proptest::option::of(1_u64..1_000_000),
        proptest::option::of(proptest::sample::select(vec!["AssumeAgency", "GetCallerIdentity"])),
        // Fractions that are the same after a walk through decimal digits.
        proptest::option::of((0_u16..=1024).prop_map(|part| f64::from(part) / 1024.0)),
    );
    (fault, limits).prop_map(|(mut fault, (times, lasts, operation, probability))| {
        let limits = [
            ("times", times.map(Value::from)),
            ("lasts", lasts.map(Value::from)),
            ("operation", operation.map(Value::from)),
            ("probability", probability.map(Value::from)),
        ];
        for (name, value) in limits {
            if let Some(value) = value {
                fault[name] = value;
            }
        }
        fault
    })
}

#[test]
fn every_fault_is_listed_as_it_was_written() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sts = runtime.block_on(controlled());
    let mut runner = TestRunner::new(Config { cases: 100, ..Config::default() });
    runner
        .run(&fault(), |fault| {
            runtime.block_on(control(&sts, Method::DELETE, "/faults", ""));
            let written = fault.to_string();
            let answer = runtime.block_on(control(&sts, Method::POST, "/faults", &written));
            let listed = json_of(&answer);
            prop_assert_eq!(listed, json!({"faults": [fault]}));
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn invalid_injections_are_rejected_with_the_key() {
    let sts = controlled().await;
    for (body, told) in [
        ("", "EOF"),
        ("{", "EOF"),
        (r#"{"fault":"earthquake"}"#, "fault: must be"),
        (r#"{"fault":"latency"}"#, "milliseconds: missing"),
        (r#"{"fault":"outage","status":5}"#, "status: unexpected for this fault"),
        (r#"{"fault":"outage","how":1}"#, "unknown field `how`"),
        (r#"["outage"]"#, "expected a table"),
    ] {
        let answer = control(&sts, Method::POST, "/faults", body).await;
        assert_eq!(answer.status(), 400);
        let problem = json_of(&answer)["error"].as_str().unwrap().to_owned();
        assert!(problem.contains(told), "{problem}");
    }
    for (method, path, body, status) in [
        (Method::GET, "/", "", 404),
        // Ignoring the query would clear all faults.
        (Method::DELETE, "/faults?fault=outage", "", 400),
        (Method::PUT, "/faults", "{}", 405),
        (Method::POST, "/faults", &" ".repeat(20_000), 413),
    ] {
        assert_eq!(control(&sts, method, path, body).await.status(), status);
    }
    sts.call(GetCallerIdentity::new()).await.unwrap();
}

#[tokio::test]
async fn it_is_there_only_when_asked_for_and_on_loopback_alone() {
    let sts = sts_with(|builder| builder).await;
    assert_eq!(sts.emulator.control_url(), None);
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let error = Emulator::builder().control(address).start().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains("loopback"), "{error}");
    }
}
