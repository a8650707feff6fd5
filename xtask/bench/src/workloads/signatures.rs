//! Signatures, against the hashes themselves and against peers.

use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use rusty_s3::{Bucket, S3Action, UrlStyle};
use sha2::{Digest, Sha256};
use sts_proto::{Body, Credentials, Endpoint, Operation, Region};
use sts_sign::{RequestSigner, Signer};
use time::macros::datetime;

use super::by_hand;
use super::messages::operation;
use crate::comparison::{Comparison, Rival};
use crate::row::Goal;
use crate::work::{Work, on_fresh, repeated};

pub const ACCESS_KEY_ID: &str = "HSTEXAMPLE0000000001";
pub const SECRET_ACCESS_KEY: &str = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z";

/// The token that requests carry.
pub fn token() -> String {
    "ggpjbi1lgg".repeat(30)
}

pub fn all() -> Vec<Comparison> {
    let rival = |name, work: fn() -> Work, goal| Rival { name, work: Box::new(work), goal };
    let with_provider = Comparison {
        name: "sign with a provider, a token of 900 bytes",
        ours: Box::new(with_provider),
        rivals: vec![rival("the prepared signer", prepared, Some(Goal::RatioAtMost(1.15)))],
        most_allocations: Some(8.0),
    };
    let signatures = Comparison {
        name: "sign a request of AssumeAgency",
        ours: Box::new(ours),
        rivals: vec![
            rival("two SHA-256 and one HMAC", hashes, Some(Goal::RatioAtMost(1.5))),
            rival("aws-sigv4", aws_sigv4, Some(Goal::RatioAtMost(0.25))),
            rival("reqsign-aws-v4", reqsign, None),
            rival("rusty-s3, presigned GET", rusty_s3, None),
        ],
        most_allocations: Some(8.0),
    };
    let built = Comparison {
        name: "build and sign a request of AssumeAgency",
        ours: Box::new(build_and_sign),
        rivals: vec![rival("by hand", by_hand::build_and_sign, Some(Goal::RatioAtMost(1.08)))],
        most_allocations: Some(9.0),
    };
    vec![signatures, built, with_provider]
}

/// Made for each signature: a clone would have no room for the headers of the signer.
fn request() -> Request<Body> {
    operation().to_request(&Endpoint::from(Region::CN_NORTH_4)).expect("a request")
}

fn signer() -> Signer {
    Signer::from_parts(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
        .and_then(|signer| signer.security_token(&token()))
        .expect("keys")
}

fn ours() -> Work {
    let signer = signer();
    let now = datetime!(2026-03-05 07:08:09 UTC);
    on_fresh(request, move |request| signer.sign(black_box(request), now).expect("a signature"))
}

fn build_and_sign() -> Work {
    let (signer, operation) = (signer(), operation());
    let endpoint = Endpoint::from(Region::CN_NORTH_4);
    let now = datetime!(2026-03-05 07:08:09 UTC);
    repeated(move || {
        let request = black_box(&operation).to_request_unvalidated(&endpoint);
        let mut request = request.expect("a request");
        signer.sign(&mut request, black_box(now)).expect("a signature");
        black_box(request);
    })
}

/// Credentials with a token as long as those of STS.
fn credentials() -> Credentials {
    Credentials::permanent(ACCESS_KEY_ID, SECRET_ACCESS_KEY).security_token("ggpjbi1lgg".repeat(90))
}

fn with_provider() -> Work {
    let signer = RequestSigner::new(Arc::new(credentials()));
    let now = datetime!(2026-03-05 07:08:09 UTC);
    on_fresh(request, move |request| {
        let signed = pin!(signer.sign(black_box(request), now));
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(signed) = signed.poll(&mut context) else {
            unreachable!("fixed credentials are ready at once");
        };
        signed.expect("a signature");
    })
}

fn prepared() -> Work {
    let signer = Signer::new(&credentials()).expect("keys");
    let now = datetime!(2026-03-05 07:08:09 UTC);
    on_fresh(request, move |request| signer.sign(black_box(request), now).expect("a signature"))
}

/// Two SHA-256 and one HMAC over as many bytes as are signed, with the state of the key kept.
fn hashes() -> Work {
    let explanation =
        signer().explain(&request(), datetime!(2026-03-05 07:08:09 UTC)).expect("an explanation");
    // The explanation leaves the token out.
    let canonical = explanation.canonical_request().replace("[redacted]", &token());
    let text = explanation.string_to_sign().to_owned();
    let body = request().into_body();
    let key = Hmac::<Sha256>::new_from_slice(SECRET_ACCESS_KEY.as_bytes()).expect("a key");
    repeated(move || {
        black_box(Sha256::digest(black_box(body.as_ref())));
        black_box(Sha256::digest(black_box(canonical.as_bytes())));
        let mut mac = key.clone();
        mac.update(black_box(text.as_bytes()));
        black_box(mac.finalize().into_bytes());
    })
}

fn aws_sigv4() -> Work {
    let keys = aws_credential_types::Credentials::new(
        ACCESS_KEY_ID,
        SECRET_ACCESS_KEY,
        Some(token()),
        None,
        "bench",
    );
    let identity = keys.into();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_694_489);
    let sign = move |request: &mut Request<Body>| {
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
        instructions.apply_to_request_http1x(request);
    };
    on_fresh(request, sign)
}

/// The clock is read for each, and the body is not hashed: it never does that.
fn reqsign() -> Work {
    let keys = reqsign_aws_v4::StaticCredentialProvider::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
        .with_session_token(&token());
    let signer = reqsign_core::Signer::new(
        reqsign_core::Context::new(),
        keys,
        reqsign_aws_v4::RequestSigner::new("sts", "cn-north-4"),
    );
    on_fresh(
        || request().into_parts().0,
        move |head| {
            let signed = signer.sign(black_box(head), None);
            futures_lite::future::block_on(signed).expect("a signature");
        },
    )
}

/// Reads the clock for each request, which has no body.
fn rusty_s3() -> Work {
    let endpoint = "https://obs.cn-north-4.myhuaweicloud.com".parse().expect("a URL");
    let bucket =
        Bucket::new(endpoint, UrlStyle::VirtualHost, "bucket", "cn-north-4").expect("a bucket");
    let keys = rusty_s3::Credentials::new_with_token(ACCESS_KEY_ID, SECRET_ACCESS_KEY, token());
    repeated(move || {
        let get = bucket.get_object(Some(black_box(&keys)), "reports/2026/march.csv");
        black_box(get.sign(Duration::from_secs(60)));
    })
}
