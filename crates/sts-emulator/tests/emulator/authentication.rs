//! Authentication of requests.

use std::time::Duration;

use http::Request;
use ring::{digest, hmac};
use sts_emulator::{Clock as _, builtin};
use sts_proto::{
    AssumeAgency, Body, Credentials, ErrorKind, GetCallerIdentity, Operation as _, ServiceError,
};
use sts_sign::{Scope, Signer};

use crate::caller::{Sts, sts, sts_with};

async fn rejected(sts: &Sts, request: Request<Body>) -> ServiceError {
    GetCallerIdentity::read(&sts.send(request).await).unwrap_err()
}

fn wrong_secret() -> Credentials {
    Credentials::permanent(builtin::ACCESS_KEY_ID, "another-secret")
}

#[track_caller]
fn assert_unauthenticated(error: &ServiceError, detail: &str) {
    assert_eq!(error.status(), 401);
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("APIGW.0301"));
    let message = error.message().unwrap();
    assert!(message.starts_with("Incorrect IAM authentication information: "), "{message}");
    assert!(message.contains(detail), "{message}");
}

#[tokio::test]
async fn a_wrong_secret_is_rejected() {
    let sts = sts().await;
    let error = sts.call_with(&wrong_secret(), GetCallerIdentity::new()).await.unwrap_err();
    assert_unauthenticated(&error, "verify aksk signature fail");
    assert_eq!(error.kind(), ErrorKind::InvalidCredentials);
}

#[tokio::test]
async fn a_changed_body_is_rejected() {
    let sts = sts().await;
    let operation = AssumeAgency::new(builtin::AGENCY_URN, "build-42");
    let request = sts.signed(&builtin::credentials(), &operation);
    let (head, _) = request.into_parts();
    let request = Request::from_parts(head, Body::from(b"{}".to_vec()));
    assert_unauthenticated(&rejected(&sts, request).await, "verify aksk signature fail");
}

#[tokio::test]
async fn an_unknown_key_is_rejected() {
    let sts = sts().await;
    let unknown = Credentials::permanent("HSTNOBODY00000000001", "secret");
    let error = sts.call_with(&unknown, GetCallerIdentity::new()).await.unwrap_err();
    assert_unauthenticated(&error, "ak not exist");
}

#[tokio::test]
async fn a_request_without_a_signature_is_rejected() {
    let sts = sts().await;
    let endpoint = sts.emulator.endpoint();
    let request = GetCallerIdentity::new().to_request(endpoint).unwrap();
    assert_unauthenticated(&rejected(&sts, request).await, "x-auth-token not found");
}

#[tokio::test]
async fn a_token_of_classic_iam_is_not_accepted() {
    let sts = sts().await;
    let mut request = GetCallerIdentity::new().to_request(sts.emulator.endpoint()).unwrap();
    request.headers_mut().insert("x-auth-token", "token".parse().unwrap());
    let error = rejected(&sts, request).await;
    assert_eq!(error.status().as_u16(), 400);
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("PAP5.0046"));
}

#[tokio::test]
async fn an_authorization_of_another_form_is_rejected() {
    let sts = sts().await;
    for authorization in ["Bearer eyJ", "SDK-HMAC-SHA256", "SDK-HMAC-SHA256 Access=A, B=C", "\t"] {
        let mut request = sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
        let value = authorization.parse().unwrap();
        request.headers_mut().insert("authorization", value);
        assert_unauthenticated(&rejected(&sts, request).await, "format is incorrect");
    }
}

#[tokio::test]
async fn a_date_is_good_for_fifteen_minutes_either_way() {
    let sts = sts().await;
    let request = || sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
    let (late, in_time) = (request(), request());
    sts.wait(15 * 60 - 1);
    assert_eq!(sts.send(in_time).await.status(), 200);
    sts.wait(60);
    assert_unauthenticated(&rejected(&sts, late).await, "verify aksk signature fail");

    let early = request();
    sts.clock.set(sts.clock.now() - Duration::from_secs(16 * 60));
    let response = sts.send(early).await;
    let date = response.headers()["date"].to_str().unwrap().to_owned();
    let error = GetCallerIdentity::read(&response).unwrap_err();
    assert_unauthenticated(&error, "verify aksk signature fail");
    // Clients learn their clock offset from it.
    assert_eq!(date, "Thu, 05 Mar 2026 07:08:08 GMT");
}

#[tokio::test]
async fn more_than_five_failures_in_a_row_lock_the_key_for_five_minutes() {
    let sts = sts().await;
    for _ in 0..6 {
        let error = sts.call_with(&wrong_secret(), GetCallerIdentity::new()).await.unwrap_err();
        assert_unauthenticated(&error, "verify aksk signature fail");
    }
    let error = sts.call(GetCallerIdentity::new()).await.unwrap_err();
    assert_unauthenticated(&error, "AK access failed to reach the limit");
    assert_eq!(error.kind(), ErrorKind::AccessKeyLocked);

    sts.wait(299);
    assert!(sts.call(GetCallerIdentity::new()).await.is_err());
    sts.wait(1);
    assert!(sts.call(GetCallerIdentity::new()).await.is_ok());
}

#[tokio::test]
async fn a_success_ends_the_row_of_failures() {
    let sts = sts().await;
    for _ in 0..3 {
        for _ in 0..5 {
            sts.call_with(&wrong_secret(), GetCallerIdentity::new()).await.unwrap_err();
        }
        sts.call(GetCallerIdentity::new()).await.unwrap();
    }
}

#[tokio::test]
async fn a_locked_key_does_not_lock_others() {
    let sts = sts().await;
    let session = sts.call(AssumeAgency::new(builtin::AGENCY_URN, "s1")).await.unwrap();
    for _ in 0..6 {
        sts.call_with(&wrong_secret(), GetCallerIdentity::new()).await.unwrap_err();
    }
    sts.call_with(&session.credentials, GetCallerIdentity::new()).await.unwrap();
}

#[tokio::test]
async fn a_temporary_key_without_its_token_is_unknown() {
    let sts = sts().await;
    let session = sts.call(AssumeAgency::new(builtin::AGENCY_URN, "s1")).await.unwrap();
    let mut keys = session.credentials;
    keys.security_token = None;
    let error = sts.call_with(&keys, GetCallerIdentity::new()).await.unwrap_err();
    assert_unauthenticated(&error, "ak not exist");
}

#[tokio::test]
async fn a_token_that_is_not_signed_is_rejected() {
    let sts = sts().await;
    let session = sts.call(AssumeAgency::new(builtin::AGENCY_URN, "s1")).await.unwrap();
    let token = session.credentials.security_token.clone().unwrap();
    let mut keys = session.credentials;
    keys.security_token = None;
    let mut request = sts.signed(&keys, &GetCallerIdentity::new());
    let token = token.expose_secret().parse().unwrap();
    request.headers_mut().insert("x-security-token", token);
    let error = rejected(&sts, request).await;
    assert_eq!(error.status(), 400);
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("APIGW.0602"));
}

#[tokio::test]
async fn a_damaged_or_foreign_token_is_rejected() {
    let (ours, theirs) = (sts().await, sts().await);
    let session = |name: &'static str| AssumeAgency::new(builtin::AGENCY_URN, name);
    let foreign = theirs.call(session("s1")).await.unwrap().credentials;
    let error = ours.call_with(&foreign, GetCallerIdentity::new()).await.unwrap_err();
    assert_unauthenticated(&error, "decrypt token fail");
    assert_eq!(error.kind(), ErrorKind::ExpiredCredentials);

    let one = ours.call(session("s1")).await.unwrap().credentials;
    let mut other = ours.call(session("s2")).await.unwrap().credentials;
    other.security_token = one.security_token;
    for token in [other.security_token.take().unwrap(), "garbage".into()] {
        let mixed = other.clone().security_token(token);
        let error = ours.call_with(&mixed, GetCallerIdentity::new()).await.unwrap_err();
        assert_unauthenticated(&error, "decrypt token fail");
    }
}

#[tokio::test]
async fn a_token_ends_when_it_was_said_to() {
    let sts = sts().await;
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "s1").duration(Duration::from_secs(900));
    let keys = sts.call(assume).await.unwrap().credentials;
    sts.wait(899);
    sts.call_with(&keys, GetCallerIdentity::new()).await.unwrap();
    sts.wait(1);
    let error = sts.call_with(&keys, GetCallerIdentity::new()).await.unwrap_err();
    assert_unauthenticated(&error, "token expires, expires_at: 2026-03-05T07:23:09.512Z");
    assert_eq!(error.kind(), ErrorKind::ExpiredCredentials);
}

#[tokio::test]
async fn every_signing_algorithm_is_accepted() {
    let sts = sts().await;
    let (id, secret) = (builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY);
    for signer in [
        Signer::from_parts(id, secret),
        Signer::v11(id, secret, Scope::new("cn-north-4", "sts")),
        Signer::sm3(id, secret),
        Signer::p256(id, secret),
        Signer::sm2(id, secret),
    ] {
        let signer = signer.unwrap();
        let mut request = GetCallerIdentity::new().to_request(sts.emulator.endpoint()).unwrap();
        signer.sign(&mut request, sts.clock.now()).unwrap();
        assert_eq!(sts.send(request).await.status(), 200, "{}", signer.algorithm());
    }
}

/// Returns a request signed like those of the official Go SDK, without the Host header.
fn signed_as_from_go(sts: &Sts, secret: &str) -> Request<Body> {
    let hex = |bytes: &[u8]| -> String {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
    };
    let sha256 = |text: &str| hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    let (date, names) = ("20260305T070809Z", "content-type;x-project-id;x-sdk-date");
    let canonical = format!(
        "GET\n/v5/caller-identity/\n\ncontent-type:application/json\nx-project-id:x\n\
         x-sdk-date:{date}\n\n{names}\n{}",
        sha256(""),
    );
    let text = format!("SDK-HMAC-SHA256\n{date}\n{}", sha256(&canonical));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hex(hmac::sign(&key, text.as_bytes()).as_ref());
    let authorization = format!(
        "SDK-HMAC-SHA256 Access={}, SignedHeaders={names}, Signature={signature}",
        builtin::ACCESS_KEY_ID
    );
    Request::get(format!("{}/v5/caller-identity", sts.emulator.url()))
        .header("content-type", "application/json")
        .header("x-project-id", "x")
        .header("x-sdk-date", date)
        .header("authorization", authorization)
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn a_signature_without_the_host_is_accepted_as_the_go_sdk_makes_it() {
    let sts = sts().await;
    let request = signed_as_from_go(&sts, builtin::SECRET_ACCESS_KEY);
    assert_eq!(
        GetCallerIdentity::read(&sts.send(request).await).unwrap().account_id,
        builtin::ACCOUNT_ID
    );
    let error = rejected(&sts, signed_as_from_go(&sts, "another-secret")).await;
    assert_unauthenticated(&error, "verify aksk signature fail");
}

#[tokio::test]
async fn the_canonical_request_is_echoed_when_asked_for() {
    let sts = sts_with(sts_emulator::Builder::echo_canonical_request).await;
    let error = sts.call_with(&wrong_secret(), GetCallerIdentity::new()).await.unwrap_err();
    assert_unauthenticated(&error, "verify aksk signature fail");

    let request = sts.signed(&wrong_secret(), &GetCallerIdentity::new());
    let response = sts.send(request).await;
    let body = String::from_utf8_lossy(response.body().as_ref()).into_owned();
    assert!(
        body.contains("signature fail, canonicalRequest:GET|/v5/caller-identity/||host:127.0.0.1"),
        "{body}"
    );
}
