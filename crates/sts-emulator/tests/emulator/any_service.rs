//! Requests to services that the emulator does not serve, and to mocks of them.

use std::time::Duration;

use http::Request;
use serde_json::Value;
use sts_emulator::{Clock as _, Config, Emulator, TestClock, builtin};
use sts_proto::{AssumeAgency, Body, Credentials};
use time::macros::datetime;

use crate::caller::{Sts, json_of, signer, sts, sts_with};

const SERVERS: &str = "/v1/0a1b/cloudservers?limit=2&name=a%20b";

fn signed(sts: &Sts, credentials: &Credentials, method: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(format!("{}{SERVERS}", sts.emulator.url()));
    let request = request.header("content-type", "application/json").header("x-extra", "1");
    let mut request = request.body(Body::from(b"{}".to_vec())).unwrap();
    signer(credentials).sign(&mut request, sts.clock.now()).unwrap();
    request
}

async fn session(sts: &Sts) -> Credentials {
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "s1").source_identity("alice");
    sts.call(assume).await.unwrap().credentials
}

#[tokio::test]
async fn a_signed_request_to_any_path_returns_its_signer() {
    let sts = sts_with(sts_emulator::Builder::any_service).await;
    let user = builtin::credentials();
    let found = json_of(&sts.send(signed(&sts, &user, "POST")).await, 200);
    assert_eq!(found["method"], "POST");
    assert_eq!(found["target"], SERVERS);
    assert_eq!(found["account_id"], builtin::ACCOUNT_ID);
    assert!(found["principal_urn"].as_str().unwrap().ends_with(":user:emulator"));
    assert_eq!(found["access_key_id"], builtin::ACCESS_KEY_ID);
    assert_eq!(found["algorithm"], "SDK-HMAC-SHA256");
    assert_eq!(found["signed_at"], "2026-03-05T07:08:09Z");
    assert_eq!(found["is_payload_signed"], true);
    let headers = found["signed_headers"].as_object().unwrap();
    assert_eq!(headers["x-sdk-date"], "20260305T070809Z");
    assert_eq!(headers["content-type"], "application/json");
    assert!(headers.contains_key("host"));

    let keys = session(&sts).await;
    let found = json_of(&sts.send(signed(&sts, &keys, "GET")).await, 200);
    assert!(found["principal_urn"].as_str().unwrap().ends_with(":assumed-agency:demo/s1"));
    assert_eq!(found["signed_headers"]["x-security-token"], "[redacted]");
    sts.call(sts_proto::GetCallerIdentity::new()).await.unwrap();
}

#[tokio::test]
async fn a_wrong_signature_returns_the_canonical_request() {
    let config: Config = "any_service = true\n[[accounts]]\nid = \"a\"\n[[accounts.users]]\n\
        name = \"alice\"\naccess_keys = [{ access_key_id = \"HSTALICE000000000001\", \
        secret_access_key = \"s\" }]\n"
        .parse()
        .unwrap();
    let sts = sts_with(|builder| builder.config(config)).await;
    let alice = Credentials::permanent("HSTALICE000000000001", "s");
    json_of(&sts.send(signed(&sts, &alice, "GET")).await, 200);

    let wrong = Credentials::permanent("HSTALICE000000000001", "wrong");
    let error = json_of(&sts.send(signed(&sts, &wrong, "GET")).await, 401);
    assert_eq!(error["error_code"], "APIGW.0301");
    let message = error["error_msg"].as_str().unwrap();
    let echo = "canonicalRequest:GET|/v1/0a1b/cloudservers/|limit=2&name=a%20b|";
    assert!(message.contains(echo), "{message}");
    let response = sts.send_json("GET", SERVERS, &[], &Value::Null).await;
    assert_eq!(json_of(&response, 401)["error_code"], "APIGW.0301");
    // A date that is too old.
    let request = signed(&sts, &alice, "GET");
    sts.wait(901);
    assert_eq!(json_of(&sts.send(request).await, 401)["error_code"], "APIGW.0301");
}

#[tokio::test]
async fn other_paths_are_not_found_by_default() {
    let sts = sts().await;
    let response = sts.send(signed(&sts, &builtin::credentials(), "GET")).await;
    assert_eq!(json_of(&response, 404)["error_code"], "APIGW.0101");
}

#[tokio::test]
async fn a_mock_authenticates_the_callers_of_the_emulator() {
    let sts = sts().await;
    let keys = session(&sts).await;
    // A server sees the origin form.
    let mut request = signed(&sts, &keys, "GET");
    let host = sts.emulator.address().to_string();
    request.headers_mut().insert("host", host.parse().unwrap());
    *request.uri_mut() = SERVERS.parse().unwrap();
    let principal = sts.emulator.authenticate(&request).unwrap();
    assert_eq!(principal.account_id, builtin::ACCOUNT_ID);
    assert!(principal.urn.ends_with(":assumed-agency:demo/s1"));
    assert!(principal.id.ends_with(":s1"));
    assert_eq!(principal.access_key_id, keys.access_key_id);
    assert_eq!(principal.source_identity.as_deref(), Some("alice"));
    assert_eq!(principal.expires_at, keys.expiration);

    let user = sts.emulator.authenticate(&signed(&sts, &builtin::credentials(), "PUT")).unwrap();
    assert!(user.urn.ends_with(":user:emulator"));
    assert_eq!(user.expires_at, None);

    *request.method_mut() = http::Method::DELETE;
    let error = sts.emulator.authenticate(&request).unwrap_err();
    assert_eq!((error.status().as_u16(), error.code()), (401, "APIGW.0301"));
    assert!(error.to_string().starts_with("signature mismatch"), "{error}");
    assert_eq!(json_of(&error.into_response(), 401)["error_code"], "APIGW.0301");
    sts.wait(3600);
    let error = sts.emulator.authenticate(&signed(&sts, &keys, "GET")).unwrap_err();
    let token = keys.security_token.as_ref().unwrap().expose_secret();
    assert!(error.to_string().starts_with("token expires"), "{error}");
    assert!(!format!("{error} {error:?}").contains(token));
}

#[tokio::test]
async fn wrong_signatures_at_a_mock_lock_the_access_key() {
    let sts = sts().await;
    let wrong = Credentials::permanent(builtin::ACCESS_KEY_ID, "wrong");
    for _ in 0..6 {
        sts.emulator.authenticate(&signed(&sts, &wrong, "GET")).unwrap_err();
    }
    sts.call(sts_proto::GetCallerIdentity::new()).await.unwrap_err();
}

#[tokio::test]
async fn the_response_to_a_rejected_request_has_the_date_of_the_clock_in_utc() {
    let clock = TestClock::new(datetime!(2026-03-05 15:08:09 +8));
    let emulator = Emulator::builder().clock(clock.clone()).start().await.unwrap();
    for date in ["Thu, 05 Mar 2026 07:08:09 GMT", "Thu, 05 Mar 2026 07:08:10 GMT"] {
        let response = emulator.authenticate(&Request::new("")).unwrap_err().into_response();
        assert_eq!(response.headers()["date"], date);
        clock.advance(Duration::from_secs(1));
    }
}
