//! Each documented limit at its edge, one below and one above: the newest one where sources differ.

use std::time::Duration;

use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, DecodeAuthorizationMessage,
    Operation, ProvidedContext, Tag,
};

use crate::{AGENCY, OIDC_PROVIDER, SAML_PROVIDER, broken_fields};

fn assume() -> AssumeAgency {
    AssumeAgency::new(AGENCY, "session")
}

fn oidc() -> AssumeAgencyWithOidc {
    AssumeAgencyWithOidc::new(OIDC_PROVIDER, AGENCY, "session", "e30.e30")
}

fn saml() -> AssumeAgencyWithSaml {
    AssumeAgencyWithSaml::new(SAML_PROVIDER, AGENCY, "PHNhbWw+")
}

/// `least` to `most` of whatever `make` makes hold; one fewer and one more break `field` alone.
#[track_caller]
fn holds_between<O: Operation>(field: &str, least: usize, most: usize, make: impl Fn(usize) -> O) {
    let none: [&str; 0] = [];
    for good in [least, least + 1, most - 1, most] {
        assert_eq!(broken_fields(&make(good)), none, "{field} of {good}");
    }
    for bad in least.checked_sub(1).into_iter().chain([most + 1]) {
        assert_eq!(broken_fields(&make(bad)), [field], "{field} of {bad}");
    }
}

/// An agency URN of `length` characters.
fn urn(length: usize) -> String {
    format!("iam::0a:agency:{}", "n".repeat(length - "iam::0a:agency:".len()))
}

/// `count` different texts.
fn texts(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|index| format!("t{index}"))
}

#[test]
fn urns_have_at_most_1500_characters() {
    let shortest = "iam::0a:agency:n".len();
    let none: [&str; 0] = [];
    for length in [shortest, 1499, 1500] {
        assert_eq!(broken_fields(&AssumeAgency::new(urn(length), "session")), none);
    }
    assert_eq!(broken_fields(&AssumeAgency::new(urn(1501), "session")), ["agency_urn"]);
    let oidc = AssumeAgencyWithOidc::new(urn(1501), urn(1501), "session", "e30.e30");
    assert_eq!(broken_fields(&oidc), ["provider_urn", "agency_urn"]);
    let saml = AssumeAgencyWithSaml::new(urn(1501), urn(1501), "PHNhbWw+");
    assert_eq!(broken_fields(&saml), ["provider_urn", "agency_urn"]);
    let context = ProvidedContext::new(urn(1501), "signed");
    assert_eq!(
        broken_fields(&assume().provided_contexts([context])),
        ["provided_contexts[0].context_provider_urn"]
    );
}

#[test]
fn urns_have_five_parts_of_the_documented_characters_and_lengths() {
    let none: [&str; 0] = [];
    let fits = |urn: &str| broken_fields(&AssumeAgency::new(urn, "session")) == none;
    for good in [
        "iam::0a:agency:n",
        "iam:*:0a:agency:n",
        "a:b:c:d:e",
        "A+/=_-:a*:c+/=_-:d+/=_-:any thing: 名",
        &format!("a:{}:{}:{}:e", "b".repeat(255), "c".repeat(64), "d".repeat(64)),
    ] {
        assert!(fits(good), "{good}");
    }
    for bad in [
        "",
        "reader",
        "iam::0a:agency:",
        "iam::0a:agency",
        ":b:c:d:e",
        "a:b::d:e",
        "a:b:c::e",
        "a*:b:c:d:e",
        "a:b:c*:d:e",
        "a:b:c:d*:e",
        "ä:b:c:d:e",
        &format!("a:{}:c:d:e", "b".repeat(256)),
        &format!("a:b:{}:d:e", "c".repeat(65)),
        &format!("a:b:c:{}:e", "d".repeat(65)),
    ] {
        assert!(!fits(bad), "{bad}");
    }
}

#[test]
fn session_names_have_2_to_128_characters() {
    let field = "agency_session_name";
    holds_between(field, 2, 128, |n| AssumeAgency::new(AGENCY, "s".repeat(n)));
    holds_between(field, 2, 128, |n| {
        AssumeAgencyWithOidc::new(OIDC_PROVIDER, AGENCY, "s".repeat(n), "e30.e30")
    });
}

#[test]
fn sessions_last_900_to_43200_seconds() {
    let field = "duration_seconds";
    let seconds = |n: usize| Duration::from_secs(n.try_into().unwrap());
    holds_between(field, 900, 43_200, |n| assume().duration(seconds(n)));
    holds_between(field, 900, 43_200, |n| oidc().duration(seconds(n)));
    holds_between(field, 900, 43_200, |n| saml().duration(seconds(n)));
    assert_eq!(broken_fields(&assume().duration(Duration::from_secs(u64::MAX))), [field]);
}

#[test]
fn policies_have_2_to_4096_characters() {
    holds_between("policy", 2, 4096, |n| assume().policy("é".repeat(n)));
    holds_between("policy", 2, 4096, |n| oidc().policy("{".repeat(n)));
    holds_between("policy", 2, 4096, |n| saml().policy("{".repeat(n)));
}

#[test]
fn there_are_at_most_20_policy_ids() {
    holds_between("policy_ids", 0, 20, |n| assume().policy_ids(texts(n)));
    holds_between("policy_ids", 0, 20, |n| oidc().policy_ids(texts(n)));
    holds_between("policy_ids", 0, 20, |n| saml().policy_ids(texts(n)));
}

#[test]
fn policy_ids_have_1_to_64_characters() {
    let ids = |n: usize| ["good".to_owned(), "p".repeat(n)];
    holds_between("policy_ids[1]", 1, 64, |n| assume().policy_ids(ids(n)));
    holds_between("policy_ids[1]", 1, 64, |n| oidc().policy_ids(ids(n)));
    holds_between("policy_ids[1]", 1, 64, |n| saml().policy_ids(ids(n)));
}

#[test]
fn external_ids_have_2_to_1224_characters() {
    holds_between("external_id", 2, 1224, |n| assume().external_id("e".repeat(n)));
}

#[test]
fn serial_numbers_have_9_to_256_characters() {
    holds_between("serial_number", 9, 256, |n| assume().mfa("s".repeat(n), "123456"));
}

#[test]
fn source_identities_have_2_to_64_characters() {
    holds_between("source_identity", 2, 64, |n| assume().source_identity("s".repeat(n)));
}

#[test]
fn there_are_at_most_20_tags_and_20_transitive_keys() {
    let tags = |n| texts(n).map(|key| Tag::new(key, ""));
    holds_between("tags", 0, 20, |n| assume().tags(tags(n)));
    holds_between("transitive_tag_keys", 0, 20, |n| assume().transitive_tag_keys(texts(n)));
}

#[test]
fn tag_keys_have_1_to_128_characters_and_values_0_to_255() {
    holds_between("tags[0].key", 1, 128, |n| assume().tag("名".repeat(n), "v"));
    holds_between("tags[0].value", 0, 255, |n| assume().tag("k", "值".repeat(n)));
}

#[test]
fn there_are_1_to_5_provided_contexts() {
    let context = ProvidedContext::new(OIDC_PROVIDER, "signed");
    holds_between("provided_contexts", 1, 5, |n| {
        assume().provided_contexts(vec![context.clone(); n])
    });
}

#[test]
fn id_tokens_have_4_to_20000_characters() {
    holds_between("id_token", 4, 20_000, |n| {
        AssumeAgencyWithOidc::new(OIDC_PROVIDER, AGENCY, "session", "t".repeat(n))
    });
}

#[test]
fn assertions_have_4_to_100000_characters() {
    holds_between("saml_assertion", 4, 100_000, |n| {
        AssumeAgencyWithSaml::new(SAML_PROVIDER, AGENCY, "a".repeat(n))
    });
}

#[test]
fn encoded_messages_have_1_to_10240_characters() {
    holds_between("encoded_message", 1, 10_240, |n| DecodeAuthorizationMessage::new("m".repeat(n)));
}

#[test]
fn each_text_takes_its_documented_characters_and_no_others() {
    let letters = "azAZ09_";
    let none: [&str; 0] = [];
    let hold = |operation: AssumeAgency| assert_eq!(broken_fields(&operation), none);
    hold(AssumeAgency::new(AGENCY, format!("{letters}+=,.@-")));
    hold(assume().external_id(format!("{letters}+=,.@:/-")));
    hold(assume().mfa(format!("{letters}+=/:,.@-"), "123456"));
    hold(assume().source_identity(format!("{letters}+=,.@-")));
    hold(assume().policy_ids([format!("{letters}-")]));
    for bad in ["name/", "name:", "name ", "name\n", "näme", "name*", ""] {
        assert!(!broken_fields(&AssumeAgency::new(AGENCY, bad)).is_empty(), "session {bad:?}");
        assert!(!broken_fields(&assume().source_identity(bad)).is_empty(), "identity {bad:?}");
        assert!(!broken_fields(&assume().policy_ids([bad])).is_empty(), "policy id {bad:?}");
    }
    for bad in ["id*", "id ", "id\"", "ïd"] {
        assert_eq!(broken_fields(&assume().external_id(bad)), ["external_id"], "{bad:?}");
        let serial_number = format!("iam::0a:mfa:{bad}");
        assert_eq!(broken_fields(&assume().mfa(serial_number, "123456")), ["serial_number"]);
    }
}
