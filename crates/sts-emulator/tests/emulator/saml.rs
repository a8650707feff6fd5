//! `AssumeAgencyWithSAML`. The responses in `vectors/saml.json` were made
//! and signed with `signxml`, a library of another language.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Response;
use proptest::prelude::any;
use proptest::test_runner::{Config as RunnerConfig, TestRunner};
use serde_json::Value;
use sts_emulator::Config;
use sts_proto::{
    AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput, Body, ErrorKind, GetCallerIdentity,
    Operation as _, ServiceError,
};
use time::macros::datetime;

use crate::caller::{Sts, sts_with};

const PROVIDER: &str = "iam::a:samlProvider:corp";

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/saml.json")).unwrap()
}

/// A response of the vectors, as XML.
pub(crate) fn vector(name: &str) -> String {
    let xml = STANDARD.decode(vectors()[name].as_str().unwrap()).unwrap();
    String::from_utf8(xml).unwrap()
}

fn config(provider: &str) -> Config {
    format!(
        r#"
        [[accounts]]
        id = "a"
        [[accounts.agencies]]
        name = "staff"
        trust = ["{PROVIDER}"]
        [[accounts.agencies]]
        name = "internal"
        [[accounts.agencies]]
        name = "brief"
        max_duration = 3600
        trust = ["{PROVIDER}"]
        [[accounts.agencies]]
        name = "guarded"
        mfa = true
        trust = ["{PROVIDER}"]
        [[accounts.saml_providers]]
        name = "corp"
        {provider}
        "#
    )
    .parse()
    .unwrap()
}

const ISSUER: &str = "issuer = \"https://idp.example/metadata\"";
const AUDIENCE: &str = "audience = \"https://sp.example/metadata\"";

pub(crate) async fn federated() -> Sts {
    let certificate = vectors()["certificate"].as_str().unwrap().to_owned();
    let recipient = "recipient = \"https://sp.example/acs\"";
    let provider =
        format!("{ISSUER}\n{AUDIENCE}\n{recipient}\ncertificate = \"\"\"{certificate}\"\"\"");
    sts_with(|builder| builder.config(config(&provider))).await
}

/// One whose provider has no certificate.
pub(crate) async fn trusting() -> Sts {
    let provider = format!("{ISSUER}\n{AUDIENCE}");
    sts_with(|builder| builder.config(config(&provider))).await
}

async fn answer(sts: &Sts, assume: AssumeAgencyWithSaml) -> Response<Body> {
    let request = assume.to_request_unvalidated(sts.emulator.endpoint()).unwrap();
    sts.send(request).await
}

fn operation(xml: &str) -> AssumeAgencyWithSaml {
    AssumeAgencyWithSaml::new(PROVIDER, "iam::a:agency:staff", STANDARD.encode(xml))
}

pub(crate) async fn assume(
    sts: &Sts,
    xml: &str,
) -> Result<AssumeAgencyWithSamlOutput, ServiceError> {
    AssumeAgencyWithSaml::read(&answer(sts, operation(xml)).await)
}

#[track_caller]
pub(crate) fn assert_rejected(
    outcome: Result<AssumeAgencyWithSamlOutput, ServiceError>,
    why: &str,
) {
    let error = outcome.unwrap_err();
    assert_eq!(error.status(), 400);
    assert_eq!(error.code().map(ToString::to_string).as_deref(), Some("EMULATOR.0006"));
    let message = error.raw_message().unwrap().expose_secret();
    assert!(message.contains(why), "{message:?} says {why:?}");
}

#[tokio::test]
async fn a_signed_response_gives_a_session_with_what_it_says() {
    let sts = federated().await;
    for name in ["signed_assertion", "signed_response", "inclusive"] {
        let response =
            answer(&sts, operation(&vector(name)).duration(Duration::from_secs(43_200))).await;
        assert!(!response.headers().contains_key("x-sts-emulator-note"));
        let session = AssumeAgencyWithSaml::read(&response).unwrap();
        assert_eq!(session.assumed_agency.urn, "sts::a:assumed-agency:staff/alice");
        assert_eq!(session.source_identity.as_deref(), Some("alice@corp"));
        assert_eq!(session.audience.as_deref(), Some("https://sp.example/acs"));
        assert_eq!(session.issuer.as_deref(), Some("https://idp.example/metadata"));
        assert_eq!(session.subject.as_deref(), Some("alice@corp.example"));
        assert_eq!(session.subject_type.as_deref(), Some("persistent"));
        // base64(SHA-1("https://idp.example/metadata" + "a" + "/" + "corp"))
        assert_eq!(session.name_qualifier.as_deref(), Some("aT3vaLgw5nEIQX0Uj9fxj9ifHWw="));
        // Its SessionDuration is two hours, the shortest of three.
        let end = session.credentials.expiration;
        assert_eq!(end, Some(datetime!(2026-03-05 09:08:09.512 UTC)));
        let keys = &session.credentials;
        let caller = sts.call_with(keys, GetCallerIdentity::new()).await.unwrap();
        assert_eq!(caller.principal_urn, session.assumed_agency.urn);
    }
}

#[tokio::test]
async fn a_session_is_as_long_as_the_shortest_of_what_limits_it() {
    let sts = trusting().await;
    let xml = vector("signed_assertion");
    let without_duration = xml.replace("SessionDuration", "Unknown");
    let soon = without_duration.replace("2026-03-05T15:08:00Z", "2026-03-05T07:18:09.512Z");
    for (xml, asked, lasts) in [
        (&xml, None, 3600),
        (&xml, Some(900), 900),
        (&xml, Some(43_200), 7200),
        (&without_duration, Some(43_200), 28_790),
        (&soon, Some(43_200), 600),
    ] {
        let mut operation = operation(xml);
        operation.duration_seconds = asked;
        let session = AssumeAgencyWithSaml::read(&answer(&sts, operation).await).unwrap();
        let end = session.credentials.expiration.unwrap();
        assert_eq!((end - sts_emulator::Clock::now(&sts.clock)).whole_seconds(), lasts);
    }
}

#[tokio::test]
async fn an_agency_shortens_a_session_and_may_require_mfa() {
    let sts = trusting().await;
    let of_agency = |name: &str| {
        let mut operation = operation(&vector("signed_assertion"));
        operation.agency_urn = format!("iam::a:agency:{name}");
        operation.duration(Duration::from_secs(43_200))
    };
    let brief = answer(&sts, of_agency("brief")).await;
    let session = AssumeAgencyWithSaml::read(&brief).unwrap();
    let end = session.credentials.expiration.unwrap();
    assert_eq!((end - sts_emulator::Clock::now(&sts.clock)).whole_seconds(), 3600);
    let error = AssumeAgencyWithSaml::read(&answer(&sts, of_agency("guarded")).await).unwrap_err();
    assert_eq!((error.status().as_u16(), error.kind()), (403, ErrorKind::AccessDenied));
}

#[tokio::test]
async fn a_changed_or_unsigned_response_is_rejected() {
    let sts = federated().await;
    let xml = vector("signed_assertion");
    let whole = vector("signed_response");
    for (xml, why) in [
        (xml.replace("alice@corp.example", "mallory@corp.example"), "digest mismatch"),
        (whole.replace("alice@corp.example", "mallory@corp.example"), "digest mismatch"),
        (xml.replace("<ds:DigestValue>", "<ds:DigestValue>AAAA"), "digest mismatch"),
        (xml.replace("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"), "signature mismatch"),
        (xml.replace("#_a1", "#_r1"), "unsupported form or algorithm"),
        (xml.replace("xmlenc#sha256", "xmldsig#sha1"), "unsupported form or algorithm"),
        (xml.replace("#rsa-sha256", "#hmac-sha256"), "unsupported form or algorithm"),
        (
            xml.replace("ds:Signature ", "ds:Nothing ").replace("/ds:Signature>", "/ds:Nothing>"),
            "signed",
        ),
    ] {
        assert_rejected(assume(&sts, &xml).await, why);
    }
    // A certificate inside the response proves nothing: the provider's counts.
    let start = xml.find("<ds:KeyInfo>").unwrap();
    let end = xml.find("</ds:KeyInfo>").unwrap() + "</ds:KeyInfo>".len();
    assume(&sts, &[&xml[..start], &xml[end..]].concat()).await.unwrap();
}

#[tokio::test]
async fn a_signed_assertion_beside_a_forged_one_is_rejected() {
    let sts = federated().await;
    let xml = vector("signed_assertion");
    let start = xml.find("<saml:Assertion").unwrap();
    let end = xml.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    let signed = &xml[start..end];
    let forged = signed[..signed.find("<ds:Signature").unwrap()].replace("alice", "mallory");
    let forged = format!("{forged}</saml:Assertion>");
    assert_rejected(
        assume(&sts, &xml.replace(signed, &format!("{forged}{signed}"))).await,
        "one bearer assertion",
    );
    // The signed one hidden in an extension, the forged one where it is read.
    let hidden = format!("<samlp:Extensions>{signed}</samlp:Extensions>{forged}");
    assert_rejected(assume(&sts, &xml.replace(signed, &hidden)).await, "signed");
    let moved = signed.find("<ds:Signature").unwrap();
    let signature = &signed[moved..signed.len() - "</saml:Assertion>".len()];
    let wrapped = forged.replace("</saml:Assertion>", &format!("{signature}</saml:Assertion>"));
    let hidden = format!("<samlp:Extensions>{signed}</samlp:Extensions>{wrapped}");
    assert_rejected(assume(&sts, &xml.replace(signed, &hidden)).await, "digest mismatch");
}

#[tokio::test]
async fn without_a_certificate_it_says_that_nothing_was_verified() {
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&lines);
    let provider = format!("{ISSUER}\n{AUDIENCE}");
    let sts = sts_with(|builder| {
        let builder = builder.on_request(move |line| sink.lock().unwrap().push(line.to_string()));
        builder.config(config(&provider))
    })
    .await;
    let forged = vector("signed_assertion").replace("alice@corp.example", "bob@corp.example");
    let response = answer(&sts, operation(&forged)).await;
    let note = "the signature of the assertion was not verified";
    assert_eq!(response.headers()["x-sts-emulator-note"], note);
    let session = AssumeAgencyWithSaml::read(&response).unwrap();
    assert_eq!(session.subject.as_deref(), Some("bob@corp.example"));
    assert!(lines.lock().unwrap()[0].contains(note), "{lines:?}");
}

#[tokio::test]
async fn what_an_assertion_says_is_checked_with_a_certificate_or_without() {
    let sts = trusting().await;
    let xml = vector("signed_assertion");
    for (old, new, why) in [
        (
            "<saml:Issuer>https://idp.example/metadata",
            "<saml:Issuer>https://evil.example",
            "issuer",
        ),
        ("https://sp.example/metadata", "https://other.example", "audience"),
        (
            "NotBefore=\"2026-03-05T07:07:00Z\"",
            "NotBefore=\"2026-03-05T07:09:00Z\"",
            "not valid yet",
        ),
        ("07:13:00Z\" Recipient", "07:08:09Z\" Recipient", "expired"),
        ("07:13:00Z\">", "07:08:09Z\">", "expired"),
        ("2026-03-05T15:08:00Z", "2026-03-05T07:08:00Z", "expired"),
        ("2026-03-05T15:08:00Z", "tomorrow", "not a SAML 2.0 response"),
        ("status:Success", "status:Requester", "Success"),
        ("cm:bearer", "cm:sender-vouches", "one bearer assertion"),
        (">7200<", ">a while<", "not a SAML 2.0 response"),
        (">alice<", ">a b<", "SessionName"),
        ("samlp:Response", "samlp:LogoutResponse", "not a SAML 2.0 response"),
    ] {
        assert!(xml.contains(old), "{old}");
        assert_rejected(assume(&sts, &xml.replace(old, new)).await, why);
    }
    let encrypted = xml.replace("saml:Assertion", "saml:EncryptedAssertion");
    assert_rejected(assume(&sts, &encrypted).await, "encrypted");
    let mut other_place = vector("signed_assertion");
    other_place = other_place.replace("https://sp.example/acs", "https://elsewhere.example");
    assume(&sts, &other_place).await.unwrap();
    let strict = federated().await;
    assert_rejected(assume(&strict, &other_place).await, "digest mismatch");
}

#[tokio::test]
async fn without_a_session_name_the_subjects_name_is_accepted() {
    let sts = trusting().await;
    let xml = vector("signed_assertion");
    let xml = xml.replace("\"SessionName\"", "\"Other\"").replace("alice@corp.example", "ali ce/x");
    let session = assume(&sts, &xml).await.unwrap();
    assert_eq!(session.assumed_agency.urn, "sts::a:assumed-agency:staff/ali-ce-x");
    let unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
    let xml = xml.replace("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", unspecified);
    let session = assume(&sts, &xml).await.unwrap();
    assert_eq!(session.subject_type.as_deref(), Some(unspecified));
}

#[tokio::test]
async fn an_agency_has_to_trust_the_provider() {
    let sts = federated().await;
    let xml = STANDARD.encode(vector("signed_assertion"));
    for (provider, agency, status, code) in [
        (PROVIDER, "iam::a:agency:internal", 403, "PAP5.0001"),
        (PROVIDER, "iam::a:agency:nowhere", 404, "STS5.1106"),
        ("iam::a:samlProvider:other", "iam::a:agency:staff", 404, "EMULATOR.0004"),
    ] {
        let operation = AssumeAgencyWithSaml::new(provider, agency, xml.as_str());
        let error = AssumeAgencyWithSaml::read(&answer(&sts, operation).await).unwrap_err();
        assert_eq!(error.status(), status);
        assert_eq!(error.code().map(ToString::to_string).as_deref(), Some(code));
        assert!(matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::NotFound));
    }
}

#[tokio::test]
async fn hostile_xml_is_rejected() {
    let sts = federated().await;
    let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><r>&b;</r>";
    assert_rejected(assume(&sts, bomb).await, "not base64 of XML");
    for xml in ["<a>".repeat(20_000), "<a>".repeat(10_000) + &"</a>".repeat(10_000)] {
        assert_rejected(assume(&sts, &xml).await, "not base64 of XML");
    }
    for xml in ["plain", "<a/>", ""] {
        let error = assume(&sts, xml).await.unwrap_err();
        assert_eq!(error.status(), 400);
    }
}

#[test]
fn no_change_of_a_byte_stops_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sts = runtime.block_on(federated());
    let xml = vector("signed_assertion").into_bytes();
    let mut runner = TestRunner::new(RunnerConfig { cases: 300, ..RunnerConfig::default() });
    runner
        .run(&(0..xml.len(), any::<u8>()), |(position, byte)| {
            let mut changed = xml.clone();
            changed[position] = byte;
            let assertion = STANDARD.encode(changed);
            let operation = AssumeAgencyWithSaml::new(PROVIDER, "iam::a:agency:staff", assertion);
            let response = runtime.block_on(answer(&sts, operation));
            assert!([200, 400].contains(&response.status().as_u16()));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_certificate_that_is_none_is_rejected_with_its_line() {
    let toml = "[[accounts]]\nid = \"a\"\n[[accounts.saml_providers]]\nname = \"corp\"\n\
                issuer = \"i\"\naudience = \"a\"\ncertificate = \"none\"\n";
    let error = toml.parse::<Config>().unwrap_err();
    assert_eq!((error.line(), error.key()), (Some(7), Some("certificate")), "{error}");
}
