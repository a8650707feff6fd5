//! Planted secrets: none is printed.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

#[path = "support/planted.rs"]
mod planted;

use std::fmt::{Debug, Display};
use std::time::Duration;

use http::Request;
use sts_sign::{Payload, SignedHeaders, Signer, VerifyError, verify};

use self::planted::{ID, NOW, SECRET, TOKEN, request, signers};

fn assert_clean(shown: &str) {
    for secret in [SECRET, TOKEN, "planted"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

fn assert_shows_nothing(value: &(impl Debug + Display)) {
    assert_clean(&format!("{value} {value:?} {value:#?}"));
}

#[test]
fn nothing_prints_a_secret() {
    for signer in signers() {
        assert_clean(&format!("{signer:?} {signer:#?}"));
        assert!(format!("{signer:?}").contains(ID), "{signer:?}");

        let mut signed = request();
        signer.sign(&mut signed, NOW).unwrap();
        assert_clean(&format!("{signed:?}"));
        let explanation = signer.explain(&signed, NOW).unwrap();
        assert_shows_nothing(&explanation);
        let shown = explanation.to_string();
        assert!(shown.contains(explanation.canonical_request()), "{shown}");
        assert!(shown.contains(explanation.string_to_sign()), "{shown}");

        let look = |presented: &sts_sign::Presented<'_>| {
            assert_clean(&format!("{presented:?}"));
            assert!(format!("{presented:?}").contains(ID), "{presented:?}");
            None::<Signer>
        };
        assert_shows_nothing(&verify(&signed, look, NOW, Duration::ZERO).unwrap_err());

        let token_wrong = signer.clone().security_token("other").unwrap();
        let error = verify(&signed, |_| Some(&token_wrong), NOW, Duration::ZERO).unwrap_err();
        assert_eq!(error, VerifyError::TokenWrong);
        assert_shows_nothing(&error);

        *signed.method_mut() = http::Method::PUT;
        let error = verify(&signed, |_| Some(&signer), NOW, Duration::ZERO).unwrap_err();
        assert!(error.canonical_request().unwrap().contains("x-security-token:[redacted]"));
        assert_shows_nothing(&error);
    }
    assert_eq!(format!("{:?}", Payload::Bytes(SECRET.as_bytes())), "Bytes([redacted])");
    assert_shows_nothing(&Signer::from_parts(&format!("{SECRET},"), "secret").unwrap_err());
    assert_shows_nothing(&Signer::from_parts(ID, &format!("{SECRET} ")).unwrap_err());
    let signer = Signer::from_parts(ID, "secret").unwrap();
    assert_shows_nothing(&signer.security_token(&format!("{TOKEN}\n")).unwrap_err());
}

#[test]
fn a_sensitive_header_is_redacted_in_what_is_shown() {
    let mut cookie = http::HeaderValue::from_static(TOKEN);
    cookie.set_sensitive(true);
    let mut request = request();
    request.headers_mut().insert("content-type", cookie);
    let signer = Signer::from_parts(ID, SECRET).unwrap();
    let explanation = signer.explain(&request, NOW).unwrap();
    assert!(explanation.canonical_request().contains("content-type:[redacted]"));
}

#[test]
fn explanations_redact_every_header_that_names_a_secret() {
    let secret = [
        "x-security-token",
        "x-auth-token",
        "x-subject-token",
        "cookie",
        "set-cookie",
        "x-id-token",
        "proxy-authorization",
        "x-apig-authorization",
        "x-api-key",
        "apikey",
        "x-client-secret",
        "x-password",
        "x-amz-credential",
    ];
    let signer = Signer::from_parts(ID, SECRET).unwrap().signed_headers(SignedHeaders::all());
    for name in secret {
        let request =
            Request::get("https://sts.example.com/").header(name, SECRET).body("").unwrap();
        let explanation = signer.explain(&request, NOW).unwrap();
        assert_shows_nothing(&explanation);
        // The verifier's is the same, and so is a difference to what a gateway received.
        let mut sent = request.clone();
        signer.sign(&mut sent, NOW).unwrap();
        let other = Signer::from_parts(ID, "another").unwrap();
        let error = verify(&sent, |_| Some(&other), NOW, Duration::ZERO).unwrap_err();
        assert_shows_nothing(&error);
        if name.starts_with("x-security-token") {
            continue; // the signer removes one that is not its own
        }
        let ours = explanation.canonical_request();
        assert!(ours.contains(&format!("\n{name}:[redacted]\n")), "{ours}");
        let echo = ours.replace("[redacted]", "plantedOther").replace('\n', "|");
        let difference = explanation.first_difference(&echo).map(|found| found.to_string());
        assert!(!difference.unwrap_or_default().contains("planted"), "{name}");
    }
    let plain =
        Request::get("https://sts.example.com/").header("x-plain", "shown").body("").unwrap();
    let explanation = signer.explain(&plain, NOW).unwrap();
    assert!(explanation.canonical_request().contains("\nx-plain:shown\n"));
}
