//! Recorded requests and responses, and their comparison with ours.

use std::collections::BTreeMap;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, Response};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;
use sts_proto::Body;

use super::{Failure, differs, equal, repeated};

/// Headers that authenticate a request. Ours has none that the recorded one does not have.
const AUTHENTICATION: [&str; 4] =
    ["authorization", "x-auth-token", "x-security-token", "access-token"];

/// A request as the official client sent it.
#[derive(Deserialize)]
pub(crate) struct RecordedRequest {
    method: String,
    target: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body_json: Value,
    #[serde(default)]
    sdk_signed: bool,
}

impl RecordedRequest {
    /// Compares our request.
    pub(crate) fn compare(&self, ours: &Request<Body>) -> Result<(), Failure> {
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
        let is_recorded =
            |name: &str| self.headers.keys().any(|recorded| recorded.eq_ignore_ascii_case(name));
        let is_new = |name: &&str| ours.headers().contains_key(*name) && !is_recorded(name);
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
pub(crate) fn decoded(target: &str) -> String {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut query: Vec<String> = query.split('&').map(decode).collect();
    query.sort_unstable();
    format!("{}?{}", decode(path), query.join("&"))
}

/// A response as it was sent to the official client.
#[derive(Deserialize)]
pub(crate) struct RecordedResponse {
    pub(crate) status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(flatten)]
    body: RecordedBody,
}

/// The body of a response, in one of the forms of the files.
#[derive(Default, Deserialize)]
pub(crate) struct RecordedBody {
    #[serde(rename = "body_text")]
    text: Option<String>,
    /// Stands for what `<N times C>` is in the shape, or for the whole body.
    #[serde(rename = "body_repeat")]
    repeat: Option<(String, usize)>,
    #[serde(rename = "body_shape")]
    shape: Option<String>,
}

impl RecordedBody {
    pub(crate) fn text(&self) -> Result<String, Failure> {
        match (&self.text, &self.repeat, &self.shape) {
            (Some(text), ..) => Ok(text.clone()),
            (None, Some((unit, count)), None) => repeated(unit, *count),
            (None, Some((unit, count)), Some(shape)) => {
                let mark = format!("<{count} times {unit}>");
                if !shape.contains(&mark) {
                    return Err(format!("body_shape does not hold {mark:?}"));
                }
                Ok(shape.replace(&mark, &repeated(unit, *count)?))
            }
            (None, None, _) => Err("has no body".to_owned()),
        }
    }
}

impl RecordedResponse {
    /// Creates a response that a vector describes in another way.
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        let body = RecordedBody { text: Some(body.to_owned()), ..RecordedBody::default() };
        Self { status, headers: headers.collect(), body }
    }

    /// Returns the JSON value of the body, if it is a JSON object.
    pub(crate) fn json_object(&self) -> Option<Value> {
        let value: Value = serde_json::from_str(&self.body.text().ok()?).ok()?;
        value.is_object().then_some(value)
    }

    pub(crate) fn response(&self) -> Result<Response<Body>, Failure> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let body = Body::from(self.body.text()?.into_bytes());
        response.body(body).map_err(|error| error.to_string())
    }
}
