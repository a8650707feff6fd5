//! The control endpoint.

use http::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use proptest::prelude::{Just, Strategy, any};
use proptest::test_runner::{Config, TestRunner};
use proptest::{prop_assert_eq, prop_oneof};
use serde_json::{Value, json};
use sts_emulator::{Emulator, builtin};
use sts_proto::{AssumeAgency, Body, Credentials, GetCallerIdentity};
use tokio::net::TcpStream;

use crate::caller::{Sts, send_over, sts_with};

pub(crate) async fn controlled() -> Sts {
    sts_with(|builder| builder.control("127.0.0.1:0")).await
}

pub(crate) async fn control(sts: &Sts, method: Method, path: &str, body: &str) -> Response<Body> {
    let url = sts.emulator.control_url().unwrap();
    let request = Request::builder().method(method).uri(format!("{url}/_emulator/v1{path}"));
    let request = request.header("content-type", "application/json");
    let request = request.body(Body::from(body.as_bytes().to_vec())).unwrap();
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    send_over(TokioIo::new(stream), request).await
}

fn json_of(response: &Response<Body>) -> Value {
    serde_json::from_slice(response.body().as_ref()).unwrap()
}

/// Returns the status and the JSON of a response.
pub(crate) async fn call(sts: &Sts, method: Method, path: &str, body: &str) -> (u16, Value) {
    let response = control(sts, method, path, body).await;
    (response.status().as_u16(), json_of(&response))
}

pub(crate) async fn listed(sts: &Sts) -> Value {
    call(sts, Method::GET, "/faults", "").await.1["faults"].take()
}

fn numbered(id: u64, fault: &Value) -> Value {
    let mut fault = fault.clone();
    fault["id"] = id.into();
    fault
}

#[tokio::test]
async fn faults_are_injected_listed_removed_and_cleared() {
    let sts = controlled().await;
    let faults = [
        json!({"fault": "throttling", "retry_after": 2, "times": 2, "operation": "AssumeAgency"}),
        json!({"fault": "latency", "milliseconds": 1, "probability": 0.5, "lasts": 60}),
        json!({"fault": "server_error", "status": 503, "times": 1}),
        json!({"fault": "reset", "at": "in_body", "times": 0}),
        json!({"fault": "wrong_date", "offset": -60}),
    ];
    for (fault, id) in faults.iter().zip(1..) {
        let created = call(&sts, Method::POST, "/faults", &fault.to_string()).await;
        assert_eq!(created, (201, json!({ "id": id })));
    }
    // Exhausted injections are not listed.
    let [throttling, latency, error, _, date] = &faults;
    let (throttling, latency) = (numbered(1, throttling), numbered(2, latency));
    let (error, date) = (numbered(3, error), numbered(5, date));
    assert_eq!(listed(&sts).await, json!([throttling, latency, error, date]));

    assert_eq!(sts.call(GetCallerIdentity::new()).await.unwrap_err().status(), 503);
    assert_eq!(listed(&sts).await, json!([throttling, latency, date]));
    let removed = call(&sts, Method::DELETE, "/faults/2", "").await;
    assert_eq!(removed, (200, json!({"faults": [throttling, date]})));
    for (path, status) in [("/faults/2", 404), ("/faults/3", 404), ("/faults/x", 404)] {
        assert_eq!(call(&sts, Method::DELETE, path, "").await.0, status);
    }
    let cleared = call(&sts, Method::DELETE, "/faults", "").await;
    assert_eq!(cleared, (200, json!({"faults": []})));
    sts.call(GetCallerIdentity::new()).await.unwrap();
}

#[tokio::test]
async fn health_and_readiness_are_reported() {
    let sts = controlled().await;
    let (status, health) = call(&sts, Method::GET, "/health", "").await;
    assert_eq!((status, &health["status"]), (200, &json!("ok")));
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    let (status, ready) = call(&sts, Method::GET, "/ready", "").await;
    assert_eq!((status, &ready["status"]), (200, &json!("ready")));
    assert_eq!(ready["urls"]["sts"], sts.emulator.url());
    assert_eq!(ready["urls"]["control"], sts.emulator.control_url().unwrap());
}

pub(crate) fn lines_of(response: &Response<Body>) -> Vec<Value> {
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = String::from_utf8(response.body().as_ref().to_vec()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn requests_are_listed_as_json_lines() {
    let sts = controlled().await;
    sts.call(GetCallerIdentity::new()).await.unwrap();
    sts.call(AssumeAgency::new(builtin::FORBIDDEN_AGENCY_URN, "build-42")).await.unwrap_err();
    let wrong = Credentials::permanent(builtin::ACCESS_KEY_ID, "another-secret-key");
    sts.call_with(&wrong, GetCallerIdentity::new()).await.unwrap_err();

    let requests = lines_of(&control(&sts, Method::GET, "/requests", "").await);
    assert_eq!(requests.len(), 3);
    let [known, denied, wrong] = requests.try_into().unwrap();
    assert_eq!((&known["id"], &known["status"]), (&json!(1), &json!(200)));
    assert_eq!(known["operation"], "GetCallerIdentity");
    assert!(known["caller"].as_str().unwrap().ends_with(":user:emulator"));
    assert_eq!(denied["status"], 403);
    assert_eq!(wrong["caller"], builtin::ACCESS_KEY_ID);
    let cause = wrong["diagnosis"]["cause"].as_str().unwrap();
    assert!(cause.contains("secret key differs"), "{cause}");
    let canonical = wrong["diagnosis"]["canonical_request"].as_str().unwrap();
    assert!(canonical.starts_with("GET\n/v5/caller-identity/\n"), "{canonical}");

    let ids = async |path: &str| {
        let requests = lines_of(&control(&sts, Method::GET, path, "").await);
        requests.iter().map(|request| request["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids("/requests?after=1").await, [2, 3]);
    assert_eq!(ids("/requests?after=1&limit=1").await, [2]);
    assert!(ids("/requests?after=3").await.is_empty());
    for query in
        ["after=x", "after=-1", "after=+1", "after=", "from=1", "wait=31", "limit=1&limit=2"]
    {
        let (status, error) = call(&sts, Method::GET, &format!("/requests?{query}"), "").await;
        assert_eq!(status, 400, "{query}");
        assert!(error["error"].is_string());
    }
    assert_eq!(call(&sts, Method::DELETE, "/requests", "").await.0, 200);
    assert!(ids("/requests").await.is_empty());
    sts.call(GetCallerIdentity::new()).await.unwrap();
    assert_eq!(ids("/requests").await, [4]);
}

#[tokio::test]
async fn a_client_can_wait_for_the_next_request() {
    let sts = controlled().await;
    let waiting = control(&sts, Method::GET, "/requests?after=0&wait=30", "");
    let (response, outcome) = tokio::join!(waiting, sts.call(GetCallerIdentity::new()));
    outcome.unwrap();
    assert_eq!(lines_of(&response).len(), 1);
}

#[tokio::test]
async fn only_the_last_thousand_requests_are_kept() {
    let sts = controlled().await;
    let stream = TcpStream::connect(sts.emulator.address()).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    for _ in 0..1005 {
        let request = Request::get("/nowhere").header("host", "h");
        let request = request.body(http_body_util::Empty::<hyper::body::Bytes>::new()).unwrap();
        let response = sender.send_request(request).await.unwrap();
        http_body_util::BodyExt::collect(response.into_body()).await.unwrap();
    }
    let requests = lines_of(&control(&sts, Method::GET, "/requests", "").await);
    assert_eq!(requests.len(), 1000);
    assert_eq!(requests[0]["id"], 6);
}

#[tokio::test]
async fn issued_sessions_are_listed_with_their_expiration() {
    let sts = controlled().await;
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "build-42")
        .duration(std::time::Duration::from_secs(900));
    let session = sts.call(assume).await.unwrap().credentials;
    let sessions = call(&sts, Method::GET, "/sessions", "").await.1;
    let listed = &sessions["sessions"][0];
    assert!(listed["urn"].as_str().unwrap().ends_with(":assumed-agency:demo/build-42"));
    assert_eq!(listed["access_key_id"], session.access_key_id);
    assert_eq!(listed["expires_at"], "2026-03-05T07:23:09.512Z");
    assert_eq!(listed["expired"], false);
    let text = sessions.to_string();
    assert!(!text.contains(session.secret_access_key.expose_secret()));
    assert!(!text.contains(session.security_token.as_ref().unwrap().expose_secret()));
    let advance = call(&sts, Method::POST, "/clock/advance", r#"{"seconds": 900}"#).await;
    assert_eq!(advance.0, 200);
    let sessions = call(&sts, Method::GET, "/sessions", "").await.1;
    assert_eq!(sessions["sessions"][0]["expired"], true);
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
            let response = runtime.block_on(control(&sts, Method::POST, "/faults", &written));
            let id = json_of(&response)["id"].as_u64().unwrap();
            let listed = runtime.block_on(listed(&sts));
            prop_assert_eq!(listed, json!([numbered(id, &fault)]));
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
        (Method::GET, "/reset", "", 405),
        (Method::POST, "/health", "", 405),
        (Method::GET, "/faults/1", "", 404),
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

#[tokio::test]
async fn a_wait_lasts_although_older_requests_were_removed() {
    let sts = controlled().await;
    sts.call(GetCallerIdentity::new()).await.unwrap();
    assert_eq!(call(&sts, Method::DELETE, "/requests", "").await.0, 200);
    // The console knows no request then. It would send such requests without a pause.
    let start = std::time::Instant::now();
    let response = control(&sts, Method::GET, "/requests?after=0&wait=1", "").await;
    assert!(lines_of(&response).is_empty());
    assert!(start.elapsed().as_millis() >= 900, "{:?}", start.elapsed());
    let (response, ()) =
        tokio::join!(control(&sts, Method::GET, "/requests?after=0&wait=30", ""), async {
            sts.call(GetCallerIdentity::new()).await.unwrap();
        },);
    assert_eq!(lines_of(&response)[0]["id"], 2);
}
