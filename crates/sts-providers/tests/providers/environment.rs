use std::sync::Arc;

use sts_providers::{EnvironmentVariables, credentials_from_environment};

use crate::world::{Place, ask, ask_again, ask_blocking};

fn place() -> Place {
    Place::default()
        .with_variable("HUAWEICLOUD_SDK_AK", "EXAMPLEAK00000000001")
        .with_variable("HUAWEICLOUD_SDK_SK", "a1B2c3")
}

#[test]
fn credentials_are_read_from_the_variables_of_the_official_sdks() {
    let keys = credentials_from_environment(&place()).unwrap();
    assert_eq!(keys.access_key_id, "EXAMPLEAK00000000001");
    assert_eq!(keys.secret_access_key.expose_secret(), "a1B2c3");
    assert!(!keys.is_temporary());

    let place = place().with_variable("HUAWEICLOUD_SDK_SECURITY_TOKEN", " token\n");
    let keys = credentials_from_environment(&place).unwrap();
    assert_eq!(keys.security_token.unwrap().expose_secret(), "token");
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let place = place().with_variable("HUAWEICLOUD_SDK_SECURITY_TOKEN", "  ");
    assert!(!credentials_from_environment(&place).unwrap().is_temporary());

    let place =
        place.with_variable("HUAWEICLOUD_SDK_AK", "").with_variable("HUAWEICLOUD_SDK_SK", "");
    let error = credentials_from_environment(&place).unwrap_err();
    assert!(error.is_not_configured());
    assert_eq!(error.to_string(), "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set");
}

#[test]
fn an_incomplete_access_key_is_an_error_and_not_unconfigured() {
    for (set, missing) in [("AK", "SK"), ("SK", "AK")] {
        let place = Place::default().with_variable(&format!("HUAWEICLOUD_SDK_{set}"), "x");
        let error = credentials_from_environment(&place).unwrap_err();
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
    let error = credentials_from_environment(&place).unwrap_err();
    assert!(!error.is_not_configured());
    assert!(error.to_string().contains("HUAWEICLOUD_SDK_IDP_ID"), "{error}");
}

#[test]
fn a_provider_returns_the_same_credentials_until_they_are_rejected_and_have_changed() {
    let place = place();
    let source = EnvironmentVariables::new(place.clone());
    let first = ask(&source).unwrap();
    let place = place.with_variable("HUAWEICLOUD_SDK_SK", "d4E5f6");
    assert!(Arc::ptr_eq(&ask_blocking(&source).unwrap(), &first));

    let second = ask_again(&source, first.clone()).unwrap();
    assert_eq!(second.secret_access_key.expose_secret(), "d4E5f6");
    // Rejecting credentials that are no longer in use changes nothing.
    assert!(Arc::ptr_eq(&ask_again(&source, first).unwrap(), &second));
    // The environment has no other credentials.
    assert!(Arc::ptr_eq(&ask_again(&source, second.clone()).unwrap(), &second));

    let _ = place.with_variable("HUAWEICLOUD_SDK_SK", "");
    assert!(ask_again(&source, second).is_err());
}
