//! No freed memory block contains a secret.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

#[path = "support/planted.rs"]
mod planted;

use std::fmt::Debug;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use sts_credentials::{Credentials, ErrorKind, blocking};
use sts_sign::{Observation, Payload, RequestSigner, Scope, Signer, verify};
use xtask_secrets::Searching;

use self::planted::{ID, NOW, SECRET, TOKEN, request, signers};

#[global_allocator]
static ALLOCATOR: Searching = Searching::new(&["plantedSecret", "plantedToken", DERIVED_KEY]);

/// The beginning of the text that `SECRET` gives as key for the day, region and service below.
const DERIVED_KEY: &str = "899e885df1af3a71";

/// Prints and drops: texts are blocks too.
fn show(value: &dyn Debug) {
    black_box(format!("{value:?} {value:#?}"));
}

/// Signs, verifies and explains a request in each way.
fn use_signer(signer: &Signer) {
    let mut sent = request();
    signer.sign(&mut sent, NOW).unwrap();
    signer.sign(&mut sent, NOW).unwrap();
    verify(&sent, |_| Some(signer.clone()), NOW, Duration::ZERO).unwrap();
    let explanation = signer.explain(&sent, NOW).unwrap();
    let echo = explanation.canonical_request().replace('\n', "|");
    show(&(signer, &sent, explanation.first_difference(&echo), explanation));

    let (mut parts, ()) = Request::put("https://sts.example.com/").body(()).unwrap().into_parts();
    let payload = Payload::Bytes(b"{}");
    let prepared = signer.prepare(&parts.method, &parts.uri, &parts.headers, payload, NOW).unwrap();
    show(&prepared);
    drop(prepared);
    signer.sign_parts(&parts.method, &parts.uri, &mut parts.headers, payload, NOW).unwrap();

    let other = Signer::from_parts(ID, "other").unwrap().security_token("other").unwrap();
    for (key, now) in [(&other, NOW), (signer, NOW + time::Duration::days(1))] {
        show(&verify(&sent, |_| Some(key), now, Duration::ZERO).unwrap_err());
    }
    *sent.method_mut() = http::Method::DELETE;
    show(&verify(&sent, |_| Some(signer), NOW, Duration::ZERO).unwrap_err());
}

/// Returns credentials for requests that ask for others after a rejection.
fn provider() -> Arc<Credentials> {
    Arc::new(Credentials::temporary(ID, SECRET, TOKEN, NOW))
}

fn use_request_signer(signer: &RequestSigner<impl blocking::ProvideCredentials>) {
    let mut attempts = signer.attempts();
    for _ in 0..3 {
        let mut request = request();
        if let Err(error) = attempts.sign_blocking(&mut request, NOW) {
            show(&error);
            return;
        }
        show(&(&request, attempts.explain(&request).unwrap()));
        let rejected = Observation::error(ErrorKind::InvalidCredentials).date(NOW);
        show(&attempts.observe(rejected, NOW));
    }
    show(&attempts);
}

// The only test of its binary: blocks that other tests free would be searched as well.
#[test]
fn no_freed_block_contains_a_secret() {
    assert_eq!(ALLOCATOR.found_in(|| drop(black_box(TOKEN.to_owned()))), 1, "the search works");

    for signer in signers() {
        ALLOCATOR.assert_wiped("signer", || use_signer(&signer));
        ALLOCATOR.assert_wiped("dropped signer", || drop(signer));
    }
    ALLOCATOR.assert_wiped("signer with a provider", || {
        use_request_signer(&RequestSigner::new(provider()));
        let scoped = RequestSigner::new(provider()).scope(Scope::new("cn-north-4", "sts"));
        use_request_signer(&scoped);
        show(&scoped.clone());
    });
    ALLOCATOR.assert_wiped("invalid credentials", || {
        for secret in ["plantedSecret\n", " plantedSecret", ""] {
            let credentials = Credentials::permanent(ID, secret);
            show(&Signer::new(&credentials).map_err(|error| error.to_string()));
            show(&Signer::v11(ID, secret, Scope::new("a", "b")).map_err(|error| error.to_string()));
        }
        for token in ["plantedToken\n", "plantedToken plantedToken", "plantedToken\u{e9}"] {
            let signer = Signer::from_parts(ID, "secret").unwrap();
            show(&signer.security_token(token).map_err(|error| error.to_string()));
        }
    });
}
