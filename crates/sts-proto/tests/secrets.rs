//! Secrets and bodies: never printed, compared as text is, exposed by name only.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

use std::fmt::Debug;
use std::io::Write;

use http::Response;
use serde_json::json;
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Body, BodyWriter, Credentials,
    Endpoint, Operation, ProvidedContext, Region, Secret,
};
use time::macros::datetime;

const AGENCY: &str = "iam::0a:agency:reader";
const PROVIDER: &str = "iam::0a:oidcProvider:ci";

/// Everything that holds a secret, with `secret` in each place for one, as it is printed.
fn printed(secret: &str) -> Vec<String> {
    let endpoint = Endpoint::from(Region::CN_NORTH_4);
    let assume = AssumeAgency::new(AGENCY, "session")
        .mfa("iam::0a:mfa:dev", secret)
        .provided_contexts([ProvidedContext::new(PROVIDER, secret)]);
    let oidc = AssumeAgencyWithOidc::new(PROVIDER, AGENCY, "session", secret);
    let saml = AssumeAgencyWithSaml::new(PROVIDER, AGENCY, secret);
    let end = datetime!(2026-03-05 07:38:09 UTC);
    let answer = json!({
        "assumed_agency": {"urn": "u", "id": "i"},
        "credentials": {
            "access_key_id": "HST",
            "secret_access_key": secret,
            "security_token": secret,
            "expiration": "2026-03-05T07:38:09Z",
        },
        "audience": "a", "provider": "p", "subject_from_id_token": "s",
    });
    let response = Response::new(answer.to_string());
    let body = Body::from(secret.as_bytes().to_vec());
    let mut writer = BodyWriter::with_capacity(8);
    writer.extend(secret.as_bytes());
    let debug = |value: &dyn Debug| format!("{value:?} {value:#?}");
    vec![
        debug(&Secret::from(secret)),
        format!("{} {0:9.3} {0:>200}", Secret::from(secret.to_owned())),
        debug(&assume),
        debug(&oidc),
        debug(&saml),
        debug(&assume.to_request_unvalidated(&endpoint).unwrap()),
        debug(&oidc.to_request_unvalidated(&endpoint).unwrap()),
        debug(&saml.to_request_unvalidated(&endpoint).unwrap()),
        debug(&Credentials::permanent("AK", secret)),
        debug(&Credentials::permanent("AK", secret).security_token(secret)),
        debug(&Credentials::temporary("AK", secret, secret, end)),
        debug(&AssumeAgency::read(&response).unwrap()),
        debug(&AssumeAgencyWithOidc::read(&response).unwrap()),
        debug(&AssumeAgencyWithSaml::read(&response).unwrap()),
        debug(&Response::new(body.clone())),
        debug(&body),
        debug(&writer),
    ]
}

#[test]
fn nothing_that_holds_a_secret_prints_it() {
    for text in printed("PLANTED") {
        assert!(!text.contains("PLANTED"), "{text}");
        assert!(text.contains("[redacted]"), "{text}");
    }
}

#[test]
fn nothing_that_holds_a_secret_prints_its_length() {
    assert_eq!(printed("a"), printed(&"b".repeat(12_345)));
}

#[test]
fn what_names_a_key_is_no_secret_and_is_printed() {
    let end = datetime!(2026-03-05 07:38:09 UTC);
    let text = format!("{:?}", Credentials::temporary("HSTEXAMPLE", "s", "t", end));
    assert!(text.contains("HSTEXAMPLE") && text.contains("2026-03-05"), "{text}");
}

#[test]
fn bodies_share_their_bytes_and_know_how_many() {
    let body = Body::from(b"bytes".to_vec());
    let clone = body.clone();
    assert_eq!((clone.as_ref(), clone.len(), clone.is_empty()), (&b"bytes"[..], 5, false));
    assert_eq!(body.as_ref().as_ptr(), clone.as_ref().as_ptr(), "a clone copies nothing");
    let bytes = body.into_bytes();
    assert_eq!((bytes.as_ptr(), &bytes[..]), (clone.as_ref().as_ptr(), &b"bytes"[..]));
    for empty in [Body::empty(), Body::default(), Body::from(Vec::new())] {
        assert!(empty.is_empty() && empty.as_ref().is_empty());
    }
}

#[test]
fn a_writer_collects_pieces_of_any_size() {
    let mut writer = BodyWriter::default();
    assert!(writer.is_empty());
    let mut expected = Vec::new();
    for size in [0, 1, 2, 100, 0, 5000, 1] {
        let piece = vec![u8::try_from(size % 251).unwrap(); size];
        writer.extend(&piece);
        expected.extend_from_slice(&piece);
        assert_eq!(writer.len(), expected.len());
    }
    writer.write_all(b"end").unwrap();
    writer.flush().unwrap();
    expected.extend_from_slice(b"end");
    assert_eq!(writer.finish().as_ref(), expected);
    assert!(BodyWriter::with_capacity(100).finish().is_empty());
}
