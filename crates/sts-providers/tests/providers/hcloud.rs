//! Properties of the reader of KooCLI's configuration, and of chains of agencies.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::{Value, json};
use sts_client::Environment;
use sts_client::proto::AssumeAgency;
use sts_credentials::ErrorKind;
use sts_proto::Credentials;
use sts_providers::{ChainedAgency, HcloudProfile, TerraformVariables};

use crate::world::{Place, Wire, answer, ask, ask_again, client, in_full};

const PATH: &str = "/home/u/.hcloud/config.json";
const END: &str = "2026-03-05T08:08:09Z";

fn place(config: &[u8]) -> Place {
    let place = Place::default().with_variable("HOME", "/home/u");
    place.with_variable("USERPROFILE", "/home/u").with_bytes(PATH, config)
}

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z0-9+/=_.-]{1,40}"
}

proptest! {
    /// What a profile has is what a client gets, whatever else the file contains.
    #[test]
    fn credentials_of_a_profile_are_read_as_they_are(
        id in "[A-Z0-9]{1,20}",
        secret in word(),
        token in proptest::option::of(word()),
        name in "[^\\x00-\\x1f ]{1,70}",
        mode in proptest::sample::select(vec![Value::Null, json!(""), json!("AKSK"), json!("aksk")]),
        other in "\\PC{0,40}",
    ) {
        let config = json!({
            "custom": {"a": {"value": other, "isEncrypted": false}}, "current": name,
            "profiles": [
                {"name": format!("{name}2"), "accessKeyId": "OTHER", "secretAccessKey": "other"},
                {"name": name, "mode": mode, "accessKeyId": id, "secretAccessKey": secret,
                 "securityToken": token, "ssoAuth": null, "readTimeout": 10},
            ],
        });
        let wire = Wire::dead();
        let place = place(config.to_string().as_bytes());
        let session = client(&wire, &place).session(HcloudProfile::new()).unwrap();
        let credentials = ask(&session).unwrap();
        prop_assert_eq!(&credentials.access_key_id, &id);
        prop_assert_eq!(credentials.secret_access_key.expose_secret(), &secret);
        let found = credentials.security_token.as_ref().map(|token| token.expose_secret().to_owned());
        prop_assert_eq!(found, token);
        prop_assert!(wire.lines().is_empty());
    }

    /// Any bytes are read or rejected; errors name the file, are bounded, and quote no value.
    #[test]
    fn any_file_is_read_or_rejected(
        content in proptest::collection::vec(any::<u8>(), 0..200),
        structure in "[\\[\\]{}:,\"a-z ]{0,80}",
    ) {
        for bytes in [&*content, structure.as_bytes()] {
            let provider = HcloudProfile::new().path("/c");
            if let Err(error) = provider.resolve(&place(b"").with_bytes("/c", bytes)) {
                let text = error.to_string();
                prop_assert!(text.starts_with("KooCLI configuration /c: "), "{}", text);
                prop_assert!(text.len() < 2048 && !text.contains(char::is_control));
            }
        }
    }

    /// Any graph of source profiles ends: in credentials, or in an error.
    #[test]
    fn any_chain_of_profiles_ends(sources in proptest::collection::vec(0_usize..14, 1..14)) {
        let profiles: Vec<Value> = sources.iter().enumerate().map(|(index, source)| json!({
            "name": index.to_string(), "mode": "AssumeRole", "agencyName": "ab",
            "agencyDomainId": "0a1b", "sourceProfile": source.to_string(),
        })).chain([json!({"name": "13", "accessKeyId": "A", "secretAccessKey": "s"})]).collect();
        let config = json!({"current": "0", "profiles": profiles}).to_string();
        match HcloudProfile::new().resolve(&place(config.as_bytes())) {
            Ok(_) => {}
            Err(error) => {
                let text = error.to_string();
                let is_known = ["form a loop", "in a chain", "missing profile", "duplicate profile"];
                prop_assert!(is_known.iter().any(|part| text.contains(part)), "{}", text);
            }
        }
    }
}

#[test]
fn a_file_is_bounded() {
    let mut config =
        br#"{"current":"a","profiles":[{"name":"a","accessKeyId":"A","secretAccessKey":"s"}]}"#
            .to_vec();
    config.resize(1 << 20, b' ');
    let provider = HcloudProfile::new();
    assert!(provider.resolve(&place(&config)).is_ok());
    config.push(b' ');
    let error = provider.resolve(&place(&config)).unwrap_err();
    assert!(error.to_string().ends_with("config.json: exceeds 1 MiB"), "{error}");
}

fn issued(id: &str) -> String {
    json!({"assumed_agency": {"urn": "u", "id": "i"}, "credentials": {"access_key_id": id,
        "secret_access_key": "hidden", "security_token": format!("t-{id}"), "expiration": END}})
    .to_string()
}

#[test]
fn rotated_credentials_of_the_source_are_used() {
    let place = place(b"");
    place.write(PATH, &profile_of("FIRST"));
    let calls = Arc::new(Mutex::new(0));
    let count = Arc::clone(&calls);
    let wire = Wire::new(move |request| {
        *count.lock().unwrap() += 1;
        let signature = request.headers()["authorization"].to_str().unwrap();
        let id = if signature.contains("Access=FIRST") { "A1" } else { "A2" };
        answer(200, &issued(id))
    });
    let agency = AssumeAgency::new("iam::0a1b:agency:a", "session");
    let provider = ChainedAgency::new(HcloudProfile::new(), agency);
    let session = client(&wire, &place).session(provider).unwrap();
    let credentials = ask(&session).unwrap();
    assert_eq!(credentials.access_key_id, "A1");
    place.write(PATH, &profile_of("SECOND"));
    assert_eq!(ask_again(&session, credentials).unwrap().access_key_id, "A2");
    assert_eq!(*calls.lock().unwrap(), 2);
}

fn profile_of(id: &str) -> String {
    json!({"current": "a", "profiles": [{"name": "a", "accessKeyId": id, "secretAccessKey": "hidden"}]})
        .to_string()
}

#[test]
fn a_rejected_source_is_the_outcome() {
    let wire = Wire::new(|_| {
        answer(
            401,
            r#"{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information"}"#,
        )
    });
    let source = Credentials::permanent("SRC", "hidden");
    let agency = AssumeAgency::new("iam::0a1b:agency:a", "session");
    let session = client(&wire, &place(b"")).session(ChainedAgency::new(source, agency)).unwrap();
    let error = ask(&session).unwrap_err();
    assert_eq!(error.status(), Some(401));
    assert!(in_full(&error).contains("APIGW.0301"), "{}", in_full(&error));
    assert_eq!(wire.lines().len(), 1, "the same credentials are not used again");
}

#[test]
fn an_invalid_agency_is_rejected_before_anything_is_sent() {
    let source = || Credentials::permanent("SRC", "hidden");
    let agency = AssumeAgency::new("reader", "session");
    let error = client(&Wire::dead(), &place(b"")).session(ChainedAgency::new(source(), agency));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[test]
fn nothing_shows_secrets() {
    let place = place(profile_of("A").as_bytes())
        .with_variable("HW_ACCESS_KEY", "HW")
        .with_variable("HW_SECRET_KEY", "hidden");
    let environment: &dyn Environment = &place;
    let agency = AssumeAgency::new("iam::0a1b:agency:a", "session");
    let shown = format!(
        "{:?} {:?} {:?} {:?}",
        HcloudProfile::new().resolve(environment).unwrap(),
        TerraformVariables::new().resolve(environment).unwrap(),
        TerraformVariables::new(),
        ChainedAgency::new(Credentials::permanent("A", "hidden"), agency),
    );
    assert!(!shown.contains("hidden"), "{shown}");
}
