//! Denials and their reasons.

use sts_emulator::{Config, builtin};
use sts_proto::{AssumeAgency, Credentials, DecodeAuthorizationMessage, ErrorKind, ServiceError};

use crate::caller::{Sts, sts, sts_with};

async fn denied(sts: &Sts, assume: AssumeAgency) -> ServiceError {
    let error = sts.call(assume).await.unwrap_err();
    assert_eq!(error.status(), 403);
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("PAP5.0001"));
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    error
}

#[tokio::test]
async fn an_agency_that_does_not_exist_is_not_found() {
    let sts = sts().await;
    let urn = format!("iam::{}:agency:nowhere", builtin::ACCOUNT_ID);
    let error = sts.call(AssumeAgency::new(&urn, "s1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("STS5.1106"));
    assert_eq!(error.message(), Some(format!("the agency '{urn}' cannot be found").as_str()));
}

#[tokio::test]
async fn the_reason_of_a_denial_can_be_decoded() {
    let sts = sts().await;
    let assume = AssumeAgency::new(builtin::FORBIDDEN_AGENCY_URN, "s1");
    let error = denied(&sts, assume).await;
    let encoded = error.encoded_authorization_message().unwrap();
    assert!(!encoded.contains("forbidden"));

    let decoded = sts.call(DecodeAuthorizationMessage::new(encoded)).await.unwrap();
    let reason: serde_json::Value = serde_json::from_str(&decoded.decoded_message).unwrap();
    assert_eq!(
        reason,
        serde_json::json!({
            "context": {
                "action": "sts:agencies:assume",
                "resource": builtin::FORBIDDEN_AGENCY_URN,
                "principal": format!("iam::{}:user:emulator", builtin::ACCOUNT_ID),
            },
            "failure": "a deny rule denies the action",
        })
    );
}

#[tokio::test]
async fn a_foreign_or_damaged_message_is_rejected() {
    let (ours, theirs) = (sts().await, sts().await);
    let assume = AssumeAgency::new(builtin::FORBIDDEN_AGENCY_URN, "s1");
    let foreign = denied(&theirs, assume).await;
    let foreign = foreign.encoded_authorization_message().unwrap().to_owned();
    // A security token is sealed as well, but for another purpose.
    let session = ours.call(AssumeAgency::new(builtin::AGENCY_URN, "s1")).await.unwrap();
    let token = session.credentials.security_token.unwrap();
    for message in [foreign.as_str(), token.expose_secret(), "damaged", "AAAA"] {
        let decode = DecodeAuthorizationMessage::new(message);
        let error = ours.call(decode).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("EMULATOR.0003"));
    }
}

/// Two accounts; the caller is Alice of the first.
fn config() -> Config {
    r#"
    [[accounts]]
    id = "first"
    [[accounts.users]]
    name = "alice"
    access_keys = [{ access_key_id = "HSTALICE000000000001", secret_access_key = "alice-secret" }]
    [[accounts.agencies]]
    name = "home"
    [[accounts.agencies]]
    name = "closed"
    trust = []
    [[accounts.agencies]]
    name = "sessions"
    trust = ["iam::first:agency:home"]

    [[accounts]]
    id = "second"
    [[accounts.agencies]]
    name = "own"
    [[accounts.agencies]]
    name = "guests"
    trust = ["first"]
    [[accounts.agencies]]
    name = "alices"
    trust = ["iam::first:user:alice"]
    [[accounts.agencies]]
    name = "bobs"
    trust = ["iam::first:user:bob"]
    [[accounts.agencies]]
    name = "all_callers"
    trust = ["*"]
    external_id = "contract-7"
    "#
    .parse()
    .unwrap()
}

#[tokio::test]
async fn an_agency_is_assumed_by_those_it_trusts() {
    let sts = sts_with(|builder| builder.config(config())).await;
    let alice = Credentials::permanent("HSTALICE000000000001", "alice-secret");
    for (urn, is_trusted) in [
        ("iam::first:agency:home", true),
        ("iam::first:agency:closed", false),
        ("iam::first:agency:sessions", false),
        ("iam::second:agency:own", false),
        ("iam::second:agency:guests", true),
        ("iam::second:agency:alices", true),
        ("iam::second:agency:bobs", false),
    ] {
        let outcome = sts.call_with(&alice, AssumeAgency::new(urn, "s1")).await;
        assert_eq!(outcome.is_ok(), is_trusted, "{urn}");
    }
    let home = sts.call_with(&alice, AssumeAgency::new("iam::first:agency:home", "s1"));
    let home = home.await.unwrap().credentials;
    let chained = AssumeAgency::new("iam::first:agency:sessions", "s2");
    sts.call_with(&home, chained).await.unwrap();
}

#[tokio::test]
async fn an_external_id_has_to_be_the_one_asked_for() {
    let sts = sts_with(|builder| builder.config(config())).await;
    let alice = Credentials::permanent("HSTALICE000000000001", "alice-secret");
    let assume = || AssumeAgency::new("iam::second:agency:all_callers", "s1");
    for (assume, is_allowed) in [
        (assume(), false),
        (assume().external_id("contract-8"), false),
        (assume().external_id("contract-7"), true),
    ] {
        let outcome = sts.call_with(&alice, assume).await;
        assert_eq!(outcome.is_ok(), is_allowed);
    }
}
