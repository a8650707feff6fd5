//! Recorded requests and responses, and their comparison with ours.

use std::collections::BTreeMap;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, Response};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;
use sts_proto::Body;

use super::{Failure, differs, equal};

/// Headers that authenticate a request. Ours has none that the recorded one does not have.
const AUTHENTICATION: [&str; 4] =
    ["authorization", "x-auth-token", "x-security-token", "access-token"];

/// A request as the official client sent it.
#[derive(Deserialize)]
pub(super) struct RecordedRequest {
    method: String,
    target: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body_json: Value,
    pub(super) sdk_signed: bool,
}

impl RecordedRequest {
    /// Compares our request.
    pub(super) fn compare(&self, ours: &Request<Body>) -> Result<(), Failure> {
        equal("method", ours.method().as_str(), &self.method)?;
        let target = ours.uri().path_and_query().map_or("", PathAndQuery::as_str);
        equal("target", &decoded(target), &decoded(&self.target))?;
        let body = match ours.body().as_ref() {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes).map_err(|error| format!("body: {error}"))?,
        };
        if body != self.body_json {
            return Err(differs("body", &body.to_string(), &self.body_json.to_string()));
        }
        for (name, expected) in &self.headers {
            self.compare_header(ours.headers(), name, expected)?;
        }
        let is_new =
            |name: &&str| ours.headers().contains_key(*name) && !self.headers.contains_key(*name);
        match AUTHENTICATION.iter().copied().find(is_new) {
            Some(name) => Err(format!("has a header {name:?}, which was not recorded")),
            None => Ok(()),
        }
    }

    fn compare_header(&self, ours: &HeaderMap, name: &str, expected: &str) -> Result<(), Failure> {
        let what = format!("header {name}");
        let header =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("invalid {what}"))?;
        let values: Vec<_> = ours.get_all(&header).iter().map(HeaderValue::as_bytes).collect();
        let value = String::from_utf8_lossy(values.first().copied().unwrap_or(b"none"));
        if values.len() > 1 {
            return Err(format!("{what} occurs {} times", values.len()));
        }
        if header == CONTENT_TYPE {
            // It describes the body. Its parameter is written in several ways.
            return if self.body_json.is_null() {
                Ok(())
            } else {
                equal(&what, &media_type(&value), &media_type(expected))
            };
        }
        if header == AUTHORIZATION && self.sdk_signed {
            let algorithm = |value: &str| value.split(' ').next().unwrap_or_default().to_owned();
            return equal(&what, &algorithm(&value), &algorithm(expected));
        }
        equal(&what, &value, expected)
    }
}

fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns a target without percent encoding and with a sorted query: the recorded target is the one
/// on the wire, which may have another order and encode fewer characters.
pub(super) fn decoded(target: &str) -> String {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut query: Vec<String> = query.split('&').map(decode).collect();
    query.sort_unstable();
    format!("{}?{}", decode(path), query.join("&"))
}

/// A response as it was sent to the official client.
#[derive(Deserialize)]
pub(super) struct RecordedResponse {
    pub(super) status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body_text: String,
}

impl RecordedResponse {
    /// Creates a response that a vector describes in another way.
    pub(super) fn new(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Self { status, headers: headers.collect(), body_text: body.to_owned() }
    }

    pub(super) fn response(&self) -> Result<Response<Body>, Failure> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let body = Body::from(self.body_text.clone().into_bytes());
        response.body(body).map_err(|error| error.to_string())
    }
}
