//! Rules about more than one field, or about more than a length.

use std::time::Duration;

use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Caller, Operation, Secret, Tag,
};

use crate::{AGENCY, OIDC_PROVIDER, SAML_PROVIDER, broken_fields, violations_of};

fn assume() -> AssumeAgency {
    AssumeAgency::new(AGENCY, "session")
}

#[test]
fn a_token_code_is_exactly_six_ascii_digits() {
    for code in ["000000", "123456"] {
        assume().mfa("iam::0a:mfa:dev", code).validate().unwrap();
    }
    for code in ["", "12345", "1234567", "12345a", "-12345", "12345 ", "１２３４５６", "１２"]
    {
        let operation = assume().mfa("iam::0a:mfa:dev", code);
        assert_eq!(broken_fields(&operation), ["token_code"], "{code:?}");
    }
}

#[test]
fn a_token_code_and_a_serial_number_go_together() {
    let mut no_serial_number = assume();
    no_serial_number.token_code = Some(Secret::from("123456"));
    assert_eq!(broken_fields(&no_serial_number), ["serial_number"]);

    let mut no_code = assume();
    no_code.serial_number = Some("iam::0a:mfa:dev".into());
    assert_eq!(broken_fields(&no_code), ["token_code"]);
}

#[test]
fn temporary_keys_ask_for_an_hour_at_most() {
    let broken = |seconds| {
        violations_of(&assume().duration(Duration::from_secs(seconds)), Caller::Temporary)
    };
    assert!(broken(3599).is_empty());
    assert!(broken(3600).is_empty());
    assert_eq!(broken(3601)[0].field, "duration_seconds");
    assert!(violations_of(&assume(), Caller::Temporary).is_empty(), "the default is an hour");
    assert!(
        violations_of(&assume().duration(Duration::from_secs(3601)), Caller::Permanent).is_empty()
    );
}

#[test]
fn a_federated_call_has_no_keys_whose_kind_could_limit_it() {
    let oidc = AssumeAgencyWithOidc::new(OIDC_PROVIDER, AGENCY, "session", "e30.e30");
    assert!(
        violations_of(&oidc.duration(Duration::from_secs(43_200)), Caller::Temporary).is_empty()
    );
    let saml = AssumeAgencyWithSaml::new(SAML_PROVIDER, AGENCY, "PHNhbWw+");
    assert!(
        violations_of(&saml.duration(Duration::from_secs(43_200)), Caller::Temporary).is_empty()
    );
}

#[test]
fn tag_keys_occur_once_and_in_any_case() {
    let twice = assume().tag("team", "a").tag("name", "b").tag("team", "c").tag("team", "d");
    assert_eq!(broken_fields(&twice), ["tags[2].key", "tags[3].key"]);
    // Keys that differ in case are distinct: the behaviour of the service is not documented.
    assume().tag("team", "a").tag("Team", "b").validate().unwrap();
}

#[test]
fn tag_keys_of_the_service_itself_are_refused() {
    assert_eq!(broken_fields(&assume().tag("_sys_x", "v")), ["tags[0].key"]);
    for allowed in ["_sys", "x_sys_", "_SYS_x"] {
        assume().tag(allowed, "v").validate().unwrap();
    }
}

#[test]
fn tag_characters_are_left_to_the_service_for_sources_differ() {
    assume().tag("部门/a b", "值:*?").validate().unwrap();
}

#[test]
fn a_transitive_key_need_not_be_among_the_tags_for_no_source_says_so() {
    assume().transitive_tag_keys(["inherited", "inherited", ""]).validate().unwrap();
}

#[test]
fn assertions_are_base64_of_the_standard_alphabet() {
    let broken = |assertion: &str| {
        broken_fields(&AssumeAgencyWithSaml::new(SAML_PROVIDER, AGENCY, assertion))
    };
    for good in ["abcd", "ab+/", "abc=", "ab==", "abcde"] {
        assert!(broken(good).is_empty(), "{good}");
    }
    for bad in ["ab-_", "ab\ncd", "a===", "=abc", "ab=c", "äbcd", "abc "] {
        assert_eq!(broken(bad), ["saml_assertion"], "{bad:?}");
    }
}

#[test]
fn thousands_of_tags_are_judged_without_comparing_each_with_each() {
    // Quadratic work would take minutes here.
    let tags = (0..200_000).map(|index| Tag::new(index.to_string(), ""));
    assert_eq!(broken_fields(&assume().tags(tags)), ["tags"]);
}
