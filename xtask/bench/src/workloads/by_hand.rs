//! The least code that builds a request of `AssumeAgency`, signs it and reads its response, without
//! the crates: for this operation only, with nothing validated, retried, redacted or wiped.

use std::hint::black_box;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sts_proto::{Endpoint, Operation, Region};
use sts_sign::Signer;
use time::OffsetDateTime;
use time::macros::datetime;

use super::messages::{URN, operation};
use super::signatures::{ACCESS_KEY_ID, SECRET_ACCESS_KEY, token};
use crate::work::{Work, repeated};

const HOST_NAME: &str = "sts.cn-north-4.myhuaweicloud.com";
const PATH: &str = "/v5/agencies/assume";
const SIGNED: &str = "content-type;host;x-sdk-date;x-security-token";
const DATE: HeaderName = HeaderName::from_static("x-sdk-date");
const TOKEN: HeaderName = HeaderName::from_static("x-security-token");

/// The body of the request.
#[derive(Serialize)]
pub struct Body<'a> {
    duration_seconds: u32,
    agency_urn: &'a str,
    agency_session_name: &'a str,
    source_identity: &'a str,
    tags: [Tag<'a>; 3],
}

#[derive(Serialize)]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

/// The fields of the response.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only filled")]
pub struct Output {
    source_identity: Option<String>,
    assumed_agency: Agency,
    credentials: Credentials,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only filled")]
struct Agency {
    urn: String,
    id: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only filled")]
struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    security_token: String,
    #[serde(with = "time::serde::rfc3339")]
    expiration: OffsetDateTime,
}

/// What is prepared once for all requests.
pub struct ByHand {
    key: Hmac<Sha256>,
    uri: Uri,
    /// The headers that are the same in all requests.
    constant: HeaderMap,
    token: String,
}

pub fn body() -> Body<'static> {
    Body {
        duration_seconds: 1800,
        agency_urn: URN,
        agency_session_name: "build-42",
        source_identity: "ci@corp",
        tags: [
            Tag { key: "team", value: "infrastructure-and-reliability" },
            Tag { key: "cost-center", value: "0123456789-0123456789" },
            Tag { key: "note", value: "" },
        ],
    }
}

pub fn read(bytes: &[u8]) -> Output {
    serde_json::from_slice(bytes).expect("a response")
}

impl ByHand {
    /// Prepares the code, and checks that its requests are the same as those of the crates.
    pub fn new() -> Self {
        let mut constant = HeaderMap::with_capacity(5);
        constant.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        constant.insert(HOST, HeaderValue::from_static(HOST_NAME));
        constant.insert(TOKEN, HeaderValue::try_from(token()).expect("a token"));
        let by_hand = Self {
            key: Hmac::new_from_slice(SECRET_ACCESS_KEY.as_bytes()).expect("a key"),
            uri: format!("https://{HOST_NAME}{PATH}").parse().expect("a URI"),
            constant,
            token: token(),
        };
        let now = datetime!(2026-03-05 07:08:09 UTC);
        let endpoint = Endpoint::from(Region::CN_NORTH_4);
        let mut request = operation().to_request(&endpoint).expect("a request");
        let signer = Signer::from_parts(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
            .and_then(|signer| signer.security_token(&token()))
            .expect("keys");
        signer.sign(&mut request, now).expect("a signature");
        let same = by_hand.request(&body(), now);
        assert_eq!((same.headers(), same.uri()), (request.headers(), request.uri()));
        assert_eq!(same.body(), request.body().as_ref());
        by_hand
    }

    pub fn request(&self, body: &Body<'_>, now: OffsetDateTime) -> Request<Vec<u8>> {
        let body = serde_json::to_vec(body).expect("JSON");
        let date = date(now);
        let date = std::str::from_utf8(&date).expect("digits");

        let mut canonical = String::with_capacity(256 + self.token.len());
        canonical.push_str("POST\n");
        canonical.push_str(PATH);
        canonical.push_str("/\n\ncontent-type:application/json\nhost:");
        canonical.push_str(HOST_NAME);
        canonical.push_str("\nx-sdk-date:");
        canonical.push_str(date);
        canonical.push_str("\nx-security-token:");
        canonical.push_str(&self.token);
        canonical.push_str("\n\n");
        canonical.push_str(SIGNED);
        canonical.push('\n');
        push_hex(&mut canonical, &Sha256::digest(&body));

        let mut text = String::with_capacity(128);
        text.push_str("SDK-HMAC-SHA256\n");
        text.push_str(date);
        text.push('\n');
        push_hex(&mut text, &Sha256::digest(&canonical));
        let mut mac = self.key.clone();
        mac.update(text.as_bytes());

        let mut authorization = String::with_capacity(224);
        authorization.push_str("SDK-HMAC-SHA256 Access=");
        authorization.push_str(ACCESS_KEY_ID);
        authorization.push_str(", SignedHeaders=");
        authorization.push_str(SIGNED);
        authorization.push_str(", Signature=");
        push_hex(&mut authorization, &mac.finalize().into_bytes());

        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        *headers = self.constant.clone();
        headers.insert(DATE, HeaderValue::from_str(date).expect("a date"));
        headers.insert(AUTHORIZATION, HeaderValue::try_from(authorization).expect("a value"));
        request
    }
}

/// The date as in `20260305T070809Z`.
fn date(now: OffsetDateTime) -> [u8; 16] {
    let mut text = *b"00000000T000000Z";
    let mut put = |at: usize, number: i32| {
        text[at] = b'0' + (number / 10) as u8;
        text[at + 1] = b'0' + (number % 10) as u8;
    };
    put(0, now.year() / 100);
    put(2, now.year() % 100);
    put(4, u8::from(now.month()).into());
    put(6, now.day().into());
    put(9, now.hour().into());
    put(11, now.minute().into());
    put(13, now.second().into());
    text
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
}

/// Builds and signs a request.
pub fn build_and_sign() -> Work {
    let (by_hand, body) = (ByHand::new(), body());
    let now = datetime!(2026-03-05 07:08:09 UTC);
    repeated(move || {
        black_box(by_hand.request(black_box(&body), black_box(now)));
    })
}

/// The same at the time of the clock, and reads the response.
pub fn call(response: Vec<u8>) -> Work {
    let (by_hand, body) = (ByHand::new(), body());
    let timeout = Duration::from_secs(10);
    repeated(move || {
        let request = by_hand.request(black_box(&body), OffsetDateTime::now_utc());
        black_box((request, timeout));
        black_box(read(black_box(&response)));
    })
}
