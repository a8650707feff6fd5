//! Messages of the services, and the construction of their requests.

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::{Deserializer, Error as _};
use sts_credentials::{CredentialsError, Secret};
use sts_proto::{Body, Endpoint, ServiceError};

use crate::failure::invalid;
use crate::json_request;
use crate::token;

/// Characters that are encoded in a query: all but the unreserved ones.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const JSON: &str = "application/json";
const ACCESS_TOKEN: HeaderName = HeaderName::from_static("access-token");

/// A message of Identity Center: its request, and how its response is read. Experimental.
pub trait Message {
    /// Name of the operation, for example `RegisterClient`.
    const NAME: &'static str;

    /// Content of a successful response.
    type Output;

    /// Returns the request to `endpoint`. It is not signed.
    ///
    /// # Errors
    ///
    /// A part of the message cannot be sent. The error names it.
    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, CredentialsError>;

    /// Reads the response.
    ///
    /// # Errors
    ///
    /// The status is not a 2xx, or the body is invalid.
    fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<Self::Output, ServiceError>;
}

/// Returns a request with a JSON body of about `size` bytes.
pub(super) fn post(
    endpoint: &Endpoint,
    path: &str,
    size: usize,
    body: &impl Serialize,
) -> Result<Request<Body>, CredentialsError> {
    json_request::post(endpoint, path, JSON, size, body)
}

/// Returns a request without a body. The content type is sent nevertheless, as the official clients
/// do.
pub(super) fn get(endpoint: &Endpoint, target: &str) -> Result<Request<Body>, CredentialsError> {
    let mut request = json_request::get(endpoint, target)?;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    Ok(request)
}

/// Returns `path` with a query of the parameters that are set.
pub(super) fn target(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let mut target = path.to_owned();
    for (name, value) in parameters {
        let Some(value) = value else { continue };
        let separator = if target.contains('?') { '&' } else { '?' };
        target.extend([separator]);
        target.push_str(name);
        target.push('=');
        target.extend(utf8_percent_encode(value, IN_QUERY));
    }
    target
}

/// Adds the access token, which is marked sensitive.
pub(super) fn authorize(
    request: &mut Request<Body>,
    access_token: &Secret,
) -> Result<(), CredentialsError> {
    let text = access_token.expose_secret();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid("the access token must be a single word of visible ASCII"));
    }
    let mut token = token::header(text)
        .ok_or_else(|| invalid("the access token cannot be sent in a header"))?;
    token.set_sensitive(true);
    request.headers_mut().insert(ACCESS_TOKEN, token);
    Ok(())
}

/// Deserializes a secret that is one word of visible ASCII.
pub(super) fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    let secret = sts_proto::secret_json::deserialize(deserializer)?;
    let text = secret.expose_secret();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(D::Error::custom("expected one word of visible ASCII"));
    }
    Ok(secret)
}
