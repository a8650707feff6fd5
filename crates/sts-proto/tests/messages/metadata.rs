//! Name, method, path and authentication of each operation, and what is repeatable.

use http::Method;
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Authentication,
    DecodeAuthorizationMessage, GetCallerIdentity, Operation,
};

use crate::{AGENCY, OIDC_PROVIDER, SAML_PROVIDER};

fn metadata<O: Operation>() -> (&'static str, Method, &'static str, Authentication) {
    (O::NAME, O::METHOD, O::PATH, O::AUTHENTICATION)
}

#[test]
fn each_operation_has_the_name_method_and_path_of_the_documentation() {
    let (signed, unsigned) = (Authentication::Signed, Authentication::Unsigned);
    assert_eq!(
        metadata::<AssumeAgency>(),
        ("AssumeAgency", Method::POST, "/v5/agencies/assume", signed)
    );
    assert_eq!(
        metadata::<AssumeAgencyWithOidc>(),
        ("AssumeAgencyWithOIDC", Method::POST, "/v5/agencies/assume-with-oidc", unsigned)
    );
    assert_eq!(
        metadata::<AssumeAgencyWithSaml>(),
        ("AssumeAgencyWithSAML", Method::POST, "/v5/agencies/assume-with-saml", unsigned)
    );
    assert_eq!(
        metadata::<DecodeAuthorizationMessage>(),
        ("DecodeAuthorizationMessage", Method::POST, "/v5/decode-authorization-message", signed)
    );
    assert_eq!(
        metadata::<GetCallerIdentity>(),
        ("GetCallerIdentity", Method::GET, "/v5/caller-identity", signed)
    );
}

#[test]
fn only_a_request_with_an_mfa_code_is_not_repeatable() {
    let plain = AssumeAgency::new(AGENCY, "session");
    assert!(plain.is_repeatable());
    assert!(!plain.mfa("iam::0a:mfa:dev", "123456").is_repeatable());
    assert!(AssumeAgencyWithOidc::new(OIDC_PROVIDER, AGENCY, "session", "e30.e30").is_repeatable());
    assert!(AssumeAgencyWithSaml::new(SAML_PROVIDER, AGENCY, "PHNhbWw+").is_repeatable());
    assert!(DecodeAuthorizationMessage::new("x").is_repeatable());
    assert!(GetCallerIdentity::new().is_repeatable());
}
