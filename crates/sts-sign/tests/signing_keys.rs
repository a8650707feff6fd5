//! Keys outside of the process: hardware modules, and services with an async API.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use sha2::Sha256;
use sts_sign::{
    Algorithm, Payload, RemoteKey, Scope, SignError, Signature, Signer, SignerError, SigningKey,
    SigningKeyError, StringToSign, VerifyError, verify,
};
use time::OffsetDateTime;
use time::macros::datetime;

const ID: &str = "HSTEXAMPLE0000000001";
const SECRET: &str = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z";
const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);
const TOLERANCE: Duration = Duration::ZERO;

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

fn get() -> Request<&'static str> {
    Request::get("https://sts.cn-north-4.myhuaweicloud.com/v5/caller-identity").body("").unwrap()
}

/// A module that holds the key.
struct Module(Result<&'static str, &'static str>);

impl SigningKey for Module {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HmacSha256
    }

    fn sign(&self, text: &StringToSign) -> Result<Signature, SigningKeyError> {
        let secret = self.0.map_err(SigningKeyError::new)?;
        assert_eq!(text.to_string().as_bytes(), text.to_bytes());
        assert_eq!(format!("{text:?}"), format!("StringToSign({:?})", text.to_string()));
        let signature = Signature::from_bytes(&hmac(secret.as_bytes(), &text.to_bytes()));
        assert_eq!(format!("{signature:?}"), "Signature([redacted])");
        Ok(signature)
    }
}

#[test]
fn a_key_in_a_module_signs_and_verifies_like_the_secret() {
    let module = Signer::from_key(ID, Arc::new(Module(Ok(SECRET)))).unwrap();
    let own = Signer::from_parts(ID, SECRET).unwrap();
    let (mut ours, mut theirs) = (get(), get());
    module.sign(&mut ours, NOW).unwrap();
    own.sign(&mut theirs, NOW).unwrap();
    assert_eq!(ours.headers(), theirs.headers());
    verify(&ours, |_| Some(&module), NOW, TOLERANCE).unwrap();

    let shared: Arc<dyn SigningKey> = Arc::new(Module(Ok("another")));
    for other in [Signer::from_key(ID, Module(Ok("another"))), Signer::from_key(ID, shared)] {
        let error = verify(&ours, |_| Some(other.as_ref().unwrap()), NOW, TOLERANCE).unwrap_err();
        assert!(matches!(error, VerifyError::SignatureMismatch { .. }));
    }
}

#[test]
fn errors_of_a_module_are_sources_and_leave_the_request_unchanged() {
    let broken = Signer::from_key(ID, Module(Err("PIN expired"))).unwrap();
    let mut request = get();
    let error = broken.sign(&mut request, NOW).unwrap_err();
    assert_eq!(error, error.clone());
    assert_eq!(error.to_string(), "signing key is not available");
    assert_eq!(error.source().unwrap().to_string(), "PIN expired");
    assert!(format!("{error:?}").contains("PIN expired"));
    assert!(request.headers().is_empty());

    Signer::from_parts(ID, SECRET).unwrap().sign(&mut request, NOW).unwrap();
    let error = verify(&request, |_| Some(&broken), NOW, TOLERANCE).unwrap_err();
    assert!(matches!(error, VerifyError::Key(_)));
}

/// Signs in two steps, with a key that is derived elsewhere.
fn sign_remotely(
    signer: &Signer,
    key: &[u8],
    request: &mut Request<&str>,
) -> Result<(), SignError> {
    let payload = Payload::Bytes(request.body().as_bytes());
    let (method, uri, headers) = (request.method(), request.uri(), request.headers());
    let prepared = signer.prepare(method, uri, headers, payload, NOW)?;
    let code = hmac(key, &prepared.string_to_sign().to_bytes());
    prepared.finish(&Signature::from_bytes(&code), request.headers_mut())
}

#[test]
fn a_remote_key_signs_between_the_two_steps() {
    let key = RemoteKey::new(Algorithm::HmacSha256);
    let remote = Signer::from_key(ID, key).unwrap().security_token("token").unwrap();
    let own = Signer::from_parts(ID, SECRET).unwrap().security_token("token").unwrap();
    let (mut ours, mut theirs) = (get(), get());
    sign_remotely(&remote, SECRET.as_bytes(), &mut ours).unwrap();
    own.sign(&mut theirs, NOW).unwrap();
    assert_eq!(ours.headers(), theirs.headers());
    assert_eq!(
        remote.sign(&mut ours, NOW).unwrap_err().to_string(),
        "signing key is not available"
    );

    // The key of a day, as in example C of the documented algorithm.
    let scope = Scope::new("cn-north-4", "sts");
    let key = RemoteKey::new(Algorithm::V11HmacSha256).scope(scope.clone());
    let remote = Signer::from_key(ID, key).unwrap();
    let day_key = "9d9075ece8e76912db90c21595d5b145bf324f3b86f4ff5f3b5e8a6359345327";
    let mut ours = get();
    let (method, uri, headers) = (ours.method(), ours.uri(), ours.headers());
    let prepared = remote.prepare(method, uri, headers, Payload::Bytes(b""), NOW).unwrap();
    let derivation = prepared.string_to_sign().day_and_scope();
    assert_eq!(derivation.as_deref(), Some("20260305/cn-north-4/sts"));
    sign_remotely(&remote, day_key.as_bytes(), &mut ours).unwrap();
    let own = Signer::v11(ID, SECRET, scope).unwrap();
    verify(&ours, |_| Some(&own), NOW, TOLERANCE).unwrap();
}

#[test]
fn a_request_prepared_again_replaces_the_headers_of_the_earlier_attempt() {
    let unsigned = Signer::from_parts(ID, SECRET).unwrap().security_token("token").unwrap();
    let mut request = get();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let headers = request.headers_mut();
    unsigned.sign_parts(&method, &uri, headers, Payload::Unsigned, NOW).unwrap();
    sign_remotely(
        &Signer::from_key(ID, RemoteKey::new(Algorithm::HmacSha256)).unwrap(),
        SECRET.as_bytes(),
        &mut request,
    )
    .unwrap();
    let own = Signer::from_parts(ID, SECRET).unwrap();
    assert!(verify(&request, |_| Some(&own), NOW, TOLERANCE).unwrap().is_payload_signed());
    assert!(!request.headers().contains_key("x-security-token"));
}

#[test]
fn a_signature_of_another_length_is_an_error() {
    let signer = Signer::from_key(ID, RemoteKey::new(Algorithm::HmacSha256)).unwrap();
    let mut request = get();
    for length in [0, 31, 33, 64] {
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        let prepared = signer.prepare(method, uri, headers, Payload::Bytes(b""), NOW).unwrap();
        let signature = Signature::from_bytes(&vec![1; length]);
        let error = prepared.finish(&signature, request.headers_mut()).unwrap_err();
        assert!(matches!(error, SignError::SignatureLength { length: l, .. } if l == length));
        assert!(request.headers().is_empty());
    }
}

#[test]
fn a_key_must_fit_its_algorithm() {
    let scope = Scope::new("cn-north-4", "sts");
    let error = |key| Signer::from_key(ID, key).unwrap_err();
    let derived = error(RemoteKey::new(Algorithm::V11HmacSha256));
    assert_eq!(derived.to_string(), "V11-HMAC-SHA256 requires a key with a scope");
    let plain = error(RemoteKey::new(Algorithm::HmacSha256).scope(scope));
    assert_eq!(plain.to_string(), "SDK-HMAC-SHA256 requires a key without a scope");
    let invalid = RemoteKey::new(Algorithm::V11HmacSha256).scope(Scope::new("", "sts"));
    assert!(matches!(error(invalid), SignerError::EmptyScope { part: "region", .. }));
    assert!(Signer::from_key("a b", RemoteKey::new(Algorithm::HmacSha256)).is_err());
    let sm2 = Signer::from_key(ID, RemoteKey::new(Algorithm::Sm2Sm3));
    if cfg!(feature = "sm3") {
        sm2.unwrap();
    } else {
        assert!(matches!(sm2.unwrap_err(), SignerError::Hash { .. }));
    }
}
