//! What a refusal says: all that is wrong, with field, limit and what was given.

use std::time::Duration;

use sts_proto::{AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Operation, Tag};

use crate::{AGENCY, OIDC_PROVIDER, SAML_PROVIDER, broken_fields, violations};

#[test]
fn all_violations_are_named_at_once() {
    let operation = AssumeAgency::new("reader", "b")
        .duration(Duration::from_secs(60))
        .external_id("*")
        .policy("x")
        .policy_ids(["", "good", "b a d"])
        .mfa("short", "12345")
        .source_identity("i")
        .tags((0..21).map(|_| Tag::new("", "v".repeat(256))))
        .transitive_tag_keys((0..21).map(|index| index.to_string()))
        .provided_contexts([]);
    let fields = broken_fields(&operation);
    for field in [
        "agency_urn",
        "agency_session_name",
        "duration_seconds",
        "external_id",
        "policy",
        "policy_ids[0]",
        "policy_ids[2]",
        "serial_number",
        "token_code",
        "source_identity",
        "tags",
        "tags[0].key",
        "tags[0].value",
        "tags[20].key",
        "tags[20].value",
        "transitive_tag_keys",
        "provided_contexts",
    ] {
        assert!(fields.iter().any(|broken| broken == field), "{field} of {fields:?}");
    }
    assert!(!fields.iter().any(|broken| broken == "policy_ids[1]"));
    let error = operation.validate().unwrap_err();
    assert_eq!(error.operation(), "AssumeAgency");
    for violation in error.violations() {
        assert!(error.to_string().contains(&violation.to_string()), "{violation}");
    }
}

#[test]
fn each_violation_says_field_limit_and_what_was_given() {
    let said = |operation: &AssumeAgency| {
        let violations = violations(operation);
        violations.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let assume = || AssumeAgency::new(AGENCY, "session");
    assert_eq!(
        said(&AssumeAgency::new(AGENCY, "b")),
        [r#"agency_session_name must have 2 to 128 characters (given: 1 character, "b")"#]
    );
    assert_eq!(
        said(&AssumeAgency::new(AGENCY, "build 42")),
        ["agency_session_name must contain only ASCII letters, digits and _+=,.@- \
          (given: 8 characters, \"build 42\")"]
    );
    assert_eq!(
        said(&AssumeAgency::new("reader", "session")),
        ["agency_urn must be a URN of five parts, as in iam::ACCOUNT:agency:NAME \
          (given: 6 characters, \"reader\")"]
    );
    assert_eq!(
        said(&assume().duration(Duration::from_secs(60))),
        ["duration_seconds must be 900 to 43200 seconds (given: 60 seconds)"]
    );
    assert_eq!(
        said(&assume().policy_ids((0..21).map(|index| index.to_string()))),
        ["policy_ids must have 0 to 20 elements (given: 21 elements)"]
    );
    assert_eq!(
        said(&assume().tag("a", "").tag("a", "")),
        [r#"tags[1].key is a duplicate (given: 1 character, "a")"#]
    );
    let mut no_code = assume();
    no_code.serial_number = Some("iam::0a:mfa:dev".into());
    assert_eq!(
        said(&no_code),
        ["token_code is missing; set both serial_number and token_code (given: nothing)"]
    );
}

#[test]
fn of_a_secret_only_the_length_is_told() {
    let token_code = AssumeAgency::new(AGENCY, "session").mfa("iam::0a:mfa:dev", "98765");
    let id_token = AssumeAgencyWithOidc::new(OIDC_PROVIDER, AGENCY, "session", "PLN");
    let assertion = AssumeAgencyWithSaml::new(SAML_PROVIDER, AGENCY, "PLANTED*");
    let errors = [
        (token_code.validate().unwrap_err(), "98765", "5 characters"),
        (id_token.validate().unwrap_err(), "PLN", "3 characters"),
        (assertion.validate().unwrap_err(), "PLANTED*", "8 characters"),
    ];
    for (error, secret, given) in errors {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(secret), "{shown}");
        assert_eq!(error.violations()[0].given, given);
    }
}

#[test]
fn a_list_that_is_far_too_long_has_a_bounded_number_of_violations() {
    let ids = vec![String::new(); 100_000];
    let error = AssumeAgency::new(AGENCY, "session").policy_ids(&ids).validate().unwrap_err();
    assert_eq!(error.violations().len(), 200);
    assert_eq!(error.violations()[0].field, "policy_ids");
    assert_eq!(error.violations()[0].given, "100000 elements");
}

#[test]
fn what_was_given_is_shown_bounded_and_printable() {
    let name = format!("\u{1b}[31m\u{202e}\"{}", "x".repeat(100_000));
    let error = AssumeAgency::new(AGENCY, name).validate().unwrap_err();
    for violation in error.violations() {
        assert!(violation.given.len() < 128, "{}", violation.given);
        assert!(violation.given.contains('…'));
    }
    let shown = error.to_string();
    assert!(!shown.contains(['\u{1b}', '\u{202e}', '\n']), "{shown:?}");
    assert!(shown.len() < 512, "{shown}");
}
