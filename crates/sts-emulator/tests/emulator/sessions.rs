//! Sessions: issued, used, chained, ended.

use sts_emulator::builtin;
use sts_proto::{AssumeAgency, GetCallerIdentity};
use time::macros::datetime;

use crate::caller::sts;

#[tokio::test]
async fn the_keys_of_a_session_call_as_that_session() {
    let sts = sts().await;
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "build-42").duration_seconds(1800);
    let session = sts.call(assume).await.unwrap();

    let keys = &session.credentials;
    assert_eq!(keys.access_key_id.len(), 20);
    assert!(keys.access_key_id.starts_with("HST"));
    assert_eq!(keys.secret_access_key.expose_secret().len(), 40);
    assert_eq!(
        keys.expiration,
        Some(datetime!(2026-03-05 07:38:09.512 UTC))
    );

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
async fn a_user_is_told_who_it_is() {
    let sts = sts().await;
    let identity = sts.call(GetCallerIdentity::new()).await.unwrap();
    assert_eq!(
        identity.principal_urn,
        format!("iam::{}:user:emulator", builtin::ACCOUNT_ID)
    );
}
