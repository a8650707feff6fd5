//! The emulator with any set of features.
#![cfg(test)]

use http::{Response, StatusCode};
use sts_emulator::{Emulator, InProcess, TestClock, builtin};
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Body, Credentials,
    DecodeAuthorizationMessage, Endpoint, GetCallerIdentity, Operation, Region,
};
use sts_sign::Signer;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

fn emulator() -> InProcess {
    Emulator::builder().clock(TestClock::new(NOW)).in_process().unwrap()
}

fn send(
    emulator: &InProcess,
    credentials: Option<&Credentials>,
    operation: &impl Operation,
) -> Response<Body> {
    let mut request = operation.to_request(&Endpoint::from(Region::CN_NORTH_4)).unwrap();
    if let Some(credentials) = credentials {
        Signer::new(credentials).unwrap().sign(&mut request, NOW).unwrap();
    }
    emulator.respond(request)
}

#[test]
fn signed_operations_need_no_feature() {
    let emulator = emulator();
    let user = builtin::credentials();
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "build-42");
    let session = AssumeAgency::read(&send(&emulator, Some(&user), &assume)).unwrap().credentials;
    let identity = send(&emulator, Some(&session), &GetCallerIdentity::new());
    let identity = GetCallerIdentity::read(&identity).unwrap();
    assert_eq!(identity.account_id, builtin::ACCOUNT_ID);

    let forbidden = AssumeAgency::new(builtin::FORBIDDEN_AGENCY_URN, "build-42");
    let denial = AssumeAgency::read(&send(&emulator, Some(&user), &forbidden)).unwrap_err();
    assert_eq!(denial.status(), StatusCode::FORBIDDEN);
    let message = denial.encoded_authorization_message().unwrap();
    let decode = DecodeAuthorizationMessage::new(message);
    DecodeAuthorizationMessage::read(&send(&emulator, Some(&user), &decode)).unwrap();
}

/// Expects the rejection of an operation without its feature, and another response with it.
fn assert_requires(response: &Response<Body>, feature: &str, is_built_in: bool) {
    let body = String::from_utf8_lossy(response.body().as_ref());
    let is_rejected = response.status() == StatusCode::NOT_IMPLEMENTED
        && body.contains("EMULATOR.0007")
        && body.contains(&format!("requires the feature `{feature}` of sts-emulator"));
    assert_eq!(is_rejected, !is_built_in, "{} {body}", response.status());
}

#[test]
fn an_operation_without_its_feature_is_rejected_with_the_name_of_the_feature() {
    let emulator = emulator();
    let (agency, provider) = (builtin::AGENCY_URN, builtin::OIDC_PROVIDER_URN);
    let oidc = AssumeAgencyWithOidc::new(provider, agency, "build-42", "a.b.c");
    assert_requires(&send(&emulator, None, &oidc), "oidc", cfg!(feature = "oidc"));
    let saml = AssumeAgencyWithSaml::new(builtin::SAML_PROVIDER_URN, agency, "PHg+PC94Pg==");
    assert_requires(&send(&emulator, None, &saml), "saml", cfg!(feature = "saml"));
}

#[cfg(feature = "config")]
#[test]
fn a_provider_without_its_feature_is_rejected_with_the_name_of_the_feature() {
    for (table, feature, is_built_in) in [
        ("oidc_providers", "oidc", cfg!(feature = "oidc")),
        ("saml_providers", "saml", cfg!(feature = "saml")),
    ] {
        let provider = "name = \"p\"\nclient_ids = [\"c\"]\n";
        let toml = format!("[[accounts]]\nid = \"a\"\n[[accounts.{table}]]\n{provider}");
        let outcome = toml.parse::<sts_emulator::Config>();
        let error = outcome.err().map(|error| error.to_string()).unwrap_or_default();
        let names_feature =
            error.contains(&format!("{table} require the feature `{feature}` of sts-emulator"));
        assert_eq!(names_feature, !is_built_in, "{error}");
    }
}
