//! Fields: unknown, optional, mandatory, of another type.

use http::Response;
use serde_json::{Value, json};
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Credentials,
    DecodeAuthorizationMessage, GetCallerIdentity, InvalidBody, Operation,
};

use crate::{good, missing, read, why, wrong};

fn without(path: &str) -> String {
    let mut answer = good();
    let (parent, field) = path.rsplit_once('.').unwrap_or(("", path));
    let parent = if parent.is_empty() { &mut answer } else { &mut answer[parent] };
    parent.as_object_mut().unwrap().remove(field).unwrap();
    answer.to_string()
}

fn reason<O: Operation>(answer: &Value) -> Option<String> {
    let error = O::read(&Response::new(answer.to_string())).err()?;
    error.invalid_body().map(ToString::to_string)
}

#[test]
fn every_field_arrives() {
    let answer = read(good().to_string()).unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("ci@corp"));
    assert_eq!(answer.assumed_agency.agency(), Some("reader"));
    assert_eq!(answer.assumed_agency.session_name(), Some("build-42"));
    assert_eq!(answer.assumed_agency.id, "fe:build-42");
    let end = time::macros::datetime!(2026-03-05 07:38:09.512 UTC);
    let secret = "0123456789012345678901234567890123456789";
    let credentials =
        Credentials::temporary("HSTEXAMPLE0000000001", secret, "ggpjbi1leGFtcGxl", end);
    assert_eq!(answer.credentials, credentials);
    assert!(answer.credentials.is_temporary());
}

#[test]
fn unknown_fields_are_passed_over_wherever_they_stand() {
    let mut answer = good();
    answer["future"] = json!({"deep": [[{"a": 1}], null, "\u{0}"], "credentials": 5});
    answer["credentials"]["scope"] = json!(["x"]);
    answer["assumed_agency"]["path"] = json!(-1.5e300);
    assert_eq!(read(answer.to_string()).unwrap(), read(good().to_string()).unwrap());
    let deep = format!(
        "{{\"future\":{}{}, {}",
        "[".repeat(9999),
        "]".repeat(9999),
        &good().to_string()[1..]
    );
    assert_eq!(read(deep).unwrap(), read(good().to_string()).unwrap());
}

#[test]
fn a_missing_or_null_optional_field_is_unset() {
    assert_eq!(read(without("source_identity")).unwrap().source_identity, None);
    let mut answer = good();
    answer["source_identity"] = json!(null);
    assert_eq!(read(answer.to_string()).unwrap().source_identity, None);

    let saml = AssumeAgencyWithSaml::read(&Response::new(without("source_identity"))).unwrap();
    assert_eq!((saml.source_identity, saml.audience, saml.issuer), (None, None, None));
    assert_eq!((saml.name_qualifier, saml.subject, saml.subject_type), (None, None, None));
}

#[test]
fn a_missing_mandatory_field_is_named_by_its_path() {
    for path in [
        "assumed_agency",
        "assumed_agency.urn",
        "assumed_agency.id",
        "credentials",
        "credentials.access_key_id",
        "credentials.secret_access_key",
        "credentials.security_token",
        "credentials.expiration",
    ] {
        assert_eq!(why(without(path)), missing(path));
    }
    assert_eq!(why("{}"), missing("assumed_agency"));
    for path in ["audience", "provider", "subject_from_id_token"] {
        let mut answer = good();
        for field in ["audience", "provider", "subject_from_id_token"] {
            if field != path {
                answer[field] = json!("x");
            }
        }
        assert_eq!(reason::<AssumeAgencyWithOidc>(&answer), Some(missing(path)));
    }
    let nothing = json!({});
    assert_eq!(reason::<DecodeAuthorizationMessage>(&nothing), Some(missing("decoded_message")));
    let half = json!({"account_id": "a", "principal_urn": "u"});
    assert_eq!(reason::<GetCallerIdentity>(&half), Some(missing("principal_id")));
}

#[test]
fn a_missing_field_is_named_behind_keys_with_escapes_too() {
    let body =
        without("credentials.expiration").replace("\"credentials\"", "\"credential\\u0073\"");
    assert_eq!(why(body), missing("credentials.expiration"));
    let body = format!("{{\"fut\\nure\":{{\"\\u00e9\":1}},{}", &without("credentials")[1..]);
    assert_eq!(why(body), missing("credentials"));
}

#[test]
fn a_field_of_another_type_is_named_by_its_path() {
    for (path, bad) in [
        ("source_identity", json!(5)),
        ("assumed_agency", json!("sts::0a:assumed-agency:reader/build-42")),
        ("assumed_agency", json!(null)),
        ("assumed_agency.urn", json!(null)),
        ("assumed_agency.id", json!(true)),
        ("credentials", json!(1)),
        ("credentials.access_key_id", json!(1.5)),
        ("credentials.secret_access_key", json!(null)),
        ("credentials.secret_access_key", json!(12)),
        ("credentials.secret_access_key", json!(["s"])),
        ("credentials.security_token", json!({})),
    ] {
        let mut answer = good();
        match path.split_once('.') {
            Some((parent, field)) => answer[parent][field] = bad.clone(),
            None => answer[path] = bad.clone(),
        }
        assert_eq!(why(answer.to_string()), wrong(path), "{bad}");
    }
}

#[test]
fn a_list_is_no_object_although_its_elements_would_fit() {
    let mut answer = good();
    answer["credentials"] = json!(["HST", "secret", "token", "2026-03-05T07:38:09Z"]);
    assert_eq!(why(answer.to_string()), wrong("credentials"));
    let mut answer = good();
    answer["assumed_agency"] = json!(["sts::0a:assumed-agency:reader/build-42", "fe:build-42"]);
    assert_eq!(why(answer.to_string()), wrong("assumed_agency"));
    let identity = json!(["a", "b", "c"]);
    assert_eq!(reason::<GetCallerIdentity>(&identity), Some(InvalidBody::NotAnObject.to_string()));
}

#[test]
fn a_field_that_stands_there_twice_is_refused() {
    let again = |field: &str, value: &str| {
        good().to_string().replacen(field, &format!("{value},{field}"), 1)
    };
    let body = again("\"source_identity\"", "\"source_identity\":\"x\"");
    assert_eq!(why(body), wrong("source_identity"));
    let body = again("\"security_token\"", "\"security_token\":\"x\"");
    assert_eq!(why(body), wrong("credentials.security_token"));
    let body = again("\"credentials\"", "\"credentials\":{}");
    assert_eq!(why(body), missing("credentials.access_key_id"), "the first one fails first");
    let body = again("\"source_identity\"", "\"future\":1,\"future\":2");
    read(body).unwrap();
}

#[test]
fn escapes_in_secrets_are_resolved() {
    let escaped = r#""\"\\\/\u0041\u007e""#;
    let body = good().to_string().replace("\"ggpjbi1leGFtcGxl\"", escaped);
    let token = read(body).unwrap().credentials.security_token.unwrap();
    assert_eq!(token.expose_secret(), "\"\\/A~");
    for bad in [r"\ud83d", r"\ud83dx", r"\ud83d\u0041", r"\ude00", r"\ud83d\ud83d"] {
        let body = good().to_string().replace("ggpjbi1leGFtcGxl", bad);
        assert_eq!(why(body), wrong("credentials.security_token"), "{bad}");
    }
}

#[test]
fn nothing_in_an_answer_has_a_limit() {
    let huge = "t".repeat(1_000_000);
    let mut answer = good();
    answer["source_identity"] = json!(huge);
    answer["assumed_agency"] = json!({"urn": huge, "id": huge});
    for field in ["access_key_id", "secret_access_key", "security_token"] {
        answer["credentials"][field] = json!(huge);
    }
    let answer = read(answer.to_string()).unwrap();
    assert_eq!(answer.credentials.security_token.unwrap().expose_secret(), huge);
    assert_eq!(answer.assumed_agency.urn, huge);

    let mut empty = good();
    empty["assumed_agency"] = json!({"urn": "", "id": "\u{0}\n"});
    read(empty.to_string()).unwrap();
}

/// For each operation that issues credentials: why it does not read `answer`.
fn reasons(answer: &Value) -> [Option<String>; 3] {
    let mut oidc = answer.clone();
    for field in ["audience", "provider", "subject_from_id_token"] {
        oidc[field] = json!("x");
    }
    [
        reason::<AssumeAgency>(answer),
        reason::<AssumeAgencyWithOidc>(&oidc),
        reason::<AssumeAgencyWithSaml>(answer),
    ]
}

#[test]
fn credentials_that_cannot_sign_are_an_invalid_response() {
    assert_eq!(reasons(&good()), [const { None }; 3]);
    let unsendable =
        ["", " ", "\n", " a", "a ", "a\n", "\ra", "a\u{0}b", "a\nb", "a\u{85}b", "a\u{a0}"];
    for (field, others) in [
        ("access_key_id", &["a,b", "a/b", "a b", "é"][..]),
        ("secret_access_key", &[]),
        ("security_token", &["a b", "é"]),
    ] {
        for bad in unsendable.iter().chain(others) {
            let mut answer = good();
            answer["credentials"][field] = json!(bad);
            let expected = Some(wrong(&format!("credentials.{field}")));
            assert_eq!(reasons(&answer), [expected.clone(), expected.clone(), expected], "{bad:?}");
        }
    }
}
