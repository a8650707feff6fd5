//! Trust policies and deny rules.

use serde_json::json;
use sts_emulator::{Config, builtin};
use sts_proto::{
    AssumeAgency, AssumeAgencyOutput, Credentials, DecodeAuthorizationMessage, ErrorKind,
    GetCallerIdentity, ServiceError,
};

use crate::caller::{Sts, json_of, sts_with};

const WORLD: &str = r#"
    [[accounts]]
    id = "a"

    [[accounts.users]]
    name = "alice"
    access_keys = [{ access_key_id = "HSTALICE000000000001", secret_access_key = "alice-secret" }]
    mfa_devices = [{ serial_number = "iam::a:mfa:alice", code = "123456" }]

    [[accounts.users]]
    name = "bob"
    access_keys = [{ access_key_id = "HSTBOB00000000000001", secret_access_key = "bob-secret" }]

    [[accounts.agencies]]
    name = "open"

    [[accounts.agencies]]
    name = "guarded"
    mfa = true

    [[accounts.agencies]]
    name = "tagged"
    allowed_tags = ["team", "note"]

    [[accounts.agencies]]
    name = "untagged"
    allowed_tags = []

    [[deny]]
    principal = "iam::a:user:bob"
    action = "sts::setSourceIdentity"

    [[deny]]
    principal = "iam::a:agency:open"
    resource = "iam::a:agency:tagged"

    [[deny]]
    principal = "iam::a:agency:guarded"
    action = "sts::decodeAuthorizationMessage"
"#;

async fn sts() -> Sts {
    sts_with(|builder| builder.config(WORLD.parse::<Config>().unwrap())).await
}

fn alice() -> Credentials {
    Credentials::permanent("HSTALICE000000000001", "alice-secret")
}

fn bob() -> Credentials {
    Credentials::permanent("HSTBOB00000000000001", "bob-secret")
}

fn assume(agency: &str) -> AssumeAgency {
    AssumeAgency::new(format!("iam::a:agency:{agency}"), "s1")
}

/// Returns the denied action and the reason.
async fn reason(sts: &Sts, outcome: Result<AssumeAgencyOutput, ServiceError>) -> (String, String) {
    let error = outcome.unwrap_err();
    assert_eq!((error.status().as_u16(), error.kind()), (403, ErrorKind::AccessDenied));
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("PAP5.0001"));
    let decode = DecodeAuthorizationMessage::new(error.encoded_authorization_message().unwrap());
    let decoded = sts.call_with(&bob(), decode).await.unwrap().decoded_message;
    let reason: serde_json::Value = serde_json::from_str(&decoded).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&reason["context"]["action"]), text(&reason["failure"]))
}

#[tokio::test]
async fn an_agency_that_asks_for_mfa_takes_the_code_of_the_callers_device() {
    let sts = sts().await;
    let guarded = || assume("guarded");
    let session = sts.call_with(&alice(), guarded().mfa("iam::a:mfa:alice", "123456")).await;
    let session = session.unwrap().credentials;

    let (action, why) = reason(&sts, sts.call_with(&alice(), guarded()).await).await;
    assert_eq!(action, "sts:agencies:assume");
    assert!(why.contains("MFA"), "{why}");
    let wrong = guarded().mfa("iam::a:mfa:alice", "654321");
    let (_, why) = reason(&sts, sts.call_with(&alice(), wrong).await).await;
    assert!(why.contains("MFA code"), "{why}");
    // A session has no device.
    let chained = guarded().mfa("iam::a:mfa:alice", "123456");
    sts.call_with(&session, chained).await.unwrap_err();
}

#[tokio::test]
async fn a_device_of_another_user_is_an_invalid_serial_number() {
    let sts = sts().await;
    for (keys, device) in [(alice(), "iam::a:mfa:other"), (bob(), "iam::a:mfa:alice")] {
        // A code that is not required is verified as well.
        for agency in ["guarded", "open"] {
            let operation = assume(agency).mfa(device, "123456");
            let error = sts.call_with(&keys, operation).await.unwrap_err();
            assert_eq!(error.status(), 400);
            assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("PAP5.0041"));
        }
    }
    sts.call_with(&alice(), assume("open").mfa("iam::a:mfa:alice", "123456")).await.unwrap();
}

#[tokio::test]
async fn only_allowed_tags_are_accepted() {
    let sts = sts().await;
    let tagged = assume("tagged").tag("team", "infra").tag("note", "");
    sts.call_with(&alice(), tagged).await.unwrap();
    sts.call_with(&alice(), assume("untagged")).await.unwrap();
    for assume in
        [assume("tagged").tag("team", "x").tag("Note", "x"), assume("untagged").tag("team", "x")]
    {
        let (action, why) = reason(&sts, sts.call_with(&alice(), assume).await).await;
        assert_eq!(action, "sts::tagSession");
        assert!(why.contains("tag"), "{why}");
    }
}

#[tokio::test]
async fn a_deny_rule_stands_against_what_a_trust_policy_allows() {
    let sts = sts().await;
    sts.call_with(&bob(), assume("open")).await.unwrap();
    let named = || assume("open").source_identity("bob");
    sts.call_with(&alice(), named()).await.unwrap();
    let (action, why) = reason(&sts, sts.call_with(&bob(), named()).await).await;
    assert_eq!(
        (action.as_str(), why.as_str()),
        ("sts::setSourceIdentity", "a deny rule denies the action")
    );

    // All actions on one resource, for all sessions of an agency.
    let session = sts.call_with(&alice(), assume("open")).await.unwrap().credentials;
    sts.call_with(&session, assume("untagged")).await.unwrap();
    let (action, _) = reason(&sts, sts.call_with(&session, assume("tagged")).await).await;
    assert_eq!(action, "sts:agencies:assume");
}

#[tokio::test]
async fn decoding_can_be_denied_and_get_caller_identity_cannot() {
    let sts = sts().await;
    let guarded = assume("guarded").mfa("iam::a:mfa:alice", "123456");
    let session = sts.call_with(&alice(), guarded).await.unwrap().credentials;
    let decode = DecodeAuthorizationMessage::new("whatever");
    let error = sts.call_with(&session, decode).await.unwrap_err();
    assert_eq!((error.status().as_u16(), error.kind()), (403, ErrorKind::AccessDenied));
    sts.call_with(&session, GetCallerIdentity::new()).await.unwrap();
}

#[test]
fn rules_that_make_no_sense_are_named_with_their_line() {
    for (toml, line, key) in [
        ("[[deny]]\nprincipal = \"a b\"\n", 2, "principal"),
        ("[[deny]]\nprincipal = \"*\"\naction = \"sts:assume\"\n", 3, "action"),
        ("[[deny]]\nprincipal = \"*\"\nagency = \"x\"\n", 3, "agency"),
        (
            "[[accounts]]\nid = \"a\"\n[[accounts.users]]\nname = \"u\"\n\
             mfa_devices = [{ serial_number = \"s\", code = \"12345\" }]\n",
            5,
            "code",
        ),
    ] {
        let error = toml.parse::<Config>().unwrap_err();
        assert_eq!((error.line(), error.key()), (Some(line), Some(key)), "{error}");
        assert!(!error.to_string().contains("12345"), "{error}");
    }
}

#[tokio::test]
async fn classic_iam_keeps_the_source_identity_and_the_tags_of_a_chain() {
    let sts = crate::caller::sts().await;
    let tag = || sts_proto::Tag::new("team", "blue");
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "s1").source_identity("alice");
    let assume = assume.tags([tag()]).transitive_tag_keys(["team"]);
    let session = sts.call(assume).await.unwrap().credentials;
    let by_agency = json!({"methods": ["assume_role"], "assume_role":
        {"agency_name": "demo", "domain_id": builtin::ACCOUNT_ID}});
    for identity in [json!({"methods": ["token"]}), by_agency] {
        let path = "/v3.0/OS-CREDENTIAL/securitytokens";
        let body = json!({"auth": {"identity": identity}});
        let found = json_of(&sts.send_signed_json(&session, "POST", path, &body).await, 201);
        let text = |name: &str| found["credential"][name].as_str().unwrap().to_owned();
        let mut next = Credentials::permanent(text("access"), text("secret"));
        next.security_token = Some(text("securitytoken").into());

        let assume = || AssumeAgency::new(builtin::AGENCY_URN, "s2");
        let output = sts.call_with(&next, assume()).await.unwrap();
        assert_eq!(output.source_identity.as_deref(), Some("alice"));
        let error = sts.call_with(&next, assume().source_identity("mallory")).await.unwrap_err();
        assert!(error.to_string().contains("EMULATOR.0002"), "{error}");
        let error = sts.call_with(&next, assume().tags([tag()])).await.unwrap_err();
        assert!(error.to_string().contains("EMULATOR.0002"), "{error}");
    }
}
