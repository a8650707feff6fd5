//! Promises that hold for any request.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue, Request, Uri};
use proptest::prelude::*;
use proptest::sample::select;
use sha2::{Digest, Sha256};
use sts_sign::{Payload, Scope, SignedHeaders, Signer, verify};
use time::OffsetDateTime;

const ID: &str = "HSTEXAMPLE0000000001";
const SECRET: &str = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z";

#[derive(Clone, Debug)]
struct Plain {
    method: &'static str,
    host: String,
    /// Decoded; begins with a slash.
    path: String,
    /// Decoded.
    query: Vec<(String, String)>,
    headers: BTreeMap<String, String>,
    token: Option<String>,
    body: Vec<u8>,
    timestamp: i64,
}

fn plain() -> impl Strategy<Value = Plain> {
    let name = "[a-z0-9]{1,6}(-[a-z0-9]{1,6})?";
    let header = (name.prop_map(|name| format!("h-{name}")), "[ -~\t]{0,20}");
    (
        select(vec!["GET", "POST", "PUT", "DELETE", "PATCH"]),
        "[a-zA-Z0-9.-]{1,20}(:[1-9][0-9]{0,3})?",
        "/([ -~é委/]{0,30})",
        prop::collection::vec(("[ -~é委]{1,6}", "[ -~é委]{0,6}"), 0..5),
        prop::collection::btree_map(header.0, header.1, 0..5),
        prop::option::of("[!-~]{1,40}"),
        prop::collection::vec(any::<u8>(), 0..600),
        0..253_402_300_800_i64,
    )
        .prop_map(|(method, host, path, query, headers, token, body, timestamp)| Plain {
            method,
            host,
            path,
            query,
            headers,
            token,
            body,
            timestamp,
        })
}

impl Plain {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.timestamp).unwrap()
    }

    fn uri(&self) -> String {
        let pairs: Vec<_> = self.query.iter().map(|(name, value)| pair(name, value)).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("https://ignored.example.com{}{mark}{}", encoded(&self.path, "/"), pairs.join("&"))
    }

    fn request(&self) -> Request<Vec<u8>> {
        let mut request = Request::builder().method(self.method).uri(self.uri());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.header("host", &self.host).body(self.body.clone()).unwrap()
    }

    fn signer(&self) -> Signer {
        self.with_token(Signer::from_parts(ID, SECRET).unwrap())
    }

    fn with_token(&self, signer: Signer) -> Signer {
        let signer = signer.signed_headers(SignedHeaders::all());
        match &self.token {
            Some(token) => signer.security_token(token).unwrap(),
            None => signer,
        }
    }

    fn date(&self) -> String {
        let now = self.now();
        let (year, month, day) = now.to_calendar_date();
        let (hour, minute, second) = now.to_hms();
        let month = u8::from(month);
        format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }

    /// The signing guide, word for word and slow.
    fn canonical_request(&self) -> String {
        let mut headers = self.headers.clone();
        headers.insert("host".into(), self.host.clone());
        headers.insert("x-sdk-date".into(), self.date());
        if let Some(token) = &self.token {
            headers.insert("x-security-token".into(), token.clone());
        }
        let mut query = self.query.clone();
        query.sort();
        let query: Vec<_> = query.iter().map(|(name, value)| pair(name, value)).collect();
        let slash = if self.path.ends_with('/') { "" } else { "/" };
        let lines: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let names: Vec<_> = headers.keys().map(String::as_str).collect();
        [
            self.method.to_owned(),
            format!("{}{slash}", encoded(&self.path, "/")),
            query.join("&"),
            lines.concat(),
            names.join(";"),
            hex(&Sha256::digest(&self.body)),
        ]
        .join("\n")
    }

    fn signature(&self, algorithm: &str, scope: Option<&str>, key: &[u8]) -> String {
        let hash = hex(&Sha256::digest(self.canonical_request()));
        let scope = scope.map(|scope| format!("{}/{scope}\n", &self.date()[..8]));
        let text = format!("{algorithm}\n{}\n{}{hash}", self.date(), scope.unwrap_or_default());
        hex(&hmac(key, text.as_bytes()))
    }
}

fn pair(name: &str, value: &str) -> String {
    format!("{}={}", encoded(name, ""), encoded(value, ""))
}

fn encoded(text: &str, also_safe: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        let letter = char::from(byte);
        if letter.is_ascii_alphanumeric() || "-_.~".contains(letter) || also_safe.contains(letter) {
            encoded.push(letter);
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
    }
    encoded
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key)
        .unwrap()
        .chain_update(message)
        .finalize()
        .into_bytes()
        .to_vec()
}

fn signature_of(request: &Request<Vec<u8>>) -> &str {
    request.headers()["authorization"].to_str().unwrap().rsplit_once("Signature=").unwrap().1
}

/// `text` with the letter at `index`, counted round, replaced by another.
fn altered(text: &str, index: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let index = index % bytes.len();
    bytes[index] = if bytes[index] == b'q' { b'r' } else { b'q' };
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #[test]
    fn a_slow_and_obvious_signer_signs_the_same(plain in plain()) {
        let (signer, now) = (plain.signer(), plain.now());
        let mut request = plain.request();
        let canonical = plain.canonical_request();
        let shown = match &plain.token {
            Some(token) => canonical.replace(&format!("x-security-token:{token}\n"), "x-security-token:[redacted]\n"),
            None => canonical,
        };
        let explanation = signer.explain(&request, now).unwrap();
        prop_assert_eq!(explanation.canonical_request(), shown);
        signer.sign(&mut request, now).unwrap();
        let expected = plain.signature("SDK-HMAC-SHA256", None, SECRET.as_bytes());
        prop_assert_eq!(signature_of(&request), expected);
    }

    #[test]
    fn a_slow_and_obvious_derivation_gives_the_same_key(plain in plain()) {
        let scope = Scope::new("cn-north-4", "sts");
        let signer = plain.with_token(Signer::v11(ID, SECRET, scope).unwrap());
        let mut request = plain.request();
        signer.sign(&mut request, plain.now()).unwrap();

        let extracted = hmac(ID.as_bytes(), SECRET.as_bytes());
        let info = format!("{}/cn-north-4/sts\u{1}", &plain.date()[..8]);
        let key = hex(&hmac(&extracted, info.as_bytes()));
        let expected = plain.signature("V11-HMAC-SHA256", Some("cn-north-4/sts"), key.as_bytes());
        prop_assert_eq!(signature_of(&request), expected);
    }

    #[test]
    fn what_is_signed_verifies(plain in plain()) {
        let (signer, now) = (plain.signer(), plain.now());
        let mut request = plain.request();
        signer.sign(&mut request, now).unwrap();
        let verified = verify(&request, |_| Some(&signer), now, Duration::ZERO).unwrap();
        prop_assert_eq!(verified.date(), now);
    }

    #[test]
    fn a_change_of_anything_signed_is_refused(
        plain in plain(),
        which in 0_usize..5,
        index in any::<usize>(),
    ) {
        let (signer, now) = (plain.signer(), plain.now());
        let mut request = plain.request();
        signer.sign(&mut request, now).unwrap();
        match which {
            0 => {
                let body = request.body_mut();
                let index = index.checked_rem(body.len()).unwrap_or_default();
                if let Some(byte) = body.get_mut(index) { *byte ^= 1 } else { body.push(0) }
            }
            1 => {
                let uri: Uri = format!("https://h{}q", encoded(&plain.path, "/")).parse().unwrap();
                *request.uri_mut() = uri;
            }
            2 => {
                let signature = signature_of(&request).to_owned();
                let value = request.headers()["authorization"].to_str().unwrap();
                let digit = index % signature.len();
                let other = if signature.as_bytes()[digit] == b'0' { "1" } else { "0" };
                let mut changed = signature.clone();
                changed.replace_range(digit..=digit, other);
                let value = HeaderValue::from_str(&value.replace(&signature, &changed)).unwrap();
                request.headers_mut().insert("authorization", value);
            }
            3 => {
                let host = HeaderValue::from_str(&altered(&plain.host, index)).unwrap();
                request.headers_mut().insert("host", host);
            }
            _ => {
                let names: Vec<_> = plain.headers.keys().collect();
                let Some(position) = index.checked_rem(names.len()) else { return Ok(()) };
                let value = format!("{}q", plain.headers[names[position]]);
                let name = HeaderName::from_bytes(names[position].as_bytes()).unwrap();
                request.headers_mut().insert(name, HeaderValue::from_str(&value).unwrap());
            }
        }
        prop_assert!(verify(&request, |_| Some(&signer), now, Duration::ZERO).is_err());
    }

    #[test]
    fn order_case_and_outer_white_space_of_headers_do_not_matter(plain in plain()) {
        let (signer, now) = (plain.signer(), plain.now());
        let mut request = plain.request();
        signer.sign(&mut request, now).unwrap();

        let mut other = Request::builder().method(plain.method).uri(plain.uri());
        other = other.header("HOST", format!(" {}\t", plain.host));
        for (name, value) in plain.headers.iter().rev() {
            other = other.header(name.to_ascii_uppercase(), format!("\t {value}  "));
        }
        let mut other = other.body(plain.body.clone()).unwrap();
        signer.sign(&mut other, now).unwrap();
        prop_assert_eq!(signature_of(&request), signature_of(&other));
    }

    #[test]
    fn a_path_signs_alike_however_it_is_encoded(plain in plain()) {
        let (signer, now) = (plain.signer(), plain.now());
        let mut request = plain.request();
        signer.sign(&mut request, now).unwrap();

        let bytes: Vec<_> = plain.path.bytes().skip(1).map(|byte| format!("%{byte:02x}")).collect();
        let path = bytes.concat();
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut encoded = plain.request();
        *encoded.uri_mut() = format!("https://h/{path}{query}").parse().unwrap();
        signer.sign(&mut encoded, now).unwrap();
        prop_assert_eq!(signature_of(&request), signature_of(&encoded));
    }

    #[test]
    fn no_request_makes_it_panic(
        uri in "[!-~é]{0,30}",
        name in "[a-zA-Z_-]{1,12}",
        value in prop::collection::vec(any::<u8>(), 0..80),
        timestamp in any::<i64>(),
        unsigned in any::<bool>(),
    ) {
        let Ok(uri) = uri.parse::<Uri>() else { return Ok(()) };
        let Ok(value) = HeaderValue::from_bytes(&value) else { return Ok(()) };
        let now = OffsetDateTime::from_unix_timestamp(timestamp >> 20).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let mut request = Request::get(uri.clone()).header(name, &value).body("").unwrap();
        let signer = Signer::from_parts(ID, SECRET).unwrap().signed_headers(SignedHeaders::all());
        let payload = if unsigned { Payload::Unsigned } else { Payload::Bytes(b"") };
        let method = request.method().clone();
        let signed = signer.sign_parts(&method, &uri, request.headers_mut(), payload, now);
        request.headers_mut().insert("x-sdk-date", value.clone());
        if signed.is_err() {
            request.headers_mut().insert("authorization", value);
        }
        let _ = verify(&request, |_| Some(&signer), now, Duration::ZERO);
    }

    #[test]
    fn no_authorization_header_makes_verification_panic(value in "(SDK-HMAC-SHA256|V11-HMAC-SHA256) ?(Access=|Credential=)?[ -~]{0,20}(, SignedHeaders=)?[a-z;-]{0,20}(, Signature=)?[0-9a-f]{0,9}") {
        let request = Request::get("/").header("authorization", value).body("").unwrap();
        let signer = Signer::from_parts(ID, SECRET).unwrap();
        prop_assert!(verify(&request, |_| Some(&signer), OffsetDateTime::UNIX_EPOCH, Duration::ZERO).is_err());
    }
}
