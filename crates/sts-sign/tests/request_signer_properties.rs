//! What `RequestSigner` signs is verified: all payloads, both families of algorithms.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod support;

use std::time::Duration;

use http::Request;
use proptest::prelude::*;
use proptest::sample::select;
use sha2::{Digest, Sha256};
use sts_credentials::{Credentials, SharedCredentials};
use sts_sign::{Observation, Payload, RequestSigner, Scope, Signer, verify};
use time::OffsetDateTime;

use support::ready;

#[derive(Clone, Copy, Debug)]
enum Body {
    Buffered,
    Hashed,
    Unsigned,
}

fn requests() -> impl Strategy<Value = Request<Vec<u8>>> {
    (
        select(vec!["GET", "POST", "PUT", "DELETE", "PATCH"]),
        "/[a-zA-Z0-9._~/%-]{0,20}",
        prop::collection::vec(("[a-z]{1,6}", "[a-zA-Z0-9.~-]{0,8}"), 0..4),
        prop::option::of("[ -~]{1,20}"),
        prop::collection::vec(any::<u8>(), 0..300),
    )
        .prop_map(|(method, path, query, content_type, body)| {
            let path = path.replace('%', "%25");
            let pairs: Vec<_> =
                query.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let uri = format!("https://ecs.example.com:8443{path}?{}", pairs.join("&"));
            let mut request = Request::builder().method(method).uri(uri);
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            request.body(body).unwrap()
        })
}

proptest! {
    #[test]
    fn what_is_signed_verifies(
        request in requests(),
        body in select(vec![Body::Buffered, Body::Hashed, Body::Unsigned]),
        token in prop::option::of("[!-~]{1,60}"),
        is_derived in any::<bool>(),
        timestamp in 10_000_000_i64..253_000_000_000,
        skew in -1_000_000_i64..1_000_000,
    ) {
        let mut credentials = Credentials::permanent("HST1", "secret");
        if let Some(token) = &token {
            credentials = credentials.security_token(token.as_str());
        }
        let scope = Scope::new("cn-north-4", "ecs");
        let plain = if is_derived {
            let signer = Signer::v11("HST1", "secret", scope.clone()).unwrap();
            match &token {
                Some(token) => signer.security_token(token).unwrap(),
                None => signer,
            }
        } else {
            Signer::new(&credentials).unwrap()
        };
        let mut signer = RequestSigner::new(SharedCredentials::from(credentials));
        if is_derived {
            signer = signer.scope(scope);
        }
        let now = OffsetDateTime::from_unix_timestamp(timestamp).unwrap();
        let service = OffsetDateTime::from_unix_timestamp(timestamp + skew).unwrap();

        let sign = |mut request: Request<Vec<u8>>, attempts: &mut sts_sign::Attempts<'_, _>| {
            let Body::Buffered = body else {
                let (mut head, bytes) = request.into_parts();
                let payload = match body {
                    Body::Unsigned => Payload::Unsigned,
                    _ => Payload::Hash(Sha256::digest(&bytes).into()),
                };
                ready(attempts.sign_parts(&mut head, payload, now)).unwrap();
                return Request::from_parts(head, bytes);
            };
            ready(attempts.sign(&mut request, now)).unwrap();
            request
        };
        // The service verifies with its clock, and the signer learns its offset.
        let mut attempts = signer.attempts();
        let mut request = sign(request, &mut attempts);
        let tolerance = Duration::from_secs(900);
        if verify(&request, |_| Some(&plain), service, tolerance).is_err() {
            let skewed = Observation::error(sts_credentials::ErrorKind::InvalidCredentials);
            prop_assert!(attempts.observe(skewed.date(service), now).is_retry());
            request = sign(request, &mut attempts);
        }
        let verified = verify(&request, |_| Some(&plain), service, tolerance).unwrap();
        prop_assert_eq!(verified.is_payload_signed(), !matches!(body, Body::Unsigned));
        let signs_token = verified.signed_headers().iter().any(|name| name == "x-security-token");
        prop_assert_eq!(signs_token, token.is_some());

        if !matches!(body, Body::Unsigned) {
            request.body_mut().push(0);
            prop_assert!(verify(&request, |_| Some(&plain), service, tolerance).is_err());
        }
    }
}
