//! The recorded requests and responses of official clients; README.md describes the files.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod check;

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct File<'a> {
    count: usize,
    #[serde(borrow)]
    vectors: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Form {
    name: String,
    operation: String,
}

fn check_all(file: &str) {
    let file: File<'_> = serde_json::from_str(file).unwrap();
    assert_eq!(file.vectors.len(), file.count);
    let mut failures = Vec::new();
    for vector in file.vectors {
        let Form { name, operation } = serde_json::from_str(vector.get()).unwrap();
        match check::of_service(&operation, vector.get()) {
            Some(Ok(())) => {}
            Some(Err(failure)) => failures.push(format!("{name}: {failure}")),
            None => failures.push(format!("{name}: unknown operation {operation}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn requests_of_classic_iam() {
    check_all(include_str!("iam-v3-requests.json"));
}

#[test]
fn responses_of_classic_iam() {
    check_all(include_str!("iam-v3-responses.json"));
}

#[test]
fn requests_of_identity_center() {
    check_all(include_str!("identity-center-requests.json"));
}

#[test]
fn responses_of_identity_center() {
    check_all(include_str!("identity-center-responses.json"));
}

#[test]
fn local_identities() {
    check_all(include_str!("local-identity.json"));
}

#[test]
fn tokens_of_ci_jobs() {
    check_all(include_str!("ci-identity.json"));
}

#[test]
fn variants_by_the_rules_of_the_protocols() {
    check_all(include_str!("variants.json"));
}
