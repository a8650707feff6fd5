//! Any request to the emulator, signed or unsigned, gets a response in the format of the service.
//!
//! An input is written as a request is: `METHOD TARGET`, with `signed` or `temporary` behind it to
//! have it signed by such a key; headers; an empty line; the body. A body of XML is a SAML response,
//! and is put where one belongs.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use libfuzzer_sys::fuzz_target;
use sts_emulator::{Emulator, InProcess, TestClock, builtin};
use sts_proto::{AssumeAgency, AssumeAgencyWithSaml, Body, Endpoint, Operation, Region};
use sts_sign::Signer;
use time::OffsetDateTime;

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

static PERMANENT: LazyLock<Signer> = LazyLock::new(|| {
    Signer::from_parts(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY).expect("keys")
});

/// Of an emulator with the same seed, so that all take it.
static TEMPORARY: LazyLock<Signer> = LazyLock::new(|| {
    let operation = AssumeAgency::new(builtin::AGENCY_URN, "fuzz");
    let endpoint = Endpoint::from(Region::CN_NORTH_4);
    let mut request = operation.to_request(&endpoint).expect("a request");
    PERMANENT.sign(&mut request, NOW).expect("a signature");
    let keys = AssumeAgency::read(&emulator().respond(request)).expect("keys").credentials;
    Signer::new(&keys).expect("credentials that sign")
});

/// A new one for each input: a key that is locked stays locked.
fn emulator() -> InProcess {
    let builder = Emulator::builder().seed("fuzz").clock(TestClock::new(NOW));
    builder.echo_canonical_request().in_process().expect("it needs no socket")
}

/// One that verifies the signatures of SAML responses.
static FEDERATION: LazyLock<InProcess> = LazyLock::new(|| {
    let config = format!(
        r#"
        [[accounts]]
        id = "a"
        [[accounts.agencies]]
        name = "staff"
        trust = ["{PROVIDER}"]
        [[accounts.saml_providers]]
        name = "corp"
        issuer = "https://idp.example/metadata"
        audience = "https://sp.example/metadata"
        certificate = """{}"""
        "#,
        include_str!("../saml-certificate.pem"),
    );
    let builder = Emulator::builder().config(config.parse().expect("a config"));
    builder.clock(TestClock::new(NOW)).in_process().expect("it needs no socket")
});

const PROVIDER: &str = "iam::a:samlProvider:corp";

fn respond(request: Request<Body>) -> Response<Body> {
    if !request.body().as_ref().starts_with(b"<") {
        return emulator().respond(request);
    }
    let response = STANDARD.encode(request.body());
    let operation = AssumeAgencyWithSaml::new(PROVIDER, "iam::a:agency:staff", response);
    match operation.to_request(&Endpoint::from(Region::CN_NORTH_4)) {
        Ok(request) => FEDERATION.respond(request),
        // It is too long.
        Err(_) => emulator().respond(request),
    }
}

fn read(input: &[u8]) -> Option<(Request<Body>, Option<&'static Signer>)> {
    let head_ends = input.windows(2).position(|bytes| bytes == b"\n\n").unwrap_or(input.len());
    let (head, body) = input.split_at(head_ends);
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut words = lines.next()?.split(|byte| *byte == b' ');
    let mut request = Request::new(Body::from(body.get(2..).unwrap_or_default().to_vec()));
    *request.method_mut() = Method::from_bytes(words.next()?).ok()?;
    *request.uri_mut() = Uri::try_from(words.next()?).ok()?;
    for line in lines.take(32) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(line.get(..colon)?).ok()?;
        let value = HeaderValue::from_bytes(line.get(colon + 1..)?).ok()?;
        request.headers_mut().append(name, value);
    }
    let signer = match words.next() {
        Some(b"signed") => Some(&*PERMANENT),
        Some(b"temporary") => Some(&*TEMPORARY),
        _ => None,
    };
    Some((request, signer))
}

fuzz_target!(|input: &[u8]| {
    let Some((mut request, signer)) = read(input) else { return };
    // What cannot be signed arrives as it is.
    let _ = signer.map(|signer| signer.sign(&mut request, NOW));
    let is_federation = request.uri().path().contains("-with-");
    let is_page = request.uri().path() == "/device";
    // Anyone can register a client.
    let is_registration = request.uri().path() == "/v1/clients";
    let response = respond(request);
    let status = response.status();
    assert!(status.is_success() || status.is_client_error(), "{status}");
    assert!(
        !status.is_success() || signer.is_some() || is_federation || is_page || is_registration,
        "a random request is not signed"
    );
    let text = std::str::from_utf8(response.body().as_ref()).expect("all responses are text");
    // Classic IAM nests its errors.
    let is_error = text.contains("\"error_code\"") || text.contains("\"error\":{\"code\":");
    assert!(status.is_success() || is_error || is_page, "{status}: {text}");
    assert!(!text.contains(builtin::SECRET_ACCESS_KEY), "a secret");
});
