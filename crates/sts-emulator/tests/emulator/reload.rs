//! Reloading the configuration of a running emulator.

use sts_emulator::{Config, builtin};
use sts_proto::{AssumeAgency, Credentials, GetCallerIdentity};

use crate::caller::{Sts, sts};

const OTHER: &str = r#"
    [[accounts]]
    id = "a"
    [[accounts.users]]
    name = "alice"
    access_keys = [{ access_key_id = "HSTALICE", secret_access_key = "alice-secret" }]
"#;

fn alice() -> Credentials {
    Credentials::permanent("HSTALICE", "alice-secret")
}

async fn caller(sts: &Sts, credentials: &Credentials) -> Result<String, u16> {
    let outcome = sts.call_with(credentials, GetCallerIdentity::new()).await;
    outcome.map(|identity| identity.principal_urn).map_err(|error| error.status().as_u16())
}

#[tokio::test]
async fn users_of_the_new_configuration_replace_the_others_and_sessions_stay() {
    let sts = sts().await;
    assert_eq!(caller(&sts, &alice()).await, Err(401));
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "build-42");
    let session = sts.call(assume).await.unwrap().credentials;

    sts.emulator.reload(OTHER.parse::<Config>().unwrap());
    assert_eq!(caller(&sts, &alice()).await.unwrap(), "iam::a:user:alice");
    assert_eq!(caller(&sts, &builtin::credentials()).await, Err(401));
    assert!(caller(&sts, &session).await.unwrap().ends_with(":assumed-agency:demo/build-42"));

    sts.emulator.reload(Config::default());
    caller(&sts, &builtin::credentials()).await.unwrap();
}
