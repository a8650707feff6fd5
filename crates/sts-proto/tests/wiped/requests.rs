//! What the client holds and sends.

use std::fmt::Debug;
use std::hint::black_box;
use std::io::Write;

use http::{HeaderValue, Response};
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Body, BodyWriter, Caller,
    Credentials, Endpoint, Operation, ProvidedContext, Region, Secret,
};
use time::OffsetDateTime;
use xtask_secrets::mark;

use crate::{ALLOCATOR, ODD, PLAIN, print};

/// The secret in each way a caller may hand it over.
fn each_way(secret: &str) -> [Secret; 4] {
    let mut roomy = String::with_capacity(10 * secret.len());
    roomy.push_str(secret);
    let from_text = Secret::from(secret);
    [from_text.clone(), from_text, Secret::from(secret.to_owned()), Secret::from(roomy)]
}

fn send<O: Operation + Clone + PartialEq + Debug>(operation: &O) {
    let endpoint = Endpoint::from(Region::CN_NORTH_4);
    assert!(operation == &operation.clone());
    print(operation);
    let _ = black_box(operation.to_request(&endpoint));
    let request = operation.to_request_unvalidated(&endpoint).unwrap();
    print(&request);
    let (parts, body) = request.into_parts();
    let bytes = body.clone().into_bytes();
    drop((parts, body));
    drop(black_box(bytes.slice(1..)));
}

pub(crate) fn are_built_sent_cloned_and_dropped() {
    ALLOCATOR.assert_wiped("operations", || {
        for secret in [PLAIN, ODD].into_iter().flat_map(each_way) {
            send(&AssumeAgencyWithOidc::new(
                "iam::a:oidcProvider:p",
                "iam::a:agency:n",
                "ss",
                secret.clone(),
            ));
            send(&AssumeAgencyWithSaml::new(
                "iam::a:samlProvider:p",
                "iam::a:agency:n",
                secret.clone(),
            ));
            // Longer than the room a request has at first, so that its body moves.
            let context = ProvidedContext::new("iam::a:oidcProvider:c", secret.clone());
            send(
                &AssumeAgency::new("iam::a:agency:n", "ss")
                    .policy("p".repeat(4000))
                    .mfa("iam::a:mfa:device", secret)
                    .provided_contexts(vec![context; 5]),
            );
        }
    });
}

pub(crate) fn break_limits() {
    ALLOCATOR.assert_wiped("violations", || {
        for secret in [PLAIN, ODD, &PLAIN[..15]] {
            let assume = AssumeAgency::new("reader", "b").mfa("m", secret);
            let oidc = AssumeAgencyWithOidc::new("", "", "", secret);
            let saml = AssumeAgencyWithSaml::new("", "", secret);
            for error in [
                assume.validate_for(Caller::Temporary).unwrap_err(),
                oidc.validate().unwrap_err(),
                saml.validate().unwrap_err(),
            ] {
                print(&error);
                black_box(error.to_string());
            }
        }
    });
}

pub(crate) fn are_written_piece_by_piece() {
    ALLOCATOR.assert_wiped("bodies", || {
        let mut writer = BodyWriter::with_capacity(3);
        for _ in 0..100 {
            writer.extend(PLAIN.as_bytes());
        }
        writer.write_all(ODD.as_bytes()).unwrap();
        print(&writer);
        let body = writer.finish();
        let clone = body.clone();
        print(&body);
        drop(body);
        drop(black_box(clone));

        let mut half = BodyWriter::default();
        half.extend(PLAIN.as_bytes());
        half.extend(PLAIN.as_bytes());
        drop(black_box(half));

        let mut roomy = Vec::with_capacity(1000);
        roomy.extend_from_slice(PLAIN.as_bytes());
        drop(black_box(Body::from(roomy)));
    });
}

pub(crate) fn are_signed_with_keys() {
    ALLOCATOR.assert_wiped("credentials", || {
        for secret in [PLAIN, ODD] {
            let permanent = Credentials::permanent("AK", secret);
            let with_token = permanent.clone().security_token(secret);
            let again = with_token.clone().security_token(secret.to_owned());
            let end = OffsetDateTime::UNIX_EPOCH;
            let temporary = Credentials::temporary("AK", secret.to_owned(), secret, end);
            assert_ne!(temporary, again);
            print(&(permanent, with_token, again, temporary));
        }
    });
}

/// As a signer sends the token: a block of its own, shared by all clones and wiped with the last.
pub(crate) fn carry_a_token_in_a_header() {
    ALLOCATOR.assert_wiped("headers", || {
        let block = Body::from(PLAIN.as_bytes().to_vec()).into_bytes();
        let mut token = HeaderValue::from_maybe_shared(block).unwrap();
        token.set_sensitive(true);
        let operation = AssumeAgency::new("iam::a:agency:n", "session");
        let mut request = operation.to_request(&Endpoint::from(Region::CN_NORTH_4)).unwrap();
        request.headers_mut().insert("x-security-token", token.clone());
        let headers = request.headers().clone();
        print(&request);
        drop(black_box((request, token)));
        drop(black_box(headers));

        let block = Body::from(concat!("x-security-token: ", mark!()).as_bytes().to_vec());
        let echo = HeaderValue::from_maybe_shared(block.into_bytes()).unwrap();
        let mut response = Response::new(Body::empty());
        for name in ["x-request-id", "x-iam-trace-id", "retry-after", "date", "x-security-token"] {
            response.headers_mut().insert(name, echo.clone());
        }
        print(&AssumeAgency::read(&response).unwrap_err());
    });
}
