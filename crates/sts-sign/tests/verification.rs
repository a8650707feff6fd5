//! What verification accepts, and why it refuses.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use sha2::{Digest, Sha256};
use sts_sign::{Algorithm, Payload, Scope, Signer, Verified, Verifier, VerifyError, verify};
use time::OffsetDateTime;
use time::macros::datetime;

const ID: &str = "HSTEXAMPLE0000000001";
const SECRET: &str = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z";
const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);
const TOLERANCE: Duration = Duration::from_secs(900);

fn signer() -> Signer {
    Signer::from_parts(ID, SECRET).unwrap()
}

fn temporary() -> Signer {
    signer().security_token("token").unwrap()
}

fn request() -> Request<&'static str> {
    Request::post("https://sts.example.com/v5/agencies/assume?b=1&a=2")
        .header("content-type", "application/json")
        .body("{}")
        .unwrap()
}

fn signed_by(signer: &Signer) -> Request<&'static str> {
    let mut request = request();
    signer.sign(&mut request, NOW).unwrap();
    request
}

fn verified_by(signer: &Signer, request: &Request<&str>) -> Result<Verified, VerifyError> {
    verify(request, |_| Some(signer), NOW, TOLERANCE)
}

fn set(request: &mut Request<&str>, name: &str, value: &str) {
    let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
    request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
}

fn set_authorization(request: &mut Request<&str>, from: &str, to: &str) {
    let value = request.headers()[AUTHORIZATION].to_str().unwrap().to_owned();
    assert!(value.contains(from));
    set(request, "authorization", &value.replace(from, to));
}

#[test]
fn a_signature_that_holds_says_who_signed_what_and_when() {
    let verified = verified_by(&temporary(), &signed_by(&temporary())).unwrap();
    assert_eq!(verified.access_key_id(), ID);
    assert_eq!(verified.algorithm(), Algorithm::HmacSha256);
    assert_eq!(verified.date(), NOW);
    let names = ["content-type", "host", "x-sdk-date", "x-security-token"];
    assert_eq!(verified.signed_headers(), names);
    assert!(verified.is_payload_signed());
}

#[test]
fn the_key_is_looked_up_by_what_the_request_presents() {
    let signer = Signer::v11(ID, SECRET, Scope::new("cn-north-4", "sts")).unwrap();
    let signer = signer.security_token("token").unwrap();
    let lookup = |presented: &sts_sign::Presented<'_>| {
        assert_eq!(presented.access_key_id, ID);
        assert_eq!(presented.security_token, Some("token"));
        assert_eq!(presented.algorithm, Algorithm::V11HmacSha256);
        assert_eq!(presented.scope, Some(Scope::new("cn-north-4", "sts")));
        Some(signer.clone())
    };
    verify(&signed_by(&signer), lookup, NOW, TOLERANCE).unwrap();
}

fn absent(header: &str) -> String {
    format!("missing signed header {header}")
}

fn not_signed(header: &str) -> String {
    format!("header {header} is not signed; add it to SignedHeaders")
}

#[test]
fn a_request_verifies_in_origin_form_and_with_the_authority_in_the_uri() {
    let signed = signed_by(&signer());
    let (parts, body) = signed.into_parts();
    let mut origin_form = Request::from_parts(parts, body);
    *origin_form.uri_mut() = Uri::from_static("/v5/agencies/assume?b=1&a=2");
    verified_by(&signer(), &origin_form).unwrap();

    let mut http2 = signed_by(&signer());
    http2.headers_mut().remove(HOST);
    verified_by(&signer(), &http2).unwrap();

    origin_form.headers_mut().remove(HOST);
    let error = verified_by(&signer(), &origin_form).unwrap_err();
    assert_eq!(error.to_string(), absent("host"));
}

#[test]
fn a_payload_that_is_not_signed_may_change_and_is_told_apart() {
    let mut request = request();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let headers = request.headers_mut();
    signer().sign_parts(&method, &uri, headers, Payload::Unsigned, NOW).unwrap();
    *request.body_mut() = "another";
    assert!(!verified_by(&signer(), &request).unwrap().is_payload_signed());

    // The mark must be signed, or anyone could add it.
    let mut marked = signed_by(&signer());
    set(&mut marked, "x-sdk-content-sha256", "UNSIGNED-PAYLOAD");
    let error = verified_by(&signer(), &marked).unwrap_err();
    assert_eq!(error.to_string(), not_signed("x-sdk-content-sha256"));
}

#[test]
fn a_request_without_a_signature_is_told_so() {
    assert_eq!(verified_by(&signer(), &request()).unwrap_err(), VerifyError::Missing);

    let mut bearer = request();
    set(&mut bearer, "authorization", "Bearer abc");
    let error = verified_by(&signer(), &bearer).unwrap_err();
    assert!(matches!(error, VerifyError::OtherScheme { scheme, .. } if scheme == "Bearer"));

    let mut comma = signed_by(&signer());
    set_authorization(&mut comma, "SDK-HMAC-SHA256 ", "SDK-HMAC-SHA256, ");
    let error = verified_by(&signer(), &comma).unwrap_err();
    assert!(
        matches!(error, VerifyError::OtherScheme { scheme, .. } if scheme == "SDK-HMAC-SHA256,")
    );
}

#[test]
fn an_authorization_without_an_algorithm_is_not_shown() {
    for token in ["planted", "eyJwbGFudGVk.planted.planted Access=a", "planted=,  Access=a"] {
        let mut request = request();
        set(&mut request, "authorization", token);
        let error = verified_by(&signer(), &request).unwrap_err();
        assert!(
            matches!(&error, VerifyError::Malformed { header, .. } if header == "authorization")
        );
        assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
    }
}

#[test]
fn a_malformed_header_is_named_with_what_is_wrong() {
    let v11 = Signer::v11(ID, SECRET, Scope::new("cn-north-4", "sts")).unwrap();
    for (signer, from, to, problem) in [
        (signer(), "SHA256 Access", "SHA256  Access", "Access=ID"),
        (signer(), "Access=", "Credential=", "Access=ID"),
        (signer(), ID, "", "Access=ID"),
        (signer(), "Access=", "Access= ", "Access=ID"),
        (signer(), ", SignedHeaders", " , SignedHeaders", "Access=ID"),
        (signer(), ", SignedHeaders", "\t, SignedHeaders", "Access=ID"),
        (v11.clone(), "Credential=", "Credential= ", "Credential=ID/DAY/REGION/SERVICE"),
        (v11.clone(), "/20260305", " /20260305", "Credential=ID/DAY/REGION/SERVICE"),
        (v11.clone(), "/sts", "", "Credential=ID/DAY/REGION/SERVICE"),
        (v11, "/sts", "/sts/more", "Credential=ID/DAY/REGION/SERVICE"),
        (signer(), "content-type;host", "host;content-type", "SignedHeaders=a;b"),
        (signer(), "content-type;host", "Content-Type;host", "SignedHeaders=a;b"),
        (signer(), "content-type;host", "host;host", "SignedHeaders=a;b"),
        (signer(), "Signature=", "Signature=XX", "Signature=HEX"),
        (signer(), "Signature=", "Signature=a", "Signature=HEX"),
        (signer(), ", Signature=", ", Signatures=", "Signature=HEX"),
        (signer(), "Signature=", "Signature=ab, More=", "text after Signature"),
    ] {
        let mut request = signed_by(&signer);
        set_authorization(&mut request, from, to);
        match verified_by(&signer, &request).unwrap_err() {
            VerifyError::Malformed { header, problem: found, .. } => {
                assert_eq!(header, "authorization");
                assert!(found.contains(problem), "{from} -> {to}: {found}");
            }
            other => panic!("{from} -> {to}: {other}"),
        }
    }

    let is_malformed = |request: &Request<&str>, name: &str| match verified_by(&signer(), request) {
        Err(VerifyError::Malformed { header, .. }) => assert_eq!(header, name),
        other => panic!("{other:?}"),
    };
    for date in
        ["2026-03-05T07:08:09Z", "20260230T070809Z", "20260305T250809Z", "2026030:T070809Z", ""]
    {
        let mut request = signed_by(&signer());
        set(&mut request, "x-sdk-date", date);
        is_malformed(&request, "x-sdk-date");
    }
    let mut repeated = signed_by(&signer());
    repeated.headers_mut().append("content-type", HeaderValue::from_static("text/plain"));
    is_malformed(&repeated, "content-type");
}

#[test]
fn a_header_that_decides_must_arrive_once() {
    let again = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=ab";
    for (name, other) in [
        ("authorization", again),
        ("x-sdk-date", "20260305T070810Z"),
        ("x-security-token", "another"),
        ("host", "other.example.com"),
        ("x-sdk-content-sha256", "UNSIGNED-PAYLOAD"),
    ] {
        let signed = if name == "x-sdk-content-sha256" {
            let mut request = request();
            let (method, uri) = (request.method().clone(), request.uri().clone());
            let headers = request.headers_mut();
            temporary().sign_parts(&method, &uri, headers, Payload::Unsigned, NOW).unwrap();
            request
        } else {
            signed_by(&temporary())
        };
        verified_by(&temporary(), &signed).unwrap();
        for (value, is_first) in [(other, false), (other, true), ("", false)] {
            let mut doubled = signed.clone();
            let kept = doubled.headers_mut().remove(name).unwrap();
            let added = HeaderValue::from_str(value).unwrap();
            let both = if is_first { [added, kept] } else { [kept, added] };
            for value in both {
                doubled.headers_mut().append(HeaderName::from_static(name), value);
            }
            match verified_by(&temporary(), &doubled) {
                Err(VerifyError::Malformed { header, .. }) => assert_eq!(header, name),
                other => panic!("{name}: {other:?}"),
            }
        }
        // Equal values are duplicates as well.
        let mut twice = signed.clone();
        let same = twice.headers()[name].clone();
        twice.headers_mut().append(HeaderName::from_static(name), same);
        assert!(matches!(verified_by(&temporary(), &twice), Err(VerifyError::Malformed { .. })));
    }
}

#[test]
fn host_date_and_token_must_be_signed() {
    for name in ["host", "x-sdk-date", "x-security-token"] {
        let mut request = signed_by(&temporary());
        let from =
            if name == "x-security-token" { ";x-security-token" } else { &format!("{name};") };
        set_authorization(&mut request, from, "");
        let error = verified_by(&temporary(), &request).unwrap_err();
        assert_eq!(error.to_string(), not_signed(name));
    }
}

#[test]
fn the_host_may_be_unsigned_where_the_server_says_so() {
    // As the official Go SDK signs: the date alone.
    let hex = |bytes: &[u8]| -> String {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.map(|digit| char::from_digit(digit.into(), 16).unwrap()).collect()
    };
    let canonical = format!(
        "GET\n/v5/caller-identity/\n\nx-sdk-date:20260305T070809Z\n\nx-sdk-date\n{}",
        hex(&Sha256::digest("")),
    );
    let text = format!("SDK-HMAC-SHA256\n20260305T070809Z\n{}", hex(&Sha256::digest(canonical)));
    let mut mac = Hmac::<Sha256>::new_from_slice(b"the-secret").unwrap();
    mac.update(text.as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    let authorization =
        format!("SDK-HMAC-SHA256 Access=GOAK, SignedHeaders=x-sdk-date, Signature={signature}");
    let request = Request::get("/v5/caller-identity")
        .header("host", "sts.example.com")
        .header("x-sdk-date", "20260305T070809Z")
        .header("authorization", authorization)
        .body("")
        .unwrap();

    let signer = Signer::from_parts("GOAK", "the-secret").unwrap();
    let now = datetime!(2026-03-05 07:08:09 UTC);
    let strict = Verifier::new(TOLERANCE);
    let verified = strict.allow_unsigned_host().verify(&request, |_| Some(&signer), now).unwrap();
    assert_eq!(verified.signed_headers(), ["x-sdk-date"]);
    let error = strict.verify(&request, |_| Some(&signer), now).unwrap_err();
    assert_eq!(error.to_string(), not_signed("host"));
}

#[test]
fn a_signed_header_that_got_lost_is_named() {
    for name in ["content-type", "x-sdk-date"] {
        let mut request = signed_by(&signer());
        request.headers_mut().remove(name);
        let error = verified_by(&signer(), &request).unwrap_err();
        assert_eq!(error.to_string(), absent(name));
    }
}

#[test]
fn a_date_off_by_more_than_the_tolerance_is_refused() {
    let request = signed_by(&signer());
    let at = |now| verify(&request, |_| Some(signer()), now, TOLERANCE);
    at(NOW + TOLERANCE).unwrap();
    at(NOW - TOLERANCE).unwrap();
    let late = NOW + TOLERANCE + Duration::from_secs(1);
    let error = at(late).unwrap_err();
    let VerifyError::DateOff { date, now, .. } = error else { panic!("{error}") };
    assert_eq!((date, now), (NOW, late));
    assert_eq!(error.to_string(), "request date is 901 seconds behind the verifier's clock");
    let error = at(NOW - TOLERANCE - Duration::from_secs(1)).unwrap_err();
    assert!(error.to_string().contains("901 seconds ahead of"));
}

#[test]
fn an_unknown_key_is_named() {
    let none = verify(&signed_by(&signer()), |_| None::<Signer>, NOW, TOLERANCE).unwrap_err();
    assert!(matches!(&none, VerifyError::UnknownKey { access_key_id, .. } if access_key_id == ID));
    let another = Signer::from_parts("ANOTHER", SECRET).unwrap();
    assert_eq!(verified_by(&another, &signed_by(&signer())).unwrap_err(), none);
}

#[test]
fn the_algorithm_and_the_scope_must_be_the_keys() {
    let v11 = |region| Signer::v11(ID, SECRET, Scope::new(region, "sts")).unwrap();
    let error = verified_by(&v11("cn-north-4"), &signed_by(&signer())).unwrap_err();
    let VerifyError::OtherAlgorithm { presented, expected, .. } = error else { panic!("{error}") };
    assert_eq!((presented, expected), (Algorithm::HmacSha256, Algorithm::V11HmacSha256));

    let request = signed_by(&v11("cn-north-4"));
    let error = verified_by(&v11("cn-east-3"), &request).unwrap_err();
    assert_eq!(error, VerifyError::OtherScope);
    let mut yesterday = signed_by(&v11("cn-north-4"));
    set_authorization(&mut yesterday, "20260305/", "20260304/");
    assert_eq!(verified_by(&v11("cn-north-4"), &yesterday).unwrap_err(), VerifyError::OtherScope);
}

#[test]
fn a_temporary_key_needs_its_own_token() {
    let error = verified_by(&temporary(), &signed_by(&signer())).unwrap_err();
    assert_eq!(error, VerifyError::TokenMissing);
    for token in ["tokem", "toke", "tokenn"] {
        let other = signer().security_token(token).unwrap();
        let error = verified_by(&temporary(), &signed_by(&other)).unwrap_err();
        assert_eq!(error, VerifyError::TokenWrong);
    }
}

#[test]
fn a_wrong_signature_comes_with_the_canonical_request() {
    let wrong = Signer::from_parts(ID, "another").unwrap();
    let error = verified_by(&wrong, &signed_by(&signer())).unwrap_err();
    let expected = signer().explain(&request(), NOW).unwrap();
    assert_eq!(error.canonical_request(), Some(expected.canonical_request()));
    assert_eq!(error.explanation(), Some(&expected));
}

#[test]
fn changing_anything_that_is_signed_breaks_the_signature() {
    let changes: [fn(&mut Request<&'static str>); 6] = [
        |request| *request.method_mut() = Method::PUT,
        |request| *request.uri_mut() = Uri::from_static("/v5/agencies/assume2?b=1&a=2"),
        |request| *request.uri_mut() = Uri::from_static("/v5/agencies/assume?b=1&a=3"),
        |request| *request.body_mut() = "{} ",
        |request| set(request, "content-type", "application/json;charset=utf8"),
        |request| set(request, "host", "sts.example.com:443"),
    ];
    for change in changes {
        let mut request = signed_by(&signer());
        change(&mut request);
        let error = verified_by(&signer(), &request).unwrap_err();
        assert!(matches!(error, VerifyError::SignatureMismatch { .. }), "{error}");
    }
}
