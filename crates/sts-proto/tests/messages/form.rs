//! Control characters and surrounding white space are refused in every field; URNs are checked as
//! the newest official definition does.

use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, DecodeAuthorizationMessage,
    Operation, ProvidedContext, Violation,
};

use crate::{AGENCY, OIDC_PROVIDER, SAML_PROVIDER, broken_fields, violations};

/// What comes along when a text is read from a file, and what never belongs in one.
const BAD: [&str; 16] = [
    "\n", "\r\n", " ", "\t", "\u{0}", "\u{b}", "\u{1b}", "\u{7f}", "\u{85}", "\u{9b}", "\u{a0}",
    "\u{2003}", "\u{2028}", "\u{200b}", "\u{2060}", "\u{feff}",
];

type Make = fn(String) -> Vec<Violation>;

fn assume() -> AssumeAgency {
    AssumeAgency::new(AGENCY, "session")
}

fn oidc(change: impl Fn(AssumeAgencyWithOidc) -> AssumeAgencyWithOidc) -> Vec<Violation> {
    violations(&change(AssumeAgencyWithOidc::new(OIDC_PROVIDER, AGENCY, "session", "token")))
}

fn saml(change: impl Fn(AssumeAgencyWithSaml) -> AssumeAgencyWithSaml) -> Vec<Violation> {
    violations(&change(AssumeAgencyWithSaml::new(SAML_PROVIDER, AGENCY, "YXNzZXJ0")))
}

fn context(urn: String, assertion: String) -> Vec<Violation> {
    violations(&assume().provided_contexts([ProvidedContext::new(urn, assertion)]))
}

/// Every text field of every operation, with a valid value of it.
const FIELDS: [(&str, &str, Make); 25] = [
    ("agency_urn", AGENCY, |text| violations(&AssumeAgency::new(text, "session"))),
    ("agency_session_name", "session", |text| violations(&AssumeAgency::new(AGENCY, text))),
    ("policy", "{}", |text| violations(&assume().policy(text))),
    ("policy_ids[0]", "id", |text| violations(&assume().policy_ids([text]))),
    ("external_id", "id", |text| violations(&assume().external_id(text))),
    ("serial_number", "123456789", |text| violations(&assume().mfa(text, "123456"))),
    ("token_code", "123456", |text| violations(&assume().mfa("123456789", text))),
    ("source_identity", "me", |text| violations(&assume().source_identity(text))),
    ("tags[0].key", "k", |text| violations(&assume().tag(text, "v"))),
    ("tags[0].value", "v", |text| violations(&assume().tag("k", text))),
    ("transitive_tag_keys[0]", "k", |text| violations(&assume().transitive_tag_keys([text]))),
    ("provided_contexts[0].context_provider_urn", AGENCY, |text| context(text, "a".into())),
    ("provided_contexts[0].context_assertion", "a", |text| context(AGENCY.into(), text)),
    ("provider_urn", OIDC_PROVIDER, |text| oidc(|o| with(o, |o| o.provider_urn.clone_from(&text)))),
    ("agency_urn", AGENCY, |text| oidc(|o| with(o, |o| o.agency_urn.clone_from(&text)))),
    ("agency_session_name", "session", |text| {
        oidc(|o| with(o, |o| o.agency_session_name.clone_from(&text)))
    }),
    ("id_token", "token", |text| oidc(|o| with(o, |o| o.id_token = text.as_str().into()))),
    ("policy", "{}", |text| oidc(|o| o.policy(text.clone()))),
    ("policy_ids[0]", "id", |text| oidc(|o| o.policy_ids([text.clone()]))),
    ("provider_urn", SAML_PROVIDER, |text| saml(|o| with(o, |o| o.provider_urn.clone_from(&text)))),
    ("agency_urn", AGENCY, |text| saml(|o| with(o, |o| o.agency_urn.clone_from(&text)))),
    ("saml_assertion", "YXNzZXJ0", |text| {
        saml(|o| with(o, |o| o.saml_assertion = text.as_str().into()))
    }),
    ("policy", "{}", |text| saml(|o| o.policy(text.clone()))),
    ("policy_ids[0]", "id", |text| saml(|o| o.policy_ids([text.clone()]))),
    ("encoded_message", "m", |text| violations(&DecodeAuthorizationMessage::new(text))),
];

fn with<O>(mut operation: O, change: impl Fn(&mut O)) -> O {
    change(&mut operation);
    operation
}

#[test]
fn every_field_refuses_white_space_around_it_and_control_characters() {
    for (field, good, violations) in FIELDS {
        assert_eq!(violations(good.to_owned()), [], "{field}");
        for bad in BAD {
            for text in [format!("{good}{bad}"), format!("{bad}{good}"), bad.to_owned()] {
                let found = violations(text.clone());
                assert!(!found.is_empty(), "{field}: {text:?}");
                assert!(found.iter().all(|violation| violation.field == field), "{found:?}");
                let shown = format!("{found:?}");
                assert!(!shown.contains(bad) || bad == " ", "{shown}");
            }
        }
    }
}

#[test]
fn the_violation_says_what_came_along() {
    let rule = |text: &str| violations(&AssumeAgency::new(text, "session"))[0].rule.to_string();
    let surrounded = "must not begin or end with white space";
    for text in [format!("{AGENCY}\n"), format!(" {AGENCY}")] {
        assert_eq!(rule(&text), surrounded);
    }
    let control = "must not contain control characters, zero-width spaces or a byte order mark";
    for text in [AGENCY.replace("reader", "rea\nder"), format!("\u{feff}{AGENCY}")] {
        assert_eq!(rule(&text), control);
    }
}

#[test]
fn a_policy_may_be_indented() {
    let none: [&str; 0] = [];
    let indented = "{\r\n\t\"Version\": \"5.0\"\n}";
    assert_eq!(broken_fields(&assume().policy(indented)), none);
    for bad in ["{\u{0}}", "{\u{1b}}", "{\u{85}}"] {
        assert_eq!(broken_fields(&assume().policy(bad)), ["policy"], "{bad:?}");
    }
}

#[test]
fn urns_without_a_documented_pattern_are_limited_in_length_only() {
    let long = "u".repeat(1500);
    for urn in ["u", "agency/reader", "iam::0a:agency:", "a b", "名", &long] {
        AssumeAgencyWithOidc::new(OIDC_PROVIDER, urn, "session", "token").validate().unwrap();
        AssumeAgencyWithSaml::new(urn, urn, "YXNzZXJ0").validate().unwrap();
        let provider = AssumeAgencyWithOidc::new(urn, AGENCY, "session", "token");
        assert_eq!(broken_fields(&provider), ["provider_urn"], "{urn}");
        assert_eq!(broken_fields(&AssumeAgency::new(urn, "session")), ["agency_urn"], "{urn}");
    }
    for urn in ["", &"u".repeat(1501)] {
        let saml = AssumeAgencyWithSaml::new(urn, urn, "YXNzZXJ0");
        assert_eq!(broken_fields(&saml), ["provider_urn", "agency_urn"]);
        let oidc = AssumeAgencyWithOidc::new(OIDC_PROVIDER, urn, "session", "token");
        assert_eq!(broken_fields(&oidc), ["agency_urn"]);
    }
}

#[test]
fn tag_keys_may_hold_a_slash_and_letters_of_any_script() {
    for key in ["a/b", "/", "部门", "Straße", "a b", "_sys", "é:.=+-@_"] {
        assume().tag(key, "v").transitive_tag_keys([key]).validate().unwrap();
    }
}
