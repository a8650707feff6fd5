//! Signs the requests again that the official SDK has signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Request};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sts_sign::{Scope, SignedHeaders, Signer};
use time::PrimitiveDateTime;
use time::macros::format_description;

use super::services::recorded::decoded;
use super::{Failure, decode, differs, equal, repeated};

#[derive(Deserialize)]
struct Vector {
    algorithm: String,
    method: String,
    host: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    date: String,
    access_key_id: String,
    secret_access_key: String,
    body_base64: Option<String>,
    body_repeat: Option<(String, usize)>,
    derived_auth_service_name: Option<String>,
    region_id: Option<String>,
    expect: Expect,
}

/// An unknown field would not be compared, so it is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    request_target: String,
    canonical_request: String,
    string_to_sign: String,
    signed_headers: Vec<String>,
    authorization: String,
}

/// Characters that the path of a URI cannot contain (RFC 3986). The percent sign is not one of them, because
/// paths are encoded.
const NOT_IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The placeholder of the token in recorded canonical requests.
const REDACTED: &str = "[redacted]";

pub(super) fn check(vector: &str) -> Result<(), Failure> {
    let vector: Vector = decode(vector)?;
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let now = PrimitiveDateTime::parse(&vector.date, format)
        .map_err(|error| format!("date: {error}"))?
        .assume_utc();
    let token = vector.token();
    let signer = vector.signer(token)?;
    let mut request = vector.request()?;
    let target = request.uri().path_and_query().map_or("", PathAndQuery::as_str);
    equal("request target", &decoded(target), &decoded(&vector.expect.request_target))?;

    let explanation = signer.explain(&request, now).map_err(|error| error.to_string())?;
    // The explanation does not contain the token; the signature verifies it.
    let expected = match token {
        Some(token) => vector.expect.canonical_request.replace(token, REDACTED),
        None => vector.expect.canonical_request.clone(),
    };
    equal("canonical request", explanation.canonical_request(), &expected)?;
    equal("string to sign", explanation.string_to_sign(), &vector.expect.string_to_sign)?;

    signer.sign(&mut request, now).map_err(|error| error.to_string())?;
    let authorization = request.headers().get("authorization").map(HeaderValue::as_bytes);
    let authorization = String::from_utf8_lossy(authorization.unwrap_or_default());
    equal("authorization", &authorization, &vector.expect.authorization)?;
    let (_, names) = authorization.split_once("SignedHeaders=").unwrap_or_default();
    let (names, _) = names.split_once(',').unwrap_or_default();
    if !names.split(';').eq(&vector.expect.signed_headers) {
        return Err(differs("signed headers", names, &vector.expect.signed_headers.join(";")));
    }
    Ok(())
}

impl Vector {
    fn token(&self) -> Option<&str> {
        let is_token = |name: &str| name.eq_ignore_ascii_case("x-security-token");
        let header = self.headers.iter().find(|(name, _)| is_token(name));
        header.map(|(_, value)| value.as_str())
    }

    fn signer(&self, token: Option<&str>) -> Result<Signer, Failure> {
        let (id, secret) = (&self.access_key_id, &self.secret_access_key);
        let signer = match self.algorithm.as_str() {
            "SDK-HMAC-SHA256" => Signer::from_parts(id, secret),
            "V11-HMAC-SHA256" => {
                let (Some(region), Some(service)) =
                    (&self.region_id, &self.derived_auth_service_name)
                else {
                    return Err("V11-HMAC-SHA256 needs a region and a service".to_owned());
                };
                Signer::v11(id, secret, Scope::new(region, service))
            }
            other => return Err(format!("the algorithm {other:?} is not known")),
        };
        // The official SDK signs all headers.
        let signer = signer.map(|signer| signer.signed_headers(SignedHeaders::all()));
        match token {
            Some(token) => signer.and_then(|signer| signer.security_token(token)),
            None => signer,
        }
        .map_err(|error| error.to_string())
    }

    fn request(&self) -> Result<Request<Vec<u8>>, Failure> {
        let mut target = utf8_percent_encode(&self.path, NOT_IN_PATH).to_string();
        for (index, (name, value)) in self.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.extend(utf8_percent_encode(name, NON_ALPHANUMERIC));
            target.push('=');
            target.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        let body = match (&self.body_base64, &self.body_repeat) {
            (_, Some((unit, count))) => repeated(unit, *count)?.into_bytes(),
            (Some(text), None) => {
                STANDARD.decode(text).map_err(|error| format!("body: {error}"))?
            }
            (None, None) => Vec::new(),
        };
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(target)
            .header("host", &self.host)
            .body(body)
            .map_err(|error| error.to_string())?;
        for (name, value) in &self.headers {
            // The signer sets the token header.
            if Some(value.as_str()) == self.token() {
                continue;
            }
            let name =
                HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?;
            let value = HeaderValue::from_str(value).map_err(|error| error.to_string())?;
            request.headers_mut().append(name, value);
        }
        Ok(request)
    }
}
