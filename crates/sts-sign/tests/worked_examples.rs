//! The examples that the signing guide and its readers worked out by hand.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use http::Request;
use sts_sign::{Payload, Scope, Signer};
use time::OffsetDateTime;
use time::macros::datetime;

const ID: &str = "HSTEXAMPLE0000000001";
const SECRET: &str = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z";
const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

fn get_caller_identity() -> Request<&'static str> {
    Request::get("https://sts.cn-north-4.myhuaweicloud.com/v5/caller-identity").body("").unwrap()
}

/// The hash of the canonical request and the `Authorization` header.
fn signed(signer: &Signer, mut request: Request<&str>, now: OffsetDateTime) -> (String, String) {
    let text = signer.explain(&request, now).unwrap().string_to_sign().to_owned();
    signer.sign(&mut request, now).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap().to_owned();
    (text.lines().last().unwrap().to_owned(), authorization)
}

#[test]
fn a_get_caller_identity() {
    let signer = Signer::from_parts(ID, SECRET).unwrap();
    let explanation = signer.explain(&get_caller_identity(), NOW).unwrap();
    assert_eq!(
        explanation.canonical_request(),
        "GET\n/v5/caller-identity/\n\nhost:sts.cn-north-4.myhuaweicloud.com\n\
         x-sdk-date:20260305T070809Z\n\nhost;x-sdk-date\n\
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let (hash, authorization) = signed(&signer, get_caller_identity(), NOW);
    assert_eq!(hash, "f2fe106cc4c4bd8ceace8703ac1195f41d1ffc8ce828b51b8dc6212c1db02eb7");
    assert_eq!(
        authorization,
        "SDK-HMAC-SHA256 Access=HSTEXAMPLE0000000001, SignedHeaders=host;x-sdk-date, \
         Signature=303e3b196a83bc2bc75640a67e24b477a9a6527cf49150a1249cbe060613db95"
    );
}

#[test]
fn b_assume_agency_with_a_security_token() {
    let signer =
        Signer::from_parts(ID, SECRET).unwrap().security_token("ggpEXAMPLEtoken+/==").unwrap();
    let body = r#"{"agency_urn":"iam::0123456789abcdef0123456789abcdef:agency:reader","agency_session_name":"build-42","duration_seconds":1800}"#;
    let request = Request::post("https://sts.cn-north-4.myhuaweicloud.com/v5/agencies/assume")
        .header("Content-Type", "application/json")
        .body(body)
        .unwrap();
    let (hash, authorization) = signed(&signer, request, NOW);
    assert_eq!(hash, "01778bc90b76f892c3173ee5e572b1464e9c7e726a49b2274223c70a7898c72e");
    assert_eq!(
        authorization,
        "SDK-HMAC-SHA256 Access=HSTEXAMPLE0000000001, \
         SignedHeaders=content-type;host;x-sdk-date;x-security-token, \
         Signature=b7f90cddbf5a32d59fef44c8896790d6ffe57afb444b1e7477c7f933c75b7395"
    );
}

#[test]
fn c_a_derived_key() {
    let signer = Signer::v11(ID, SECRET, Scope::new("cn-north-4", "sts")).unwrap();
    let (_, authorization) = signed(&signer, get_caller_identity(), NOW);
    assert_eq!(
        authorization,
        "V11-HMAC-SHA256 Credential=HSTEXAMPLE0000000001/20260305/cn-north-4/sts, \
         SignedHeaders=host;x-sdk-date, \
         Signature=4d39ad04fab6d3cc339c9dbe07f04356e3ff6ce3db415e0b6bb99cbc5194f3ba"
    );
}

#[cfg(feature = "sm3")]
#[test]
fn d_sm3() {
    let signer = Signer::sm3(ID, SECRET).unwrap();
    let (hash, authorization) = signed(&signer, get_caller_identity(), NOW);
    assert_eq!(hash, "1925cdc47f5030df53d21be40e2e64c204794edf3ee78932c32c4c7f3a65ac1c");
    assert_eq!(
        authorization,
        "SDK-HMAC-SM3 Access=HSTEXAMPLE0000000001, SignedHeaders=host;x-sdk-date, \
         Signature=28ec0edf9c7164fe634910226c23fe1245e98297392cd4f244e5faf3debff2ab"
    );
}

/// The private key shows in the signature: with RFC 6979 both are fixed by key and text.
#[cfg(feature = "p256")]
#[test]
fn e_the_private_key_of_p256() {
    use p256::ecdsa::signature::Signer as _;
    use p256::ecdsa::{Signature, SigningKey};

    let signer = Signer::p256(ID, SECRET).unwrap();
    let number: [u8; 32] =
        hex("0639c03875a4c966524d9478a48ece8d8c450ae97c5fe3c5047b19c6c193f72b").try_into().unwrap();
    let key = SigningKey::from_slice(&number).unwrap();

    let explanation = signer.explain(&get_caller_identity(), NOW).unwrap();
    let expected: Signature = key.sign(explanation.string_to_sign().as_bytes());
    let (_, authorization) = signed(&signer, get_caller_identity(), NOW);
    let signature = authorization.rsplit_once('=').unwrap().1;
    assert_eq!(hex(signature), expected.to_der().as_bytes());
}

/// The same for SM2, whose nonces are deterministic here as well.
#[cfg(feature = "sm2")]
#[test]
fn e_the_private_key_of_sm2() {
    use sm2::dsa::signature::Signer as _;
    use sm2::dsa::{Signature, SigningKey};

    let signer = Signer::sm2(ID, SECRET).unwrap();
    let number = hex("63de3bdc3eac7a13fbac904da8c961777c91903c5f1bcabce73d3dc298de3826");
    let key = SigningKey::from_slice("1234567812345678", &number).unwrap();

    let explanation = signer.explain(&get_caller_identity(), NOW).unwrap();
    let expected: Signature = key.sign(explanation.string_to_sign().as_bytes());
    let (_, authorization) = signed(&signer, get_caller_identity(), NOW);
    let signature = authorization.rsplit_once('=').unwrap().1;
    assert_eq!(hex(signature), expected.to_der().as_bytes());
}

#[cfg(any(feature = "p256", feature = "sm2"))]
fn hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// "API Request Signing Guide", parts 2 to 5, with the sample keys that it publishes.
#[test]
fn f_the_example_of_the_signing_guide() {
    let signer =
        Signer::from_parts("QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc")
            .unwrap();
    let request = Request::get(
        "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs\
         ?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
    )
    .header("content-type", "application/json")
    .body("")
    .unwrap();
    let (hash, authorization) = signed(&signer, request, datetime!(2019-11-15 03:36:55 UTC));
    assert_eq!(hash, "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a");
    assert!(
        authorization.ends_with("7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe")
    );
}

#[test]
fn a_hash_given_by_the_caller_signs_as_the_bytes_do() {
    let signer = Signer::from_parts(ID, SECRET).unwrap();
    let request = get_caller_identity();
    let hash = [
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ];
    let mut headers = request.headers().clone();
    let (method, uri) = (request.method(), request.uri());
    signer.sign_parts(method, uri, &mut headers, Payload::Hash(hash), NOW).unwrap();
    let (_, expected) = signed(&signer, get_caller_identity(), NOW);
    assert_eq!(headers["authorization"], expected.as_str());
}
