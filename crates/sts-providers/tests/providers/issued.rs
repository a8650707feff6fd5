//! Credentials in the responses of local services, and of custom refreshes.

use std::sync::Arc;

use http::Response;
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, CredentialsError, Now, Platform, TransportError};
use sts_client::{StateMachine, Step};
use sts_proto::{Body, Credentials};
use sts_providers::{EcsMetadata, OidcAgency, PodIdentity};

use crate::world::{END, Place, Wire, answer, ask, ask_blocking, blocking_client, client, in_full};

/// The fields of a response as each service spells them: the object, and its four members.
const METADATA: [&str; 5] = ["credential", "access", "secret", "securitytoken", "expires_at"];
const POD: [&str; 5] =
    ["credentials", "accessKeyId", "secretAccessKey", "securityToken", "expiration"];

/// Returns a response in which `field` is the JSON `value`, or is missing if that is empty.
fn response(names: [&str; 5], field: &str, value: &str) -> String {
    let good = [r#""AK""#, r#""SK""#, r#""T""#, &format!(r#""{END}""#)].map(ToOwned::to_owned);
    let members = names[1..].iter().zip(good).filter_map(|(name, good)| {
        let value = if *name == field { value.to_owned() } else { good };
        (!value.is_empty()).then(|| format!(r#""{name}":{value}"#))
    });
    let object = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
    match (field == names[0], value) {
        (true, "") => "{}".to_owned(),
        (true, value) => format!(r#"{{"{}":{value}}}"#, names[0]),
        (false, _) => format!(r#"{{"{}":{object}}}"#, names[0]),
    }
}

fn place() -> Place {
    Place::default().with_file("/token", "id.token")
}

/// Returns the results of the two providers for a response.
fn errors(field: usize, value: &str) -> [Result<String, String>; 2] {
    [METADATA, POD].map(|names| {
        let body = response(names, names[field], value);
        let wire = Wire::new(move |request| match request.uri().path() {
            "/meta-data/latest/api/token" => answer(200, "metadata-token"),
            _ => answer(200, &body),
        });
        let client = client(&wire, &place());
        let session = if names == METADATA {
            client.session(EcsMetadata::at("http://127.0.0.1:1").unwrap()).unwrap()
        } else {
            client.session(PodIdentity::new("http://127.0.0.1:1", "/token").unwrap()).unwrap()
        };
        let got = ask(&session).map_err(|error| in_full(&error))?;
        Ok(format!("{} {:?}", got.access_key_id, got.expiration))
    })
}

fn check(field: usize, value: &str, fault: &str) {
    let providers = ["the metadata service", "the pod identity agent"];
    for (provider, (names, error)) in
        providers.into_iter().zip([METADATA, POD].into_iter().zip(errors(field, value)))
    {
        let error = error.expect_err(value);
        let fault = fault.replace("FIELD", names[field]);
        let expected = format!("invalid response of {provider}: {fault}");
        assert!(error.ends_with(&expected), "{value}: {error}");
        assert!(!error.contains("HUSH"), "{error}");
    }
}

#[test]
fn a_complete_response_is_parsed() {
    for got in errors(1, r#""HST3W.x_-""#) {
        assert_eq!(got.unwrap(), "HST3W.x_- Some(2026-03-05 8:08:09.123 +00:00:00)");
    }
    for value in [r#""a/b+c==""#, r#""\u0041""#] {
        assert!(errors(2, value).iter().all(Result::is_ok), "{value}");
        assert!(errors(3, value).iter().all(Result::is_ok), "{value}");
    }
}

#[test]
fn a_missing_part_is_an_error_that_names_provider_and_field() {
    for field in 0..5 {
        check(field, "", "missing field `FIELD`");
        check(field, "null", "missing field `FIELD`");
        check(field, "7", "unexpected type of a field, or a duplicate field");
        check(field, "[\"HUSH\"]", "unexpected type of a field, or a duplicate field");
    }
    check(4, r#""""#, "field `FIELD` is not RFC 3339");
    check(4, r#""HUSH""#, "field `FIELD` is not RFC 3339");
}

#[test]
fn an_invalid_part_is_an_error_that_names_provider_and_part() {
    let parts = ["access key id", "secret access key", "security token"];
    for (field, part) in (1..4).zip(parts) {
        check(field, r#""""#, &format!("{part} is empty"));
        for value in [
            r#"" ""#,
            r#""HUSH ""#,
            r#"" HUSH""#,
            r#""HU SH""#,
            r#""HUSH\u00a0""#,
            r#""HUSH\n""#,
            r#""HU\tSH""#,
        ] {
            check(field, value, &format!("{part} contains white space or a line break; remove it"));
        }
        let allowed =
            if field == 1 { "visible ASCII except comma and slash" } else { "visible ASCII" };
        let fault = format!("{part} contains a character that is not allowed; allowed: {allowed}");
        for value in [
            r#""\u0000HUSH""#,
            r#""HUSH\u007f""#,
            r#""HUSHé""#,
            r#""\ufeffHUSH""#,
            r#""HUSH\ud83d\ude00""#,
        ] {
            check(field, value, &fault);
        }
        if field == 1 {
            check(field, r#""HU,SH""#, &fault);
            check(field, r#""HU/SH""#, &fault);
        }
    }
}

/// A custom provider, whose refresh returns these credentials at once.
#[derive(Clone)]
struct Vault(Credentials);

struct Given(Option<Credentials>);

impl RefreshProvider for Vault {
    type Refresh = Given;

    fn begin(&self, _: &Platform, _: &Arc<CallContext>) -> Result<Given, CredentialsError> {
        Ok(Given(Some(self.0.clone())))
    }
}

impl StateMachine for Given {
    type Output = IssuedCredentials;

    fn step(&mut self, _: Now) -> Step<IssuedCredentials> {
        Step::Done(Ok(IssuedCredentials::from(self.0.take().unwrap())))
    }

    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, _: Result<Response<Body>, TransportError>, _: Now) {}
}

#[test]
fn credentials_of_custom_refreshes_are_validated() {
    let (wire, place) = (Wire::dead(), place());
    let refresh = |credentials: Credentials| {
        let vault = Vault(credentials);
        let one = ask(&client(&wire, &place).session(vault.clone()).unwrap());
        let other = ask_blocking(&blocking_client(&wire, &place).session(vault).unwrap());
        [one, other].map(|outcome| outcome.map(drop).map_err(|error| in_full(&error)))
    };
    assert_eq!(refresh(Credentials::permanent("AK", "SK")), [Ok(()), Ok(())]);
    for (credentials, fault) in [
        (Credentials::permanent("", "HUSH"), "access key id is empty"),
        (
            Credentials::permanent("A,B", "HUSH"),
            "access key id contains a character that is not allowed",
        ),
        (Credentials::permanent("AK", ""), "secret access key is empty"),
        (Credentials::permanent("AK", "HUSH "), "secret access key contains white space"),
        (Credentials::permanent("AK", "S").security_token(""), "security token is empty"),
        (
            Credentials::permanent("AK", "S").security_token("HUSH\n"),
            "security token contains white space",
        ),
    ] {
        for error in refresh(credentials) {
            let error = error.unwrap_err();
            assert!(error.contains("invalid credentials from "), "{error}");
            assert!(error.contains(&format!("issued::Vault: {fault}")), "{error}");
            assert!(!error.contains("HUSH"), "{error}");
        }
    }
}

#[test]
fn credentials_issued_by_sts_are_validated() {
    let body = r#"{"assumed_agency":{"urn":"u","id":"i"},"audience":"a","provider":"p",
        "subject_from_id_token":"s","credentials":{"access_key_id":"AK","secret_access_key":"HUSH ",
        "security_token":"t","expiration":"2026-03-05T08:08:09Z"}}"#;
    let wire = Wire::new(|_| answer(200, body));
    let agency = OidcAgency::new("iam::a:oidcProvider:p", "iam::a:agency:x", "/token");
    let error = ask(&client(&wire, &place()).session(agency).unwrap()).unwrap_err();
    assert!(!in_full(&error).contains("HU"), "{}", in_full(&error));
}
