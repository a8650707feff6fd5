//! Signatures, against the hashes themselves and against a peer.

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sts_proto::{Endpoint, Operation, Region};
use sts_sign::Signer;
use time::macros::datetime;

use super::proto::operation;
use crate::measure::Comparison;

fn token() -> String {
    "ggpjbi1lgg".repeat(30)
}

fn ours() -> Box<dyn FnMut()> {
    let signer = Signer::new("HSTEXAMPLE0000000001", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z")
        .and_then(|signer| signer.with_security_token(&token()))
        .expect("keys");
    let request = operation().to_request(&Endpoint::from(Region::CN_NORTH_4)).expect("a request");
    let now = datetime!(2026-03-05 07:08:09 UTC);
    Box::new(move || {
        let mut request = black_box(&request).clone();
        signer.sign(&mut request, now).expect("a signature");
        black_box(request);
    })
}

/// Two SHA-256 and one HMAC over as many bytes as are signed, with the state of the key kept.
fn floor() -> Box<dyn FnMut()> {
    let request = operation().to_request(&Endpoint::from(Region::CN_NORTH_4)).expect("a request");
    let body = request.into_body();
    let signer = Signer::new("HSTEXAMPLE0000000001", "secret")
        .and_then(|signer| signer.with_security_token(&token()))
        .expect("keys");
    let request = operation().to_request(&Endpoint::from(Region::CN_NORTH_4)).expect("a request");
    let explanation =
        signer.explain(&request, datetime!(2026-03-05 07:08:09 UTC)).expect("an explanation");
    // The explanation leaves the token out.
    let canonical = explanation.canonical_request().replace("[redacted]", &token());
    let text = explanation.string_to_sign().to_owned();
    let key =
        Hmac::<Sha256>::new_from_slice(b"aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z").expect("a key");
    Box::new(move || {
        black_box(Sha256::digest(black_box(body.as_ref())));
        black_box(Sha256::digest(black_box(canonical.as_bytes())));
        let mut mac = key.clone();
        mac.update(black_box(text.as_bytes()));
        black_box(mac.finalize().into_bytes());
    })
}

fn aws_sigv4() -> Box<dyn FnMut()> {
    let identity = Credentials::new(
        "HSTEXAMPLE0000000001",
        "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z",
        Some(token()),
        None,
        "bench",
    )
    .into();
    let request = operation().to_request(&Endpoint::from(Region::CN_NORTH_4)).expect("a request");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_694_489);
    Box::new(move || {
        let mut request = black_box(&request).clone();
        let params = SigningParams::builder()
            .identity(&identity)
            .region("cn-north-4")
            .name("sts")
            .time(time)
            .settings(SigningSettings::default())
            .build()
            .expect("parameters")
            .into();
        let uri = request.uri().to_string();
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().expect("text")));
        let body = SignableBody::Bytes(request.body().as_ref());
        let signable = SignableRequest::new("POST", &uri, headers, body).expect("a request");
        let (instructions, _) = sign(signable, &params).expect("a signature").into_parts();
        instructions.apply_to_request_http1x(&mut request);
        black_box(request);
    })
}

pub fn all() -> Vec<Comparison> {
    vec![
        Comparison {
            name: "sign a request of AssumeAgency",
            against: "two SHA-256 and one HMAC",
            ours: ours(),
            theirs: floor(),
            goal: Some(1.5),
            allocations_goal: Some(8),
        },
        Comparison {
            name: "sign a request of AssumeAgency",
            against: "aws-sigv4",
            ours: ours(),
            theirs: aws_sigv4(),
            goal: Some(0.25),
            allocations_goal: None,
        },
    ]
}
