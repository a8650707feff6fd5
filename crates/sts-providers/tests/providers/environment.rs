use std::sync::Arc;
use std::time::Duration;

use sts_providers::EnvironmentVariables;

use crate::world::{Place, Wire, ask, ask_again, ask_blocking, blocking_client, client};

fn place() -> Place {
    Place::default()
        .with_variable("HUAWEICLOUD_SDK_AK", "EXAMPLEAK00000000001")
        .with_variable("HUAWEICLOUD_SDK_SK", "a1B2c3")
}

#[test]
fn credentials_are_read_from_the_variables_of_the_official_sdks() {
    let credentials = EnvironmentVariables.read(&place()).unwrap();
    assert_eq!(credentials.access_key_id, "EXAMPLEAK00000000001");
    assert_eq!(credentials.secret_access_key.expose_secret(), "a1B2c3");
    assert!(!credentials.is_temporary());

    let place = place().with_variable("HUAWEICLOUD_SDK_SECURITY_TOKEN", " token\n");
    let credentials = EnvironmentVariables.read(&place).unwrap();
    assert_eq!(credentials.security_token.unwrap().expose_secret(), "token");
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let place = place().with_variable("HUAWEICLOUD_SDK_SECURITY_TOKEN", "  ");
    assert!(!EnvironmentVariables.read(&place).unwrap().is_temporary());

    let place =
        place.with_variable("HUAWEICLOUD_SDK_AK", "").with_variable("HUAWEICLOUD_SDK_SK", "");
    let error = EnvironmentVariables.read(&place).unwrap_err();
    assert!(error.is_not_configured());
    assert_eq!(error.to_string(), "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set");
}

#[test]
fn an_incomplete_access_key_is_an_error_and_not_unconfigured() {
    for (set, missing) in [("AK", "SK"), ("SK", "AK")] {
        let place = Place::default().with_variable(&format!("HUAWEICLOUD_SDK_{set}"), "x");
        let error = EnvironmentVariables.read(&place).unwrap_err();
        assert!(!error.is_not_configured());
        let expected =
            format!("HUAWEICLOUD_SDK_{set} is set, but HUAWEICLOUD_SDK_{missing} is not");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn an_access_key_is_not_used_where_the_official_sdks_would_federate() {
    let place = place()
        .with_variable("HUAWEICLOUD_SDK_IDP_ID", "idp")
        .with_variable("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "/token");
    let error = EnvironmentVariables.read(&place).unwrap_err();
    assert!(!error.is_not_configured());
    assert!(error.to_string().contains("HUAWEICLOUD_SDK_IDP_ID"), "{error}");
}

#[test]
fn a_session_returns_the_same_credentials_until_they_are_rejected() {
    let place = place();
    let wire = Wire::dead();
    let session = client(&wire, &place).session(EnvironmentVariables).unwrap();
    let blocking = blocking_client(&wire, &place).session(EnvironmentVariables).unwrap();
    let first = ask(&session).unwrap();
    assert_eq!(ask_blocking(&blocking).unwrap(), first);
    let place = place.with_variable("HUAWEICLOUD_SDK_SK", "d4E5f6");
    assert!(Arc::ptr_eq(&ask(&session).unwrap(), &first));

    let second = ask_again(&session, first.clone()).unwrap();
    assert_eq!(second.secret_access_key.expose_secret(), "d4E5f6");
    // Rejecting credentials that are no longer in use changes nothing.
    assert!(Arc::ptr_eq(&ask_again(&session, first).unwrap(), &second));

    let place = place.with_variable("HUAWEICLOUD_SDK_SK", "");
    place.pass(Duration::from_secs(3600));
    assert!(ask_again(&session, second).is_err());
}
