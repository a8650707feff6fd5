//! The requests as they stand on the wire.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, DecodeAuthorizationMessage, Endpoint,
    GetCallerIdentity, Operation, ProvidedContext, Region, Tag,
};

use crate::{AGENCY, OIDC_PROVIDER, SAML_PROVIDER};

fn endpoint() -> Endpoint {
    Endpoint::from(Region::CN_NORTH_4)
}

fn body<O: Operation>(operation: &O) -> Value {
    let request = operation.to_request_unvalidated(&endpoint()).unwrap();
    serde_json::from_slice(request.body().as_ref()).unwrap()
}

#[test]
fn fields_that_are_unset_are_left_out() {
    assert_eq!(
        body(&AssumeAgency::new(AGENCY, "session")),
        json!({"agency_urn": AGENCY, "agency_session_name": "session"})
    );
    assert_eq!(
        body(&AssumeAgencyWithOidc::new(OIDC_PROVIDER, AGENCY, "session", "e30.e30")),
        json!({
            "provider_urn": OIDC_PROVIDER,
            "agency_urn": AGENCY,
            "agency_session_name": "session",
            "id_token": "e30.e30",
        })
    );
    assert_eq!(
        body(&AssumeAgencyWithSaml::new(SAML_PROVIDER, AGENCY, "PHNhbWw+")),
        json!({
            "provider_urn": SAML_PROVIDER,
            "agency_urn": AGENCY,
            "saml_assertion": "PHNhbWw+",
        })
    );
}

#[test]
fn every_field_has_the_name_and_form_of_the_documentation() {
    let operation = AssumeAgency::new(AGENCY, "session")
        .duration(Duration::from_secs(1800))
        .external_id("ext:/id")
        .policy(r#"{"Version":"5.0","Statement":[]}"#)
        .policy_ids(["one", "two"])
        .mfa("iam::0a:mfa:dev", "012345")
        .source_identity("ci@corp")
        .tag("team", "infra")
        .tag("note", "")
        .transitive_tag_keys(["team"])
        .provided_contexts([ProvidedContext::new("iam::0a:oidcProvider:ctx", "signed")]);
    operation.validate().unwrap();
    assert_eq!(
        body(&operation),
        json!({
            "agency_urn": AGENCY,
            "agency_session_name": "session",
            "duration_seconds": 1800,
            "external_id": "ext:/id",
            "policy": r#"{"Version":"5.0","Statement":[]}"#,
            "policy_ids": ["one", "two"],
            "serial_number": "iam::0a:mfa:dev",
            "token_code": "012345",
            "source_identity": "ci@corp",
            "tags": [{"key": "team", "value": "infra"}, {"key": "note", "value": ""}],
            "transitive_tag_keys": ["team"],
            "provided_contexts": [{
                "context_provider_urn": "iam::0a:oidcProvider:ctx",
                "context_assertion": "signed",
            }],
        })
    );
    assert_eq!(
        body(
            &AssumeAgencyWithOidc::new("p", "a", "s", "t")
                .duration(Duration::from_secs(900))
                .policy("{}")
                .policy_ids(["one"])
        ),
        json!({
            "provider_urn": "p", "agency_urn": "a", "agency_session_name": "s", "id_token": "t",
            "duration_seconds": 900, "policy": "{}", "policy_ids": ["one"],
        })
    );
    assert_eq!(
        body(
            &AssumeAgencyWithSaml::new("p", "a", "t")
                .duration(Duration::from_secs(900))
                .policy("{}")
                .policy_ids(["one"])
        ),
        json!({
            "provider_urn": "p", "agency_urn": "a", "saml_assertion": "t",
            "duration_seconds": 900, "policy": "{}", "policy_ids": ["one"],
        })
    );
    assert_eq!(
        body(&DecodeAuthorizationMessage::new("abc+/=")),
        json!({"encoded_message": "abc+/="})
    );
}

#[test]
fn an_empty_list_that_was_set_is_sent() {
    let operation = AssumeAgency::new(AGENCY, "session")
        .policy_ids(Vec::<String>::new())
        .tags([])
        .transitive_tag_keys(Vec::<String>::new())
        .provided_contexts([]);
    let body = body(&operation);
    for field in ["policy_ids", "tags", "transitive_tag_keys", "provided_contexts"] {
        assert_eq!(body[field], json!([]), "{field}");
    }
}

#[test]
fn any_text_arrives_as_it_was_given() {
    let text = "e\"\\\n\t\u{0}\u{1f}\u{7f}\u{2028}é名😀";
    let operation = AssumeAgency::new(AGENCY, "session")
        .external_id(text)
        .tags([Tag::new(text, text)])
        .mfa(text, text)
        .provided_contexts([ProvidedContext::new(text, text)]);
    let body = body(&operation);
    let places = [
        &body["external_id"],
        &body["tags"][0]["key"],
        &body["tags"][0]["value"],
        &body["serial_number"],
        &body["token_code"],
        &body["provided_contexts"][0]["context_provider_urn"],
        &body["provided_contexts"][0]["context_assertion"],
    ];
    for place in places {
        assert_eq!(place, text);
    }
}

#[test]
fn a_post_says_that_it_is_json_and_nothing_else() {
    let request = DecodeAuthorizationMessage::new("abc").to_request(&endpoint()).unwrap();
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
    assert_eq!(request.headers().len(), 1);
    assert_eq!(
        request.uri(),
        "https://sts.cn-north-4.myhuaweicloud.com/v5/decode-authorization-message"
    );
}

#[test]
fn the_get_has_neither_body_nor_headers() {
    let request = GetCallerIdentity::new().to_request(&endpoint()).unwrap();
    assert_eq!(request.method(), Method::GET);
    assert_eq!(request.headers(), &HeaderMap::new());
    assert!(request.body().is_empty());
    assert_eq!(request.uri(), "https://sts.cn-north-4.myhuaweicloud.com/v5/caller-identity");
}

#[test]
fn no_request_carries_an_authorization_before_it_is_signed() {
    let oidc = AssumeAgencyWithOidc::new(OIDC_PROVIDER, AGENCY, "session", "e30.e30");
    let saml = AssumeAgencyWithSaml::new(SAML_PROVIDER, AGENCY, "PHNhbWw+");
    let requests = [oidc.to_request(&endpoint()).unwrap(), saml.to_request(&endpoint()).unwrap()];
    for request in requests {
        assert!(!request.headers().contains_key(AUTHORIZATION));
    }
}

#[test]
fn paths_go_below_the_endpoints_base_path() {
    let endpoint = Endpoint::parse("https://proxy.example:8443/a/sts/").unwrap();
    let request = GetCallerIdentity::new().to_request(&endpoint).unwrap();
    assert_eq!(request.uri(), "https://proxy.example:8443/a/sts/v5/caller-identity");
}

#[test]
fn what_breaks_a_limit_is_sent_only_when_validation_is_left_out() {
    let operation = AssumeAgency::new("reader", "b").duration(Duration::from_secs(1));
    let error = operation.to_request(&endpoint()).unwrap_err();
    assert_eq!(error, operation.validate().unwrap_err());
    assert_eq!(body(&operation)["agency_urn"], "reader");
    assert_eq!(body(&operation)["duration_seconds"], 1);
}

#[test]
fn a_base_path_that_leaves_no_room_for_the_operations_path_is_an_error() {
    let url = format!("https://h/{}", "p".repeat(65_520));
    let endpoint = Endpoint::parse(&url).unwrap();
    let error = GetCallerIdentity::new().to_request_unvalidated(&endpoint).unwrap_err();
    assert_eq!((error.operation(), error.violations().len()), ("GetCallerIdentity", 1));
    assert_eq!(error.violations()[0].field, "endpoint");
    assert!(error.to_string().len() < 300, "{error}");
}
