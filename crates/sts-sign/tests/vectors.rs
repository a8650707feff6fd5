//! What the official Python SDK signed, signed again: every byte must match.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails panics"
)]

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, Request};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sts_sign::{Scope, SignedHeaders, Signer, SignerError, verify};
use time::{Date, Month, OffsetDateTime, Time};

#[derive(Deserialize)]
struct File {
    count: usize,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    algorithm: String,
    method: String,
    host: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    date: String,
    access_key_id: String,
    secret_access_key: String,
    body_base64: Option<String>,
    body_repeat: Option<(char, usize)>,
    region_id: Option<String>,
    derived_auth_service_name: Option<String>,
    expect: Expect,
}

#[derive(Deserialize)]
struct Expect {
    canonical_request: String,
    string_to_sign: String,
    signed_headers: Vec<String>,
    authorization: String,
}

/// What cannot stand in a URI. A percent sign can: recorded paths hold encoded sequences.
const NOT_IN_PATH: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'?').add(b'#');

impl Vector {
    fn now(&self) -> OffsetDateTime {
        let number = |from: usize, to: usize| self.date[from..to].parse::<u8>().unwrap();
        let year = self.date[..4].parse().unwrap();
        let month = Month::try_from(number(4, 6)).unwrap();
        let date = Date::from_calendar_date(year, month, number(6, 8)).unwrap();
        let time = Time::from_hms(number(9, 11), number(11, 13), number(13, 15)).unwrap();
        OffsetDateTime::new_utc(date, time)
    }

    fn body(&self) -> Vec<u8> {
        match (&self.body_base64, self.body_repeat) {
            (Some(text), None) => STANDARD.decode(text).unwrap(),
            (None, Some((letter, count))) => letter.to_string().repeat(count).into_bytes(),
            _ => panic!("{}: a body in one of two forms", self.name),
        }
    }

    fn token(&self) -> Option<&str> {
        let is_token = |name: &str| name.eq_ignore_ascii_case("x-security-token");
        let header = self.headers.iter().find(|(name, _)| is_token(name));
        header.map(|(_, value)| value.as_str())
    }

    /// The request before it was signed: the token is the signer's to set.
    fn request(&self) -> Request<Vec<u8>> {
        let path = utf8_percent_encode(&self.path, NOT_IN_PATH);
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let query: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let question_mark = if query.is_empty() { "" } else { "?" };
        let query = query.join("&");
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(format!("{path}{question_mark}{query}"))
            .body(self.body())
            .unwrap();
        let headers = request.headers_mut();
        headers.insert("host", HeaderValue::from_str(&self.host).unwrap());
        for (name, value) in &self.headers {
            if Some(value.as_str()) != self.token() {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                headers.append(name, HeaderValue::from_str(value).unwrap());
            }
        }
        request
    }

    fn signer(&self) -> Result<Signer, SignerError> {
        let (id, secret) = (&self.access_key_id, &self.secret_access_key);
        let signer = match (&self.region_id, &self.derived_auth_service_name) {
            (Some(region), Some(service)) => Signer::v11(id, secret, Scope::new(region, service)),
            _ => self.plain_signer(id, secret),
        }?;
        // The Python SDK signs every header that it is given.
        let signer = signer.signed_headers(SignedHeaders::all());
        match self.token() {
            Some(token) => signer.security_token(token),
            None => Ok(signer),
        }
    }

    fn plain_signer(&self, id: &str, secret: &str) -> Result<Signer, SignerError> {
        match self.algorithm.as_str() {
            "SDK-HMAC-SHA256" => Signer::from_parts(id, secret),
            #[cfg(feature = "sm3")]
            "SDK-HMAC-SM3" => Signer::sm3(id, secret),
            #[cfg(feature = "p256")]
            "SDK-ECDSA-P256-SHA256" => Signer::p256(id, secret),
            #[cfg(feature = "sm2")]
            "SDK-SM2-SM3" => Signer::sm2(id, secret),
            other => panic!("{}: algorithm {other} is not enabled", self.name),
        }
    }

    fn redacted(&self, text: &str) -> String {
        match self.token() {
            Some(token) => text.replace(token, "[redacted]"),
            None => text.to_owned(),
        }
    }

    fn check(&self) {
        let (name, now) = (&self.name, self.now());
        let signer = self.signer().unwrap();
        let mut request = self.request();

        let explanation = signer.explain(&request, now).unwrap();
        let expected = self.redacted(&self.expect.canonical_request);
        assert_eq!(explanation.canonical_request(), expected, "{name}");
        assert_eq!(explanation.string_to_sign(), self.expect.string_to_sign, "{name}");

        signer.sign(&mut request, now).unwrap();
        let authorization = &request.headers()["authorization"];
        if self.has_random_signature() {
            verify(&request, |_| Some(&signer), now, Duration::ZERO).unwrap();
            let recorded = HeaderValue::from_str(&self.expect.authorization).unwrap();
            request.headers_mut().insert("authorization", recorded);
        } else {
            assert_eq!(authorization, self.expect.authorization.as_str(), "{name}");
        }

        let verified = verify(&request, |_| Some(&signer), now, Duration::ZERO).unwrap();
        assert_eq!(verified.signed_headers(), self.expect.signed_headers, "{name}");
    }

    fn has_random_signature(&self) -> bool {
        ["SDK-ECDSA-P256-SHA256", "SDK-SM2-SM3"].contains(&self.algorithm.as_str())
    }
}

fn check_all(file: &str) {
    let file: File = serde_json::from_str(file).unwrap();
    assert_eq!(file.vectors.len(), file.count);
    for vector in &file.vectors {
        vector.check();
    }
}

#[test]
fn sdk_hmac_sha256_signs_as_the_official_sdk() {
    check_all(include_str!("vectors/signing-sdk-hmac-sha256.json"));
}

#[test]
fn v11_hmac_sha256_signs_as_the_official_sdk() {
    check_all(include_str!("vectors/signing-v11-hmac-sha256.json"));
}

#[cfg(feature = "sm3")]
#[test]
fn sdk_hmac_sm3_signs_as_the_official_sdk() {
    check_all(include_str!("vectors/signing-sdk-hmac-sm3.json"));
}

#[cfg(feature = "p256")]
#[test]
fn sdk_ecdsa_p256_sha256_verifies_what_the_official_sdk_signed() {
    check_all(include_str!("vectors/signing-sdk-ecdsa-p256-sha256.json"));
}

#[cfg(feature = "sm2")]
#[test]
fn sdk_sm2_sm3_verifies_what_the_official_sdk_signed() {
    check_all(include_str!("vectors/signing-sdk-sm2-sm3.json"));
}
