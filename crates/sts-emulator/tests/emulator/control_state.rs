//! Clock, reset, reload and the secret of the control endpoint.

use std::sync::{Arc, Mutex};

use http::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::json;
use sts_emulator::{Fault, Injection, builtin};
use sts_proto::{AssumeAgency, Body, Credentials, GetCallerIdentity};
use tokio::net::TcpStream;

use crate::caller::{send_over, sts_with};
use crate::control::{call, control, controlled, lines_of, listed};
use crate::identity_center::{Device, user};

#[tokio::test]
async fn the_clock_stands_still_moves_and_continues() {
    let sts = controlled().await;
    let clock = async |path: &str, body: &str| {
        let method = if path == "/clock" { Method::GET } else { Method::POST };
        let (status, clock) = call(&sts, method, path, body).await;
        assert_eq!(status, 200, "{clock}");
        (clock["now"].as_str().unwrap().to_owned(), clock["frozen"].as_bool().unwrap())
    };
    let at = |time: &str, is_frozen| (format!("2026-{time}Z"), is_frozen);
    assert_eq!(clock("/clock", "").await, at("03-05T07:08:09.512", false));
    assert_eq!(clock("/clock/freeze", "").await, at("03-05T07:08:09.512", true));
    sts.wait(60);
    assert_eq!(clock("/clock", "").await, at("03-05T07:08:09.512", true));
    assert_eq!(clock("/clock/advance", r#"{"seconds":1}"#).await, at("03-05T07:08:10.512", true));
    assert_eq!(clock("/clock/unfreeze", "{}").await, at("03-05T07:08:10.512", false));
    sts.wait(60);
    assert_eq!(clock("/clock", "").await, at("03-05T07:09:10.512", false));
    let body = r#"{"at": "2026-06-01T02:00:00+02:00"}"#;
    assert_eq!(clock("/clock/freeze", body).await, at("06-01T00:00:00", true));
    // The signing date is now far off.
    sts.call(GetCallerIdentity::new()).await.unwrap_err();
    assert_eq!(call(&sts, Method::POST, "/reset", "").await.0, 200);
    assert_eq!(clock("/clock", "").await, at("03-05T07:10:09.512", false));
    sts.call(GetCallerIdentity::new()).await.unwrap();
    for (path, body, problem) in [
        ("/clock/freeze", r#"{"at": "tomorrow"}"#, "RFC 3339"),
        ("/clock/freeze", r#"{"time": 1}"#, "unknown field `time`"),
        ("/clock/advance", "", "missing field `seconds`"),
        ("/clock/advance", r#"{"seconds": -1}"#, "invalid value"),
        ("/clock/advance", "[1]", "expected a table"),
    ] {
        let (status, error) = call(&sts, Method::POST, path, body).await;
        assert_eq!(status, 400, "{path} {body}");
        assert!(error["error"].as_str().unwrap().contains(problem), "{error}");
    }
}

#[tokio::test]
async fn a_reset_returns_to_the_state_after_the_start() {
    let sts = sts_with(|builder| {
        builder.control("127.0.0.1:0").fault(Injection::new(Fault::GarbageBody).times(1))
    })
    .await;
    let started = listed(&sts).await[0]["fault"].clone();
    assert_eq!(started, "garbage_body");
    sts.emulator.faults().clear();
    sts.emulator.faults().inject(Fault::Outage);
    assert_eq!(call(&sts, Method::POST, "/reset", "{}").await.0, 200);
    let faults = listed(&sts).await;
    assert_eq!(faults.as_array().unwrap().len(), 1);
    assert_eq!(faults[0]["fault"], "garbage_body");
    sts.emulator.faults().clear();

    // A locked access key is unlocked.
    let wrong = Credentials::permanent(builtin::ACCESS_KEY_ID, "another-secret-key");
    for _ in 0..6 {
        sts.call_with(&wrong, GetCallerIdentity::new()).await.unwrap_err();
    }
    sts.call(GetCallerIdentity::new()).await.unwrap_err();
    assert_eq!(call(&sts, Method::POST, "/reset", "").await.0, 200);
    sts.emulator.faults().clear();
    assert!(lines_of(&control(&sts, Method::GET, "/requests", "").await).is_empty());
    sts.call(GetCallerIdentity::new()).await.unwrap();
}

#[tokio::test]
async fn the_configuration_is_reloaded() {
    let sts = controlled().await;
    assert_eq!(call(&sts, Method::POST, "/reload", "").await.0, 409);

    let text = Arc::new(Mutex::new("[[accounts]]\nid = 5\n".to_owned()));
    let file = Arc::clone(&text);
    let sts = sts_with(|builder| {
        builder.control("127.0.0.1:0").reload_with(move || {
            let toml = file.lock().unwrap().clone();
            toml.parse().map_err(std::io::Error::other)
        })
    })
    .await;
    let (status, error) = call(&sts, Method::POST, "/reload", "").await;
    assert_eq!(status, 400);
    assert!(error["error"].as_str().unwrap().starts_with("line 2: id: "), "{error}");
    sts.call(GetCallerIdentity::new()).await.unwrap();
    "[[accounts]]\nid = \"a\"\n".clone_into(&mut text.lock().unwrap());
    assert_eq!(call(&sts, Method::POST, "/reload", "").await, (200, json!({"status": "ok"})));
    sts.call(GetCallerIdentity::new()).await.unwrap_err();
}

#[tokio::test]
async fn with_a_secret_all_but_health_and_readiness_require_it() {
    const SECRET: &str = "0123456789abcdef";
    let sts = sts_with(|builder| builder.control("127.0.0.1:0").control_secret(SECRET)).await;
    let send = |path: &'static str, authorization: Option<&'static str>| {
        let url = sts.emulator.control_url().unwrap();
        let mut request = Request::get(format!("{url}/_emulator/{path}"));
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let request = request.body(Body::empty()).unwrap();
        async move {
            let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
            send_over(TokioIo::new(stream), request).await
        }
    };
    for path in ["", "console.js", "v1/faults", "v1/requests", "v1/sessions", "v1/clock"] {
        let response = send(path, None).await;
        assert_eq!(response.status(), 401, "{path}");
        assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic "));
        assert_eq!(send(path, Some("Bearer 0123456789abcdeX")).await.status(), 401, "{path}");
        assert_eq!(send(path, Some("Bearer 0123456789abcdef")).await.status(), 200, "{path}");
        let basic = "Basic YWRtaW46MDEyMzQ1Njc4OWFiY2RlZg==";
        assert_eq!(send(path, Some(basic)).await.status(), 200, "{path}");
    }
    for path in ["v1/health", "v1/ready"] {
        assert_eq!(send(path, None).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn every_operation_gets_a_response_at_both_ends_of_time() {
    let sts = controlled().await;
    let device = Device::start(&sts).await;
    for at in [
        "0000-01-01T00:00:00Z",
        "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999999999Z",
        "9999-12-31T23:59:59-23:59",
    ] {
        let (status, clock) =
            call(&sts, Method::POST, "/clock/freeze", &json!({ "at": at }).to_string()).await;
        assert_eq!(status, 200, "{at}: {clock}");
        sts.call(GetCallerIdentity::new()).await.unwrap_err();
        device.poll(&sts).await;
        device.poll(&sts).await;
        let late = Device::start(&sts).await;
        for _ in 0..3 {
            late.poll(&sts).await;
        }
        let _ = sts.emulator.identity_center().approve(late.user_code(), &user());
        late.poll(&sts).await;
        let mut request = sts
            .signed(&builtin::credentials(), &AssumeAgency::new(builtin::AGENCY_URN, "build-42"));
        let now = time::OffsetDateTime::parse(at, &time::format_description::well_known::Rfc3339);
        if crate::caller::signer(&builtin::credentials()).sign(&mut request, now.unwrap()).is_ok() {
            sts.send(request).await;
        }
        for path in ["/clock", "/sessions", "/ready"] {
            assert_eq!(call(&sts, Method::GET, path, "").await.0, 200, "{at} {path}");
        }
        control(&sts, Method::GET, "/requests", "").await;
        for (path, body) in
            [("/clock/advance", r#"{"seconds":4294967295}"#), ("/clock/unfreeze", "{}")]
        {
            assert_eq!(call(&sts, Method::POST, path, body).await.0, 200, "{at} {path}");
            sts.call(GetCallerIdentity::new()).await.unwrap_err();
        }
        assert_eq!(call(&sts, Method::POST, "/reset", "").await.0, 200);
        sts.call(GetCallerIdentity::new()).await.unwrap();
    }
}
