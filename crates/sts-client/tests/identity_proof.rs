//! Identity proofs: what a verifier forwards, and what it rejects before.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use std::sync::Arc;
use std::time::Duration;

use sts_client::identity_proof::{
    IdentityProof, IdentityVerifier, InvalidProof, PresignError, presign_caller_identity,
};
use sts_client::proto::{Endpoint, Region};
use sts_client::sign::{SignedHeaders, Signer, verify};
use sts_client::{Credentials, SharedCredentials};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);
const AUDIENCE: &str = "vault.example.com";

fn endpoint() -> Endpoint {
    Endpoint::from(Region::CN_NORTH_4)
}

fn signer() -> Signer {
    let signer = Signer::from_parts("HST1", "secret-of-hst1").unwrap();
    signer.security_token("ggpEXAMPLEtoken+/==").unwrap()
}

fn proof() -> IdentityProof {
    IdentityProof::sign(&signer(), &endpoint(), AUDIENCE, NOW).unwrap()
}

fn verifier() -> IdentityVerifier {
    IdentityVerifier::new(AUDIENCE, [Endpoint::from(Region::AF_SOUTH_1), endpoint()])
}

/// Returns the outcome for a proof whose JSON is changed.
#[track_caller]
fn changed(change: impl FnOnce(&mut serde_json::Value)) -> InvalidProof {
    let mut json = serde_json::from_str(proof().to_json().expose_secret()).unwrap();
    change(&mut json);
    let proof = IdentityProof::from_json(&json.to_string()).unwrap();
    verifier().verify(&proof, NOW).unwrap_err()
}

#[test]
fn a_proof_survives_its_text_form_and_sts_accepts_it() {
    let text = proof().to_json();
    let received = IdentityProof::from_json(text.expose_secret()).unwrap();
    let checked = verifier().verify(&received, NOW + Duration::from_secs(200)).unwrap();
    assert_eq!(
        checked.request.uri(),
        "https://sts.cn-north-4.myhuaweicloud.com/v5/caller-identity"
    );
    assert_eq!(checked.request.method(), "GET");
    assert_eq!(checked.expires_at, NOW + Duration::from_secs(301));
    assert_eq!(checked.id, "HST1/1772694489");
    // The service is STS, which has the secret.
    let verified =
        verify(&checked.request, |_| Some(signer()), NOW, Duration::from_secs(900)).unwrap();
    assert!(verified.signed_headers().iter().any(|name| name == "x-sts-audience"));
}

#[test]
fn a_provider_signs_a_proof() {
    let credentials = Credentials::temporary("HST1", "secret-of-hst1", "token", NOW);
    let provider = SharedCredentials::from(credentials);
    let endpoint = endpoint();
    let proof = presign_caller_identity(&provider, &endpoint, AUDIENCE, NOW);
    let proof = futures_lite::future::block_on(proof).unwrap();
    let checked = verifier().verify(&proof, NOW).unwrap();
    assert_eq!(checked.request.headers()["x-security-token"], "token");

    let empty = Arc::new(Credentials::permanent("HST1", ""));
    let error = presign_caller_identity(&empty, &endpoint, AUDIENCE, NOW);
    let error = futures_lite::future::block_on(error).unwrap_err();
    assert!(matches!(error, PresignError::Signer(_)));
}

#[test]
fn a_proof_is_valid_for_its_age_only() {
    let at = |seconds| NOW + time::Duration::seconds(seconds);
    let verify = |verifier: &IdentityVerifier, now| verifier.verify(&proof(), now).map(|_| ());
    for (verifier, from, to) in [
        (verifier(), -60, 300),
        (verifier().max_age(Duration::from_secs(20)), -20, 20),
        (verifier().max_age(Duration::ZERO), 0, 0),
    ] {
        assert_eq!(verify(&verifier, at(from)), Ok(()));
        assert_eq!(verify(&verifier, at(to)), Ok(()));
        let early = verify(&verifier, at(from - 1)).unwrap_err();
        assert!(matches!(early, InvalidProof::Future | InvalidProof::Signature(_)), "{early:?}");
        let late = verify(&verifier, at(to + 1)).unwrap_err();
        assert!(matches!(late, InvalidProof::Signature(_)), "{late:?}");
    }
}

#[test]
fn a_proof_is_rejected_from_the_end_of_its_validity_so_that_its_id_can_be_forgotten() {
    for age in [Duration::ZERO, Duration::from_secs(20), Duration::from_millis(20_500)] {
        let verifier = verifier().max_age(age);
        let end = verifier.verify(&proof(), NOW).unwrap().expires_at;
        verifier.verify(&proof(), end - Duration::from_nanos(1)).unwrap();
        verifier.verify(&proof(), end).unwrap_err();
    }
}

#[test]
fn only_the_audience_of_the_verifier_is_accepted() {
    let other = IdentityProof::sign(&signer(), &endpoint(), "other.example.com", NOW).unwrap();
    assert_eq!(verifier().verify(&other, NOW).unwrap_err(), InvalidProof::Audience);
    let header = "/headers/x-sts-audience";
    // The signature does not cover a header that the holder adds or removes.
    assert_eq!(
        changed(|it| drop(it["headers"].as_object_mut().unwrap().remove("x-sts-audience"))),
        InvalidProof::Audience
    );
    assert_eq!(changed(|it| *it.pointer_mut(header).unwrap() = "x".into()), InvalidProof::Audience);
    let mut request =
        http::Request::get("https://sts.cn-north-4.myhuaweicloud.com/v5/caller-identity")
            .header("x-sts-audience", AUDIENCE)
            .body("")
            .unwrap();
    signer().signed_headers(SignedHeaders::default()).sign(&mut request, NOW).unwrap();
    let unsigned = request.headers()["authorization"].to_str().unwrap().to_owned();
    let error = changed(|it| it["headers"]["authorization"] = unsigned.into());
    assert_eq!(error, InvalidProof::Audience);
    for audience in ["", "a b", "é", "a\nb"] {
        let error = IdentityProof::sign(&signer(), &endpoint(), audience, NOW).unwrap_err();
        assert!(matches!(error, PresignError::Audience), "{error:?}");
    }
    let unnamed = IdentityVerifier::new("", [endpoint()]);
    assert_eq!(unnamed.verify(&proof(), NOW).unwrap_err(), InvalidProof::Audience);
}

#[test]
fn a_proof_does_not_choose_where_it_is_sent() {
    for url in [
        "https://evil.example.com/v5/caller-identity",
        "https://sts.cn-north-4.myhuaweicloud.com.evil.example.com/v5/caller-identity",
        "https://sts.cn-north-4.myhuaweicloud.com@evil.example.com/v5/caller-identity",
        "https://user@sts.cn-north-4.myhuaweicloud.com/v5/caller-identity",
        "https://sts.cn-north-4.myhuaweicloud.com:8443/v5/caller-identity",
        "http://sts.cn-north-4.myhuaweicloud.com/v5/caller-identity",
        "https://sts.cn-north-4.myhuaweicloud.com/v5/caller-identity/",
        "https://sts.cn-north-4.myhuaweicloud.com/v5/caller-identity?a=b",
        "https://sts.cn-north-4.myhuaweicloud.com/v5/agencies/assume",
        "https://sts.cn-north-4.myhuaweicloud.com/x/../v5/caller-identity",
        "/v5/caller-identity",
    ] {
        assert_eq!(changed(|it| it["url"] = url.into()), InvalidProof::Target, "{url}");
    }
    assert_eq!(changed(|it| it["method"] = "POST".into()), InvalidProof::Target);
    for host in ["evil.example.com", "sts.af-south-1.myhuaweicloud.com", ""] {
        assert_eq!(changed(|it| it["headers"]["host"] = host.into()), InvalidProof::Target);
    }
    let elsewhere = IdentityVerifier::new(AUDIENCE, [Endpoint::from(Region::AF_SOUTH_1)]);
    assert_eq!(elsewhere.verify(&proof(), NOW).unwrap_err(), InvalidProof::Target);
}

#[test]
fn only_the_headers_of_a_proof_are_forwarded() {
    for name in ["transfer-encoding", "content-length", "x-forwarded-for", "x-sdk-content-sha256"] {
        let error = changed(|it| it["headers"][name] = "0".into());
        assert!(matches!(&error, InvalidProof::Header { name: n, .. } if n == name), "{error:?}");
    }
    for name in ["authorization", "x-sdk-date"] {
        let error = changed(|it| drop(it["headers"].as_object_mut().unwrap().remove(name)));
        assert!(matches!(error, InvalidProof::Signature(_)), "{error:?}");
    }
}

#[test]
fn a_proof_has_one_id_only() {
    // The header is not signed, so a holder could change its white space to evade a list of ids.
    for (from, to) in [
        ("Access=", "Access= "),
        ("Access=", "Access=\t"),
        (", SignedHeaders", " , SignedHeaders"),
        ("SDK-HMAC-SHA256 ", "SDK-HMAC-SHA256  "),
        (", Signature", ",  Signature"),
    ] {
        let error = changed(|it| {
            let value = &mut it["headers"]["authorization"];
            *value = value.as_str().unwrap().replace(from, to).into();
        });
        assert!(matches!(error, InvalidProof::Signature(_)), "{to:?}: {error:?}");
    }
}

#[test]
fn texts_that_are_not_a_proof_are_rejected_and_not_shown() {
    let long = format!(r#"{{"method":"{}"}}"#, "planted".repeat(20_000));
    let duplicate = r#"{"method":"GET","url":"/","headers":{"Host":"planted","host":"planted"}}"#;
    for text in [
        "planted",
        "{}",
        r#"{"method":"GET","url":5,"headers":{"host":"planted"}}"#,
        r#"{"method":"G T","url":"/","headers":{}}"#,
        r#"{"method":"GET","url":"a planted b","headers":{}}"#,
        r#"{"method":"GET","url":"/","headers":{"a planted":""}}"#,
        r#"{"method":"GET","url":"/","headers":{"host":"planted\n"}}"#,
        duplicate,
        &long,
    ] {
        let error = IdentityProof::from_json(text).unwrap_err();
        assert!(matches!(error, InvalidProof::Format(_)));
        assert!(!format!("{error} {error:?}").contains("planted"));
    }
    let shown = format!("{:?} {:?}", proof(), verifier().verify(&proof(), NOW).unwrap());
    assert!(!shown.contains("ggpEXAMPLE"), "{shown}");
}
