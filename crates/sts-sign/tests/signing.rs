//! What signing does to a request, and what it refuses.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use sts_credentials::{Credentials, InvalidCredentials, validate_security_token};
use sts_sign::{Payload, Scope, SignError, SignedHeaders, Signer, SignerError, verify};
use time::OffsetDateTime;
use time::macros::datetime;

const ID: &str = "HSTEXAMPLE0000000001";
const SECRET: &str = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z";
const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09.9 UTC);

fn signer() -> Signer {
    Signer::from_parts(ID, SECRET).unwrap()
}

fn get(uri: &str) -> Request<&'static str> {
    Request::get(uri).body("").unwrap()
}

/// A line of the canonical request: 0 is the method, 1 the URI, 2 the query, then the headers.
fn line(signer: &Signer, request: &Request<&str>, index: usize) -> String {
    let explanation = signer.explain(request, NOW).unwrap();
    explanation.canonical_request().split('\n').nth(index).unwrap().to_owned()
}

fn signed_names(request: &Request<&str>) -> String {
    let authorization = request.headers()[AUTHORIZATION].to_str().unwrap();
    let (_, names) = authorization.split_once("SignedHeaders=").unwrap();
    names.split_once(',').unwrap().0.to_owned()
}

#[test]
fn signing_sets_its_headers_and_leaves_the_rest_alone() {
    let signer = signer().security_token("token").unwrap();
    let mut request = get("https://sts.example.com/v5/caller-identity");
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    signer.sign(&mut request, NOW).unwrap();

    let headers = request.headers();
    assert_eq!(headers.len(), 5);
    assert_eq!(headers[HOST], "sts.example.com");
    assert_eq!(headers["x-sdk-date"], "20260305T070809Z");
    assert_eq!(headers["x-security-token"], "token");
    assert_eq!(headers[ACCEPT], "application/json");
    assert!(headers["x-security-token"].is_sensitive() && headers[AUTHORIZATION].is_sensitive());
    assert_eq!(request.uri(), "https://sts.example.com/v5/caller-identity");
}

#[test]
fn signing_again_replaces_what_an_earlier_attempt_set() {
    let temporary = signer().security_token("token").unwrap();
    let (method, uri) = (Method::GET, Uri::from_static("https://sts.example.com/"));
    let mut headers = HeaderMap::new();
    temporary.sign_parts(&method, &uri, &mut headers, Payload::Unsigned, NOW).unwrap();
    assert_eq!(headers["x-sdk-content-sha256"], "UNSIGNED-PAYLOAD");

    let later = NOW + Duration::from_secs(60);
    signer().sign_parts(&method, &uri, &mut headers, Payload::Bytes(b""), later).unwrap();
    let mut fresh = HeaderMap::new();
    signer().sign_parts(&method, &uri, &mut fresh, Payload::Bytes(b""), later).unwrap();
    assert_eq!(headers, fresh);
}

#[test]
fn the_date_is_in_utc_wherever_the_clock_is() {
    let mut request = get("https://sts.example.com/");
    signer().sign(&mut request, datetime!(2026-03-05 23:59:59 -10:00)).unwrap();
    assert_eq!(request.headers()["x-sdk-date"], "20260306T095959Z");
}

#[test]
fn by_default_what_libraries_add_is_not_signed() {
    let mut request = get("https://sts.example.com/");
    for name in [ACCEPT, USER_AGENT, HeaderName::from_static("x-trace")] {
        request.headers_mut().insert(name, HeaderValue::from_static("any"));
    }
    request.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    signer().sign(&mut request, NOW).unwrap();
    assert_eq!(signed_names(&request), "content-type;host;x-sdk-date");
}

#[test]
fn more_headers_are_signed_on_request_but_none_with_an_underscore() {
    let under_score = HeaderName::from_static("x_trace");
    let chosen = SignedHeaders::default_and([ACCEPT, under_score.clone(), USER_AGENT]);
    let mut request = get("https://sts.example.com/");
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("any"));
    request.headers_mut().insert(under_score, HeaderValue::from_static("any"));
    request.headers_mut().insert("x-other", HeaderValue::from_static("any"));

    signer().signed_headers(chosen).sign(&mut request, NOW).unwrap();
    assert_eq!(signed_names(&request), "accept;host;x-sdk-date");
    signer().signed_headers(SignedHeaders::all()).sign(&mut request, NOW).unwrap();
    assert_eq!(signed_names(&request), "accept;host;x-other;x-sdk-date");
}

#[test]
fn the_host_keeps_its_port_unless_it_is_the_default_of_the_scheme() {
    for (uri, host) in [
        ("https://sts.example.com/", "sts.example.com"),
        ("https://sts.example.com:443/", "sts.example.com"),
        ("http://sts.example.com:80/", "sts.example.com"),
        ("http://sts.example.com:443/", "sts.example.com:443"),
        ("https://sts.example.com:8443/", "sts.example.com:8443"),
        ("ws://sts.example.com:80/", "sts.example.com:80"),
        ("https://[2001:db8::7]/", "[2001:db8::7]"),
        ("https://[2001:db8::7]:443/", "[2001:db8::7]"),
        ("https://[2001:db8::7]:8443/", "[2001:db8::7]:8443"),
        ("https://STS.Example.com/", "STS.Example.com"),
        ("https://user:pass@sts.example.com:8443/", "sts.example.com:8443"),
        ("https://user:pass@sts.example.com/", "sts.example.com"),
    ] {
        let mut request = get(uri);
        signer().sign(&mut request, NOW).unwrap();
        assert_eq!(request.headers()[HOST], host, "{uri}");
        assert_eq!(line(&signer(), &get(uri), 3), format!("host:{host}"), "{uri}");
    }
}

#[test]
fn a_host_header_that_is_there_is_signed_as_it_is() {
    let mut request = get("https://127.0.0.1:8443/");
    request.headers_mut().insert(HOST, HeaderValue::from_static("STS.Example.com:443"));
    signer().sign(&mut request, NOW).unwrap();
    assert_eq!(request.headers()[HOST], "STS.Example.com:443");
    assert_eq!(line(&signer(), &request, 3), "host:STS.Example.com:443");
}

#[test]
fn the_canonical_uri_is_decoded_once_encoded_once_and_ends_in_a_slash() {
    for (path, canonical) in [
        ("", "/"),
        ("/", "/"),
        ("/v5/caller-identity", "/v5/caller-identity/"),
        ("/v5/caller-identity/", "/v5/caller-identity/"),
        ("/a%20b", "/a%20b/"),
        ("/%61", "/a/"),
        ("/%2561", "/%2561/"),
        ("/%c3%a9", "/%C3%A9/"),
        ("/é", "/%C3%A9/"),
        ("/a+b", "/a%2Bb/"),
        ("/a%2fb%2F", "/a/b/"),
        ("/a//b/./..", "/a//b/./../"),
        ("/100%", "/100%25/"),
        ("/%zz", "/%25zz/"),
        ("/%ff", "/%FF/"),
        ("/~-._", "/~-._/"),
        ("/a:b@c!$&'()*,;=", "/a%3Ab%40c%21%24%26%27%28%29%2A%2C%3B%3D/"),
    ] {
        let request = get(&format!("https://sts.example.com{path}"));
        assert_eq!(line(&signer(), &request, 1), canonical, "{path}");
    }
}

#[test]
fn the_canonical_query_is_sorted_by_name_and_value() {
    for (query, canonical) in [
        ("", ""),
        ("?", ""),
        ("?b=1&a=2", "a=2&b=1"),
        ("?a=2&a=1&a", "a=&a=1&a=2"),
        ("?a+b=c+d", "a%2Bb=c%2Bd"),
        ("?a%20b=%2f", "a%20b=%2F"),
        ("?a=b=c", "a=b%3Dc"),
        ("?a=1&&b=2&", "a=1&b=2"),
        ("?%e5%a7%94=1&z=2", "z=2&%E5%A7%94=1"),
        ("?A=1&a=2&B=3", "A=1&B=3&a=2"),
    ] {
        let request = get(&format!("https://sts.example.com/{query}"));
        assert_eq!(line(&signer(), &request, 2), canonical, "{query}");
    }
}

#[test]
fn a_request_in_origin_form_needs_a_host_header() {
    let mut request = get("/v5/caller-identity");
    assert_eq!(signer().sign(&mut request, NOW), Err(SignError::NoHost));
    request.headers_mut().insert(HOST, HeaderValue::from_static("sts.example.com"));
    signer().sign(&mut request, NOW).unwrap();
    verify(&request, |_| Some(signer()), NOW, Duration::ZERO).unwrap();
}

#[test]
fn a_request_that_cannot_be_signed_is_as_it_was() {
    let of = |name: &str, values: &[&[u8]]| {
        let mut request = get("https://sts.example.com/");
        for value in values {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
        }
        request
    };
    let not_ascii =
        |name: &str| format!("header {name} cannot be signed: value is not visible ASCII");
    let repeated = |name: &str| {
        format!(
            "header {name} cannot be signed: duplicate header; join the values or do not sign it"
        )
    };
    for (mut request, now, error) in [
        (get("/"), NOW, SignError::NoHost.to_string()),
        (
            get("https://sts.example.com/"),
            datetime!(-1-01-01 00:00 UTC),
            SignError::Date.to_string(),
        ),
        (of("content-type", &[b"caf\xc3\xa9"]), NOW, not_ascii("content-type")),
        (of("host", &[b"h\xff"]), NOW, not_ascii("host")),
        (of("host", &[b"a", b"b"]), NOW, repeated("host")),
        (of("content-type", &[b"a", b"a"]), NOW, repeated("content-type")),
    ] {
        request.headers_mut().insert("x-sdk-date", HeaderValue::from_static("19700101T000000Z"));
        let before = request.headers().clone();
        let token = signer().security_token("token").unwrap();
        assert_eq!(token.sign(&mut request, now).unwrap_err().to_string(), error);
        assert_eq!(request.headers(), &before);
    }
}

#[test]
fn a_full_header_map_is_an_error_and_stays_as_it_was() {
    let mut headers = HeaderMap::new();
    for number in 0.. {
        let name = HeaderName::from_bytes(format!("x-{number}").as_bytes()).unwrap();
        if headers.try_insert(name, HeaderValue::from_static("v")).is_err() {
            break;
        }
    }
    let (count, uri) = (headers.len(), Uri::from_static("https://sts.example.com/"));
    let signed = signer().sign_parts(&Method::GET, &uri, &mut headers, Payload::Unsigned, NOW);
    assert_eq!(signed, Err(SignError::TooManyHeaders));
    assert_eq!(headers.len(), count);
}

#[test]
fn credentials_that_cannot_sign_are_refused_by_name() {
    use InvalidCredentials::{Character, Empty, WhiteSpace};
    let error = |id: &str, secret: &str| match Signer::from_parts(id, secret) {
        Err(SignerError::Credentials(error)) => error,
        other => panic!("{other:?}"),
    };
    let (id, secret) = ("access key id", "secret access key");
    assert!(matches!(error("", SECRET), Empty { part, .. } if part == id));
    assert!(matches!(error(ID, ""), Empty { part, .. } if part == secret));
    assert!(matches!(error("AK\n", SECRET), WhiteSpace { part, .. } if part == id));
    assert!(matches!(error(ID, " s3cr3t"), WhiteSpace { part, .. } if part == secret));
    assert!(matches!(error(ID, "s3c\nr3t"), WhiteSpace { part, .. } if part == secret));
    assert!(matches!(error(ID, "s3cr\u{e9}t"), Character { part, .. } if part == secret));
    assert!(matches!(error("A,K", SECRET), Character { part, .. } if part == id));
    assert!(matches!(error("schlüssel", SECRET), Character { part, .. } if part == id));

    for token in ["", "token\r\n", "tok\u{0}en", "tok en"] {
        let invalid = validate_security_token(token).unwrap_err();
        let error = signer().security_token(token).unwrap_err();
        assert_eq!(error, SignerError::Credentials(invalid));
        let credentials = Credentials::permanent(ID, SECRET).security_token(token);
        assert_eq!(Signer::new(&credentials).unwrap_err(), error);
    }

    let scope = |region, service| Signer::v11(ID, SECRET, Scope::new(region, service)).unwrap_err();
    assert!(matches!(scope("", "sts"), SignerError::EmptyScope { part, .. } if part == "region"));
    for region in ["a/b", "a,b", "a b", " a", "é"] {
        let error = scope(region, "sts");
        assert!(matches!(error, SignerError::Scope { part, .. } if part == "region"), "{error:?}");
    }
    let service = scope("cn-north-4", "");
    assert!(matches!(service, SignerError::EmptyScope { part, .. } if part == "service"));
}

#[test]
fn a_signer_is_made_from_credentials_or_their_parts() {
    let signed = |signer: Signer| {
        let mut request = get("https://sts.example.com/");
        signer.sign(&mut request, NOW).unwrap();
        request.headers().clone()
    };
    let permanent = Credentials::permanent(ID, SECRET);
    assert_eq!(signed(Signer::new(&permanent).unwrap()), signed(signer()));
    let temporary = Credentials::temporary(ID, SECRET, "token", NOW);
    let parts = signer().security_token("token").unwrap();
    assert_eq!(signed(Signer::new(&temporary).unwrap()), signed(parts));
}

#[test]
fn a_derived_key_follows_the_day() {
    let signer = || Signer::v11(ID, SECRET, Scope::new("cn-north-4", "sts")).unwrap();
    let kept = signer();
    for hours in [0, 24, 25, 0] {
        let now = NOW + Duration::from_secs(hours * 3600);
        let (mut one, mut other) = (get("https://a.example.com/"), get("https://a.example.com/"));
        kept.sign(&mut one, now).unwrap();
        signer().sign(&mut other, now).unwrap();
        assert_eq!(one.headers(), other.headers());
    }
}

#[test]
fn a_signer_can_be_shared_and_sent() {
    const fn assert_send_and_sync<T: Send + Sync + Clone>() {}
    assert_send_and_sync::<Signer>();
}

#[test]
fn one_signer_serves_many_threads() {
    let signer = Signer::v11(ID, SECRET, Scope::new("cn-north-4", "sts")).unwrap();
    let expected = {
        let mut request = get("https://sts.example.com/");
        signer.sign(&mut request, NOW).unwrap();
        request
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let mut request = get("https://sts.example.com/");
                    signer.sign(&mut request, NOW).unwrap();
                    assert_eq!(request.headers(), expected.headers());
                }
            });
        }
    });
}
