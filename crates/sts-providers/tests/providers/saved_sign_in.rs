//! Sign-ins that are kept in a file.

use std::io;
use std::path::Path;

use proptest::prelude::*;
use sts_proto::{Endpoint, ErrorKind};
use sts_providers::identity_center::{
    AccessToken, ChosenAgency, Registration, SavedAgency, SavedSignIn,
};
use time::{Duration, OffsetDateTime};

use crate::world::{Place, START, Wire, answer, ask, client, in_full};

const PATH: &str = "/home/u/sign-in.json";

fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(url).unwrap()
}

fn settings() -> SavedSignIn {
    let oidc = endpoint("https://oidc.cn-north-4.myhuaweicloud.com");
    let portal = endpoint("https://portal.example.com");
    SavedSignIn::new("https://idcenter.example.com/d-1/portal", oidc, portal)
}

fn signed_in() -> SavedSignIn {
    let mut saved = settings();
    saved.access_token = Some(AccessToken::new("hidden-token", START + Duration::HOUR));
    saved.agency = Some(ChosenAgency::new("0a1b", "iam::0a1b:agency:reader"));
    saved
}

fn refresh(place: &Place, wire: &Wire) -> Result<String, sts_client::CredentialsError> {
    let session = client(wire, place).session(SavedAgency::new(PATH)).unwrap();
    ask(&session).map(|credentials| credentials.access_key_id.clone())
}

fn write(saved: &SavedSignIn) -> Place {
    let place = Place::default();
    saved.write(&place, Path::new(PATH)).unwrap();
    place
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        start_url in "https://[ -~]{1,40}",
        client in proptest::option::of(("[ -~]{0,20}", "[!-~]{1,40}", 0..4_000_000_000_i64)),
        token in proptest::option::of(("[!-~]{1,4096}", 0..4_000_000_000_i64)),
        agency in proptest::option::of((".{0,20}", ".{0,60}", proptest::option::of(".{0,20}"))),
    ) {
        let time = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let mut saved = settings();
        saved.start_url = start_url;
        saved.registration = client.map(|(id, secret, end)| Registration::new(id, secret, time(end)));
        saved.access_token = token.map(|(token, end)| AccessToken::new(token, time(end)));
        saved.agency = agency
            .map(|(account, urn, name)| ChosenAgency::new(account, urn).permission_set_name(name));
        let place = write(&saved);
        prop_assert_eq!(SavedSignIn::read(&place, Path::new(PATH)).unwrap(), Some(saved));
    }
}

#[test]
fn a_saved_sign_in_provides_credentials() {
    let wire = Wire::new(|_| {
        let issued = r#"{"agency_credentials":{"access_key_id":"SSO","secret_access_key":"s",
            "session_token":"t","expiration":1772698089}}"#;
        answer(200, issued)
    });
    assert_eq!(refresh(&write(&signed_in()), &wire).unwrap(), "SSO");
    let line = "GET https://portal.example.com/v1/credentials\
                ?agency_urn=iam%3A%3A0a1b%3Aagency%3Areader&target_account_id=0a1b";
    assert_eq!(wire.lines(), [line]);
    assert_eq!(wire.seen()[0].header("access-token"), Some("hidden-token"));
}

#[test]
fn without_a_sign_in_it_is_not_configured() {
    let error = refresh(&Place::default(), &Wire::dead()).unwrap_err();
    assert!(error.is_not_configured(), "{error}");
    assert!(error.to_string().contains(&format!("no sign-in in {PATH}")), "{error}");
    let error = refresh(&write(&settings()), &Wire::dead()).unwrap_err();
    assert!(error.is_not_configured(), "{error}");
    let place = Place::default().with_unreadable_file(PATH, io::ErrorKind::NotADirectory);
    let error = refresh(&place, &Wire::dead()).unwrap_err();
    assert!(error.is_not_configured(), "{error}");
}

#[test]
fn a_sign_in_that_is_over_or_incomplete_is_an_error() {
    let mut expired = signed_in();
    expired.access_token = Some(AccessToken::new("hidden-token", START));
    let wire = Wire::dead();
    let error = refresh(&write(&expired), &wire).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ExpiredCredentials);
    let text = "the sign-in expired at 2026-03-05T07:08:09Z; sign in again";
    assert!(in_full(&error).contains(text), "{error}");
    assert!(wire.lines().is_empty(), "no request is sent");

    let mut undecided = signed_in();
    undecided.agency = None;
    let error = refresh(&write(&undecided), &Wire::dead()).unwrap_err();
    assert!(!error.is_not_configured());
    assert!(error.to_string().contains("no account and permission set is chosen"), "{error}");
}

#[test]
fn invalid_files_are_named_without_their_secrets() {
    let valid = write(&signed_in());
    let content = valid.content(PATH);
    for (from, to, fault) in [
        ("\"version\":1", "\"version\":2", "version 2 is not supported"),
        ("https://portal.example.com", "http://portal.example.com", "plain http"),
        ("hidden-token", "hidden token", "not valid at line 1"),
        ("{\"version\"", "[{\"version\"", "not valid at line 1"),
        ("\"start_url\"", "\"hidden\"", "not valid at line 1"),
    ] {
        let place = Place::default().with_file(PATH, &content.replacen(from, to, 1));
        let error = refresh(&place, &Wire::dead()).unwrap_err();
        let text = in_full(&error);
        assert!(!error.is_not_configured(), "{text}");
        assert!(text.contains(PATH) && text.contains(fault) && !text.contains("hidden"), "{text}");
    }
    let place = Place::default().with_unreadable_file(PATH, io::ErrorKind::PermissionDenied);
    let text = in_full(&refresh(&place, &Wire::dead()).unwrap_err());
    assert!(text.contains(&format!("cannot read the sign-in in {PATH}")), "{text}");
    let text = in_full(&signed_in().write(&place, Path::new(PATH)).unwrap_err());
    assert!(text.contains(&format!("cannot write the sign-in to {PATH}")), "{text}");
    assert!(!format!("{:?}", signed_in()).contains("hidden"), "{:?}", signed_in());
}
