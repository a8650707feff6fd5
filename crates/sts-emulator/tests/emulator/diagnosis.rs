//! Explanations of signature mismatches.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Request;
use sha2::{Digest as _, Sha256};
use sts_emulator::{Emulator, InProcess, SignatureDiagnosis, TestClock, builtin};
use sts_proto::{AssumeAgency, Body, GetCallerIdentity, Operation};
use sts_sign::Signer;
use time::macros::datetime;

const DATE: &str = "20260305T070809Z";

struct Observed {
    sts: InProcess,
    diagnosis: Arc<Mutex<Option<SignatureDiagnosis>>>,
}

fn observed() -> Observed {
    let diagnosis = Arc::new(Mutex::new(None));
    let last = Arc::clone(&diagnosis);
    let sts = Emulator::builder()
        .clock(TestClock::new(datetime!(2026-03-05 07:08:09 UTC)))
        .on_request(move |log| *last.lock().unwrap() = log.diagnosis.as_deref().cloned())
        .in_process()
        .unwrap();
    Observed { sts, diagnosis }
}

impl Observed {
    fn send(&self, request: Request<Body>) -> Option<SignatureDiagnosis> {
        self.sts.respond(request);
        self.diagnosis.lock().unwrap().take()
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Signs as a client with a mistake in its canonical request or in its secret key.
fn signed(body: &str, secret: &str, canonical: impl Fn(&str) -> String) -> Request<Body> {
    let path = AssumeAgency::PATH;
    let correct = format!(
        "POST\n{path}/\na=1&b=%2F\ncontent-type:application/json\nhost:localhost:8090\n\
         x-sdk-date:{DATE}\n\ncontent-type;host;x-sdk-date\n{}",
        hex(Sha256::digest(body))
    );
    let hash = hex(Sha256::digest(canonical(&correct)));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("SDK-HMAC-SHA256\n{DATE}\n{hash}").as_bytes());
    let authorization = format!(
        "SDK-HMAC-SHA256 Access={}, SignedHeaders=content-type;host;x-sdk-date, Signature={}",
        builtin::ACCESS_KEY_ID,
        hex(mac.finalize().into_bytes())
    );
    Request::post(format!("http://localhost:8090{path}?b=%2F&a=1"))
        .header("host", "localhost:8090")
        .header("content-type", "application/json")
        .header("x-sdk-date", DATE)
        .header("authorization", authorization)
        .body(Body::from(body.as_bytes().to_vec()))
        .unwrap()
}

const BODY: &str = r#"{"agency_urn":"iam::a:agency:b", "agency_session_name": "a \" , b"}"#;

#[test]
fn a_usual_mistake_is_named_with_the_first_difference() {
    let empty = hex(Sha256::digest(""));
    let compact = r#"{"agency_urn":"iam::a:agency:b","agency_session_name":"a \" , b"}"#;
    let spaced = r#"{"agency_urn": "iam::a:agency:b", "agency_session_name": "a \" , b"}"#;
    let hash = hex(Sha256::digest(BODY));
    let path = AssumeAgency::PATH;
    for (from, to, line, cause) in [
        (format!("{path}/"), path.to_owned(), 2, "slash at its end"),
        ("a=1&b=%2F".to_owned(), "b=%2F&a=1".to_owned(), 3, "sorted and encoded"),
        ("a=1&b=%2F".to_owned(), String::new(), 3, "query was not signed"),
        (hash.clone(), empty, 9, "signed as empty"),
        (hash.clone(), hex(Sha256::digest(compact)), 9, "without white space"),
        (hash.clone(), hex(Sha256::digest(spaced)), 9, "space after `:`"),
        (hash.clone(), hash.to_uppercase(), 9, "upper case"),
        (hash.clone(), "UNSIGNED-PAYLOAD".to_owned(), 9, "UNSIGNED-PAYLOAD"),
        ("localhost:8090".to_owned(), "localhost".to_owned(), 5, "without its port"),
        (
            "application/json\n".to_owned(),
            "application/json; charset=utf-8\n".to_owned(),
            4,
            "Content-Type was changed",
        ),
        ("POST\n".to_owned(), "post\n".to_owned(), 1, "method was signed in lower case"),
        (format!("{DATE}\n\n"), format!("{DATE}\n"), 7, "empty line after the headers"),
        ("host:".to_owned(), "Host:".to_owned(), 4, ""),
    ] {
        let emulator = observed();
        let wrong = |correct: &str| correct.replacen(&from, &to, 1);
        let diagnosis = emulator.send(signed(BODY, builtin::SECRET_ACCESS_KEY, wrong)).unwrap();
        if cause.is_empty() {
            // Not among the mistakes: all names must be capitalized.
            assert_eq!(diagnosis.signed_request, None);
            continue;
        }
        assert!(diagnosis.cause.contains(cause), "{cause}: {diagnosis:?}");
        assert_eq!(diagnosis.first_difference, Some(line), "{cause}: {diagnosis:?}");
        let shown = wrong(&diagnosis.canonical_request);
        assert_eq!(diagnosis.signed_request.as_deref(), Some(&*shown), "{cause}");
    }
}

#[test]
fn two_mistakes_are_found_together() {
    let wrong = |correct: &str| {
        correct.replacen("/\na=1&b=%2F", "\n", 1).replacen("localhost:8090", "localhost", 1)
    };
    let diagnosis = observed().send(signed(BODY, builtin::SECRET_ACCESS_KEY, |correct| {
        correct.replacen("/\n", "\n", 1).replacen("localhost:8090", "localhost", 1)
    }));
    let cause = diagnosis.unwrap().cause;
    assert!(cause.contains("slash") && cause.contains("port"), "{cause}");
    // Three are not.
    let diagnosis = observed().send(signed(BODY, builtin::SECRET_ACCESS_KEY, wrong)).unwrap();
    assert_eq!((diagnosis.signed_request, diagnosis.first_difference), (None, None));
}

#[test]
fn a_wrong_secret_key_is_not_mistaken_for_another_cause() {
    let correct = |correct: &str| correct.to_owned();
    let diagnosis = observed().send(signed(BODY, "another-secret-key", correct)).unwrap();
    assert!(diagnosis.cause.contains("secret key differs"), "{}", diagnosis.cause);
    assert_eq!(diagnosis.signed_request, None);
    let with_line_feed = format!("{}\n", builtin::SECRET_ACCESS_KEY);
    let diagnosis = observed().send(signed(BODY, &with_line_feed, correct)).unwrap();
    assert!(diagnosis.cause.contains("line feed"), "{}", diagnosis.cause);
    assert_eq!(observed().send(signed(BODY, builtin::SECRET_ACCESS_KEY, correct)), None);
}

#[test]
fn the_security_token_is_examined_but_not_shown() {
    let emulator = observed();
    let now = datetime!(2026-03-05 07:08:09 UTC);
    let endpoint = sts_proto::Endpoint::from(sts_proto::Region::CN_NORTH_4);
    let assume = AssumeAgency::new(builtin::AGENCY_URN, "build-42");
    let mut request = assume.to_request(&endpoint).unwrap();
    Signer::new(&builtin::credentials()).unwrap().sign(&mut request, now).unwrap();
    let session = AssumeAgency::read(&emulator.sts.respond(request)).unwrap().credentials;

    // The client signs one body and sends another.
    let mut request = assume.to_request(&endpoint).unwrap();
    let body = std::mem::take(request.body_mut());
    Signer::new(&session).unwrap().sign(&mut request, now).unwrap();
    *request.body_mut() = body;
    let diagnosis = emulator.send(request).unwrap();
    assert!(diagnosis.cause.contains("signed as empty"), "{}", diagnosis.cause);
    let token = session.security_token.unwrap();
    let shown = format!("{diagnosis:?}");
    assert!(shown.contains("x-security-token:[redacted]"), "{shown}");
    assert!(!shown.contains(token.expose_secret()));
    let secret = session.secret_access_key.expose_secret();
    assert!(!shown.contains(secret));

    let mut request = GetCallerIdentity::new().to_request(&endpoint).unwrap();
    Signer::new(&builtin::credentials()).unwrap().sign(&mut request, now).unwrap();
    assert_eq!(emulator.send(request), None);
}
