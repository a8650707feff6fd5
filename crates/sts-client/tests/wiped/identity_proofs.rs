//! Identity proofs, which contain a security token.

use futures_lite::future::block_on;
use sts_client::SharedCredentials;
use sts_client::identity_proof::{IdentityProof, IdentityVerifier, presign_caller_identity};
use sts_client::proto::{Endpoint, Region};
use xtask_secrets::mark;

use crate::{ALLOCATOR, START, credentials, show, show_error};

const AUDIENCE: &str = "vault.example";
const BROKEN: [&str; 6] = [
    mark!(),
    concat!(r#"{"method":"GET","url":"https://sts/","headers":{"x-security-token":""#, mark!()),
    concat!(
        r#"{"method":"GET","url":"https://sts/","headers":{"x-security-token":""#,
        mark!(),
        r#"\n"}}"#
    ),
    concat!(
        r#"{"method":"GET","url":"https://sts/","headers":{"x-security-token":["#,
        mark!(),
        "]}}"
    ),
    concat!(
        r#"{"method":"GET","url":"https://a b/","headers":{"x-security-token":""#,
        mark!(),
        r#""}}"#
    ),
    concat!(
        r#"{"headers":{"x-security-token":""#,
        mark!(),
        r#"","x-security-token":""#,
        mark!(),
        r#""}}"#
    ),
];

pub(crate) fn are_wiped() {
    let endpoint = Endpoint::from(Region::CN_NORTH_4);
    let verifier = IdentityVerifier::new(AUDIENCE, [endpoint.clone()]);
    ALLOCATOR.assert_wiped("identity proof", || {
        let provider = SharedCredentials::from(credentials());
        let signed = presign_caller_identity(&provider, &endpoint, AUDIENCE, START);
        let proof = block_on(signed).unwrap();
        let json = proof.to_json();
        let parsed = IdentityProof::from_json(json.expose_secret()).unwrap();
        show(&(&proof, &json, &parsed, proof.clone()));
        show(&verifier.verify(&parsed, START).unwrap());
        let late = START + time::Duration::hours(1);
        show_error(&verifier.verify(&parsed, late).unwrap_err());
        let others = IdentityVerifier::new("other.example", [endpoint.clone()]);
        show_error(&others.verify(&parsed, START).unwrap_err());
    });
    for text in BROKEN {
        ALLOCATOR.assert_wiped(text, || show_error(&IdentityProof::from_json(text).unwrap_err()));
    }
    // Escapes, which some writers of JSON use.
    let escaped = concat!(
        r#"{"method":"GET","url":"https://sts/","headers":{"x-security-token":"\/"#,
        mark!(),
        r#""}}"#
    );
    ALLOCATOR.assert_wiped("escaped", || show(&IdentityProof::from_json(escaped).unwrap()));
}
