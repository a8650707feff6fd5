//! Calls to the emulator, and signatures that it accepts.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::sync::Arc;

use reqwest::{Method, Request};
use sts_emulator::{Emulator, builtin};
use sts_proto::AssumeAgency;
use sts_reqwest::{
    ReqwestTransport, SignRequestError, sign, sign_attempt, sign_attempt_with_payload,
    sign_with_payload,
};
use sts_sign::{Payload, RequestSigner, SignError, Signer};
use time::OffsetDateTime;

/// This workspace builds reqwest without a crypto provider; its feature `rustls` has one.
fn install_crypto_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn signer() -> Signer {
    Signer::new(&builtin::credentials()).unwrap()
}

#[tokio::test]
async fn an_agency_is_assumed() {
    install_crypto_provider();
    let emulator = Emulator::builder().start().await.unwrap();
    let client = ReqwestTransport::builder().no_proxy().build().unwrap().client();
    let client = client
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build()
        .unwrap();
    let agency = AssumeAgency::new(builtin::AGENCY_URN, "reqwest");
    let output = client.assume_agency(agency).await.unwrap();
    assert!(output.credentials.access_key_id.starts_with("HST"));
}

#[cfg(feature = "blocking")]
#[test]
fn an_agency_is_assumed_without_a_runtime() {
    install_crypto_provider();
    let emulator = Emulator::builder().start_blocking().unwrap();
    let transport = ReqwestTransport::builder().no_proxy().build_blocking().unwrap();
    let client = transport
        .client()
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build_blocking()
        .unwrap();
    let agency = AssumeAgency::new(builtin::AGENCY_URN, "reqwest");
    let output = client.assume_agency(agency).unwrap();
    assert!(output.credentials.access_key_id.starts_with("HST"));
}

/// Signs requests in place and sends them to the emulator, which verifies the signatures.
#[tokio::test]
async fn signatures_of_requests_are_accepted() {
    install_crypto_provider();
    let emulator = Emulator::builder().start().await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let endpoint = emulator.endpoint().to_string();

    let url = format!("{}/v5/caller-identity", endpoint.trim_end_matches('/'));
    let mut request = Request::new(Method::GET, url.parse().unwrap());
    sign(&mut request, &signer(), OffsetDateTime::now_utc()).unwrap();
    assert_eq!(http.execute(request).await.unwrap().status(), 200);

    let url = format!("{}/v5/agencies/assume", endpoint.trim_end_matches('/'));
    let body =
        format!(r#"{{"agency_urn":"{}","agency_session_name":"reqwest"}}"#, builtin::AGENCY_URN);
    for is_tampered in [false, true] {
        let request = http.post(&url).header("content-type", "application/json");
        let mut request = request.body(body.clone()).build().unwrap();
        sign(&mut request, &signer(), OffsetDateTime::now_utc()).unwrap();
        if is_tampered {
            *request.body_mut() = Some(body.replace("reqwest", "another").into());
        }
        let status = http.execute(request).await.unwrap().status();
        assert_eq!(status.is_success(), !is_tampered, "{status}");
    }
}

/// The provider of a signer may be a session.
#[tokio::test]
async fn a_request_is_signed_with_the_credentials_of_a_session() {
    install_crypto_provider();
    let emulator = Emulator::builder().start().await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let transport = ReqwestTransport::from_client(http.clone());
    let client = transport
        .client()
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build()
        .unwrap();
    let session = client.session(AssumeAgency::new(builtin::AGENCY_URN, "signed")).unwrap();
    let signer = RequestSigner::new(session);

    let endpoint = emulator.endpoint().to_string();
    let url = format!("{}/v5/caller-identity", endpoint.trim_end_matches('/'));
    let mut request = Request::new(Method::GET, url.parse().unwrap());
    let now = OffsetDateTime::now_utc();
    sign_attempt(&mut request, &mut signer.attempts(), now).await.unwrap();
    assert!(request.headers()["x-security-token"].is_sensitive());
    let response = http.execute(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.unwrap().contains("assumed-agency:demo/signed"));
}

#[tokio::test]
async fn a_stream_is_signed_with_the_credentials_of_a_provider() {
    install_crypto_provider();
    let stream = reqwest::Body::wrap(reqwest::Body::from("streamed"));
    let request = reqwest::Client::new().put("https://obs.example/bucket").body(stream);
    let mut request = request.build().unwrap();
    let signer = RequestSigner::new(Arc::new(builtin::credentials()));
    let (mut attempts, now) = (signer.attempts(), OffsetDateTime::now_utc());
    let error = sign_attempt(&mut request, &mut attempts, now).await.unwrap_err();
    assert!(error.to_string().contains("_with_payload"), "{error}");
    assert!(request.headers().is_empty());
    sign_attempt_with_payload(&mut request, &mut attempts, Payload::Unsigned, now).await.unwrap();
    assert_eq!(request.headers()["x-sdk-content-sha256"], "UNSIGNED-PAYLOAD");
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_requests_are_signed() {
    use sts_reqwest::blocking;

    install_crypto_provider();
    let emulator = Emulator::builder().start_blocking().unwrap();
    let http = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/v5/caller-identity", emulator.url());
    let now = OffsetDateTime::now_utc();
    let signer_of_provider = RequestSigner::new(Arc::new(builtin::credentials()));
    let mut attempts = signer_of_provider.attempts();

    let mut fixed = http.get(&url).build().unwrap();
    blocking::sign(&mut fixed, &signer(), now).unwrap();
    let mut provided = http.get(&url).build().unwrap();
    blocking::sign_attempt(&mut provided, &mut attempts, now).unwrap();
    for request in [fixed, provided] {
        assert_eq!(http.execute(request).unwrap().status(), 200);
    }

    let body = || reqwest::blocking::Body::new(std::io::empty());
    let mut stream = http.put(&url).body(body()).build().unwrap();
    let error = blocking::sign(&mut stream, &signer(), now).unwrap_err();
    assert!(matches!(error, SignRequestError::StreamingBody), "{error}");
    let error = blocking::sign_attempt(&mut stream, &mut attempts, now).unwrap_err();
    assert!(matches!(error, SignRequestError::StreamingBody), "{error}");
    blocking::sign_with_payload(&mut stream, &signer(), Payload::Unsigned, now).unwrap();
    let payload = Payload::Hash([0; 32]);
    blocking::sign_attempt_with_payload(&mut stream, &mut attempts, payload, now).unwrap();
    assert!(!stream.headers().contains_key("x-sdk-content-sha256"));
}

#[test]
fn a_request_that_cannot_be_signed_is_unchanged() {
    let now = OffsetDateTime::now_utc();
    let url = "https://obs.example/bucket";
    install_crypto_provider();
    let client = reqwest::Client::new();
    let stream = reqwest::Body::wrap(reqwest::Body::from("streamed"));
    let mut request = client.put(url).header("a", "b").body(stream).build().unwrap();
    let error = sign(&mut request, &signer(), now).unwrap_err();
    assert!(matches!(error, SignRequestError::StreamingBody), "{error}");
    assert_eq!(request.headers().len(), 1);

    sign_with_payload(&mut request, &signer(), Payload::Unsigned, now).unwrap();
    assert_eq!(request.headers()["x-sdk-content-sha256"], "UNSIGNED-PAYLOAD");
    let early = now.replace_year(-1).unwrap();
    let before = request.headers().clone();
    sign_with_payload(&mut request, &signer(), Payload::Unsigned, early).unwrap_err();
    assert_eq!(*request.headers(), before);

    let mut request = Request::new(Method::GET, url.parse().unwrap());
    let early = now.replace_year(-1).unwrap();
    let error = sign(&mut request, &signer(), early).unwrap_err();
    assert!(matches!(error, SignRequestError::Sign(SignError::Date)), "{error}");
    assert!(request.headers().is_empty());
}
