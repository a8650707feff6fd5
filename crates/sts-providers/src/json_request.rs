//! JSON of services: requests, objects, and parts that several messages have.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Uri};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use sts_credentials::{CredentialsError, InvalidCredentials, Secret};
use sts_proto::{Body, BodyWriter, Endpoint, json};

use crate::failure::invalid;

/// Returns a request with a JSON body of about `size` bytes.
pub(crate) fn post(
    endpoint: &Endpoint,
    path: &str,
    content_type: &'static str,
    size: usize,
    body: &impl Serialize,
) -> Result<Request<Body>, CredentialsError> {
    // Large enough for the secrets, so that they are not moved.
    let mut writer = BodyWriter::with_capacity(size);
    serde_json::to_writer(&mut writer, body).map_err(|_| invalid("the request is not JSON"))?;
    let mut request = get(endpoint, path)?;
    *request.method_mut() = Method::POST;
    *request.body_mut() = writer.finish();
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    Ok(request)
}

/// Returns a request without a body.
pub(crate) fn get(endpoint: &Endpoint, target: &str) -> Result<Request<Body>, CredentialsError> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = format!("{}{target}", endpoint.as_str())
        .parse::<Uri>()
        .map_err(|error| invalid(format!("invalid endpoint {endpoint}: {error}")))?;
    Ok(request)
}

/// A secret that is serialized as its content.
pub(crate) struct Exposed<'a>(pub(crate) &'a Secret);

impl Serialize for Exposed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

/// Deserializes a secret that passes `validate`.
pub(crate) fn valid<'de, D: Deserializer<'de>>(
    deserializer: D,
    validate: fn(&str) -> Result<(), InvalidCredentials>,
) -> Result<Secret, D::Error> {
    let secret = sts_proto::secret_json::deserialize(deserializer)?;
    validate(secret.expose_secret()).map_err(D::Error::custom)?;
    Ok(secret)
}

/// A JSON object. A list in its place is an error: the position of a value does not name it.
#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(crate) struct Object<T>(#[serde(deserialize_with = "json::object")] pub(crate) T);
