//! Sessions: issuance, chaining and expiration.

use std::time::Duration;

use sts_emulator::builtin;
use sts_proto::{AssumeAgency, Credentials, ErrorKind, GetCallerIdentity};
use time::macros::datetime;

use crate::caller::{sts, sts_with};

#[tokio::test]
async fn the_keys_of_a_session_call_as_that_session() {
    let sts = sts().await;
    let assume =
        AssumeAgency::new(builtin::AGENCY_URN, "build-42").duration(Duration::from_secs(1800));
    let session = sts.call(assume).await.unwrap();

    let keys = &session.credentials;
    assert_eq!(keys.access_key_id.len(), 20);
    assert!(keys.access_key_id.starts_with("HST"));
    assert_eq!(keys.secret_access_key.expose_secret().len(), 40);
    assert_eq!(keys.expiration, Some(datetime!(2026-03-05 07:38:09.512 UTC)));

    let identity = sts.call_with(keys, GetCallerIdentity::new()).await.unwrap();
    assert_eq!(identity.account_id, builtin::ACCOUNT_ID);
    assert_eq!(identity.principal_urn, session.assumed_agency.urn);
    assert_eq!(identity.principal_id, session.assumed_agency.id);
    assert_eq!(
        session.assumed_agency.urn,
        format!("sts::{}:assumed-agency:demo/build-42", builtin::ACCOUNT_ID)
    );
}

#[tokio::test]
async fn a_user_gets_its_identity() {
    let sts = sts().await;
    let identity = sts.call(GetCallerIdentity::new()).await.unwrap();
    assert_eq!(identity.principal_urn, format!("iam::{}:user:emulator", builtin::ACCOUNT_ID));
}

#[tokio::test]
async fn a_session_asks_for_an_hour_at_most() {
    let sts = sts().await;
    let assume = |name: &str| AssumeAgency::new(builtin::AGENCY_URN, name);
    let first = sts.call(assume("s1").duration(Duration::from_secs(43_200))).await.unwrap();
    let keys = &first.credentials;
    let error =
        sts.call_with(keys, assume("s2").duration(Duration::from_secs(3601))).await.unwrap_err();
    assert_eq!((error.status().as_u16(), error.kind()), (400, ErrorKind::InvalidRequest));
    let second =
        sts.call_with(keys, assume("s2").duration(Duration::from_secs(3600))).await.unwrap();
    let expiration = second.credentials.expiration;
    assert_eq!(expiration, Some(datetime!(2026-03-05 08:08:09.512 UTC)));
}

#[tokio::test]
async fn a_session_lasts_no_longer_than_the_agency_allows() {
    let config = r#"
        [[accounts]]
        id = "a"
        [[accounts.users]]
        name = "alice"
        access_keys = [{ access_key_id = "HSTALICE000000000001", secret_access_key = "alice-secret" }]
        [[accounts.agencies]]
        name = "short"
        max_duration = 7200
    "#;
    let sts = sts_with(|builder| builder.config(config.parse().unwrap())).await;
    let alice = Credentials::permanent("HSTALICE000000000001", "alice-secret");
    let assume = |seconds| {
        AssumeAgency::new("iam::a:agency:short", "s1").duration(Duration::from_secs(seconds))
    };
    sts.call_with(&alice, assume(7200)).await.unwrap();
    let error = sts.call_with(&alice, assume(7201)).await.unwrap_err();
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("EMULATOR.0002"));
}

#[tokio::test]
async fn a_source_identity_stays_for_the_whole_chain() {
    let sts = sts().await;
    let assume = |name: &str| AssumeAgency::new(builtin::AGENCY_URN, name);
    let first = sts.call(assume("s1").source_identity("ci@corp")).await.unwrap();
    assert_eq!(first.source_identity.as_deref(), Some("ci@corp"));
    let second = sts.call_with(&first.credentials, assume("s2")).await.unwrap();
    assert_eq!(second.source_identity.as_deref(), Some("ci@corp"));
    let other = assume("s3").source_identity("someone");
    let error = sts.call_with(&second.credentials, other).await.unwrap_err();
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("EMULATOR.0002"));
}

#[tokio::test]
async fn a_transitive_tag_is_inherited_and_cannot_be_replaced() {
    let sts = sts().await;
    let assume = |name: &str| AssumeAgency::new(builtin::AGENCY_URN, name);
    let tagged = assume("s1").tag("team", "infra").tag("note", "").transitive_tag_keys(["team"]);
    let first = sts.call(tagged).await.unwrap();
    let second = sts.call_with(&first.credentials, assume("s2").tag("note", "x")).await.unwrap();
    let replacing = assume("s3").tag("team", "sales");
    let error = sts.call_with(&second.credentials, replacing).await.unwrap_err();
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("EMULATOR.0002"));
}

#[tokio::test]
async fn a_policy_has_to_be_json() {
    let sts = sts().await;
    let assume = |policy: &str| AssumeAgency::new(builtin::AGENCY_URN, "s1").policy(policy);
    sts.call(assume(r#"{"Version":"5.0","Statement":[]}"#)).await.unwrap();
    let error = sts.call(assume("allow everything")).await.unwrap_err();
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("PAP5.0011"));
}

#[tokio::test]
async fn emulators_with_one_seed_take_each_others_sessions() {
    let first = sts_with(|builder| builder.seed("a seed")).await;
    let second = sts_with(|builder| builder.seed("a seed")).await;
    let other = sts_with(|builder| builder.seed("another seed")).await;
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "s1");
    let keys = first.call(assume).await.unwrap().credentials;
    drop(first);
    second.call_with(&keys, GetCallerIdentity::new()).await.unwrap();
    other.call_with(&keys, GetCallerIdentity::new()).await.unwrap_err();
}
